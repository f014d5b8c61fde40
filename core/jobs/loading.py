"""A job's data made ready while TensorFlow is imported beside it: each takes seconds.

Imports no TensorFlow of its own until asked to.
"""

from __future__ import annotations

import gc
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from core.config import RunConfig
from core.data.dataset import Dataset
from core.data.load import load_dataset
from core.data.splits import Splits, make_splits
from core.models.importing import light_imports
from core.notation import percent
from core.runs import DatasetSummary, Phase, Run
from core.runs.recorder import Recorder

Data = tuple[Dataset, Splits]


def load(run: Run, config: RunConfig, recorder: Recorder) -> Data:
    """The data that the configuration asks for, described in the record.

    Raises:
        UserError: why they cannot be had.
    """
    recorder.phase(Phase.PREPARING_DATA)

    def progress(fraction: float | None, words: str) -> None:
        share = "" if fraction is None else f" {percent(fraction, 0)}"
        recorder.update(phase_detail=f"{words}{share}")

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
    wrong: list[Exception] = []
    thread = threading.Thread(
        target=_import_tensorflow, args=(wrong,), name="import-tensorflow", daemon=True
    )
    thread.start()
    yield  # where the block raises, the run is over, and nobody waits for the import
    if thread.is_alive():
        recorder.phase(Phase.LOADING_TENSORFLOW)
    thread.join()
    if wrong:
        raise wrong[0]  # here, where it can be told


def _import_tensorflow(wrong: list[Exception]) -> None:
    try:
        with light_imports():
            import core.training.engine  # noqa: F401
    except Exception as error:
        wrong.append(error)
    gc.freeze()  # what was imported stays
