"""A job's data made ready while TensorFlow is imported beside it: each takes seconds.

Imports no TensorFlow of its own until asked to.
"""

from __future__ import annotations

import gc
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from core.config import RunConfig
from core.data.dataset import Dataset
from core.data.load import load_dataset
from core.data.splits import Splits, make_splits
from core.runs import DatasetSummary, Phase, Run
from core.runs.recorder import Recorder

Data = tuple[Dataset, Splits]

# Keras looks whether they are there and then does without; importing them takes a second.
_NOT_NEEDED = frozenset({"sklearn", "pandas"})


def load(run: Run, config: RunConfig, recorder: Recorder) -> Data:
    """The data that the configuration asks for, described in the record.

    Raises:
        UserError: why they cannot be had.
    """
    recorder.phase(Phase.PREPARING_DATA)

    def progress(fraction: float | None, words: str) -> None:
        percent = "" if fraction is None else f" {fraction:.0%}"
        recorder.update(phase_detail=f"{words}{percent}")

    dataset = load_dataset(config.dataset, progress=progress)
    splits = make_splits(dataset, config.split, config.dataset.limit)
    run.write_dataset(_summarize(config, dataset, splits))
    return dataset, splits


def _summarize(config: RunConfig, dataset: Dataset, splits: Splits) -> DatasetSummary:
    """What the record keeps of the data."""
    return DatasetSummary(
        name=dataset.name,
        title=dataset.title,
        classes=dataset.classes,
        image_shape=dataset.image_shape,
        light_on_dark=dataset.light_on_dark,
        fit=config.dataset.fit,
        interpolation=config.dataset.interpolation,
        validates_on_test=splits.validates_on_test,
        sizes={
            "train": len(splits.train),
            "validation": len(splits.validation),
            "test": len(splits.test),
        },
        # A range test predicts nothing.
        test_digest=splits.test.digest() if config.job == "train" else "",
    )


@contextmanager
def importing_tensorflow(recorder: Recorder) -> Iterator[None]:
    """TensorFlow is imported in a thread beside the block, and is there after it.

    Raises:
        ImportError: it cannot be imported.
    """
    thread = threading.Thread(target=_import_tensorflow, name="import-tensorflow", daemon=True)
    thread.start()
    yield  # where the block raises, the run is over, and nobody waits for the import
    if thread.is_alive():
        recorder.phase(Phase.LOADING_TENSORFLOW)
    thread.join()
    import tensorflow  # noqa: F401  - says here, where it can be told, what went wrong there


def _import_tensorflow() -> None:
    finder = _Without(_NOT_NEEDED - sys.modules.keys())
    sys.meta_path.insert(0, finder)
    # An import makes a million objects and no rubbish; looking for it takes half a second.
    gc.disable()
    try:
        import core.training.engine  # noqa: F401
    except Exception:  # said anew in the main thread
        return
    finally:
        gc.freeze()
        gc.enable()
        sys.meta_path.remove(finder)


class _Without:
    """Makes some modules look as if they were not installed, to the thread that made it.

    Others may need them at the same time: the digits come with scikit-learn.
    """

    def __init__(self, names: frozenset[str]) -> None:
        self._names, self._thread = names, threading.get_ident()

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> None:
        if name in self._names and threading.get_ident() == self._thread:
            raise ModuleNotFoundError(f"{name} is not needed here", name=name)
