"""Keras's `fit` as bursts: one long fit whose epochs wait for their turns.

A fit a burst would begin its data anew each time, which a training does once. Knows nothing
of networks and of what the data are.
"""

from __future__ import annotations

from typing import Any

import keras

from benchmarks.throughput import task
from benchmarks.throughput.serving import Server


def fit(model: keras.Model, server: Server, *data: Any, **options: Any) -> None:
    """Fit for as long as bursts are wanted; `options` are those of Keras's fit."""
    model.fit(*data, epochs=1_000_000, verbose=0, callbacks=[_Turns(server)], **options)


class _Turns(keras.callbacks.Callback):
    def __init__(self, server: Server) -> None:
        super().__init__()
        self._server = server
        self._steps = 0

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        self._steps = 0
        self._server.wait()

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        self._steps += 1

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        assert self._steps == task.STEPS, f"{self._steps} steps: the data are at their end"
        self._server.answer()
