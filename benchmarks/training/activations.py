"""GELU and SiLU compiled to one loop each, against Keras's own: how many times as fast a step is.

The very same network twice, with the layers that train here, but for its activations; the two
take turns in one process. The pixels are noise.
"""

from __future__ import annotations

import sys
from typing import Any

from benchmarks.common import compare
from core.config import PRESETS, RunConfig, apply_overrides

CASES = {
    "airbench, gelu, batch 500": ("airbench94", {}, 500),
    "vgg-6, gelu, batch 64": ("vgg-6", {"architecture.activation": "gelu"}, 64),
    "vgg-6, silu, batch 64": ("vgg-6", {"architecture.activation": "silu"}, 64),
}
IMAGES = 2000  # of a burst, about
PAIRS = 9
TARGET = 1.1


def main(chosen: list[str]) -> None:
    """All cases, or those that are named."""
    for case, (preset, changes, batch) in CASES.items():
        if not chosen or case in chosen:
            _compare(case, preset, changes, batch)


def _compare(case: str, preset: str, changes: dict[str, str], batch: int) -> None:
    import keras
    import numpy as np
    import tensorflow as tf

    from core.models.builder import build_model
    from core.training.prepare import use_device
    from core.training.trainer import Trainer

    config = RunConfig(architecture=PRESETS[preset].architecture)
    config = apply_overrides(config, [f"{name}={value}" for name, value in changes.items()])
    use_device(config)
    shape, classes = PRESETS[preset].input_shape, PRESETS[preset].classes
    network = build_model(config.architecture, shape, classes)
    stock = keras.models.clone_model(network, clone_function=_with_stock_activation)
    images = np.random.default_rng(0).integers(0, 256, (batch, *shape)).astype(np.float32)
    labels = np.eye(classes, dtype=np.float32)[np.arange(batch) % classes]
    batches = tf.data.Dataset.from_tensors((images, labels)).repeat()
    steps = max(IMAGES // batch, 2)
    lrs = np.full(steps, 1e-4, np.float32)
    ours, theirs = (Trainer(item, config.optimizer) for item in (network, stock))
    our_stream, their_stream = ours.stream(batches), theirs.stream(batches)
    compare(
        f"a step with compiled activations / Keras's own: {case}",
        TARGET,
        lambda: ours.train(our_stream, lrs),
        lambda: theirs.train(their_stream, lrs),
        steps * batch,
        PAIRS,
    )


def _with_stock_activation(layer: Any) -> Any:
    import keras

    from core.models.layers.quick import CompiledActivation

    kind = keras.layers.Activation if type(layer) is CompiledActivation else type(layer)
    return kind.from_config(layer.get_config())


if __name__ == "__main__":
    main(sys.argv[1:])
