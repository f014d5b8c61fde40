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
from core.errors import DatasetError, UserError
from core.models.importing import light_imports
from core.notation import percent
from core.runs import DatasetSummary, Phase, Run
from core.runs.recorder import Recorder
from core.training import checkpoints

_COMPARED = 500  # training images
Data = tuple[Dataset, Splits]


def load(run: Run, config: RunConfig, recorder: Recorder) -> Data:
    """The data that the configuration asks for, described in the record.

    Raises:
        UserError: why they cannot be had; or they are not those that the run was trained on so
            far, and its record keeps what it says of those.
    """
    recorder.phase(Phase.PREPARING_DATA)

    def progress(fraction: float | None, words: str) -> None:
        share = "" if fraction is None else f" {percent(fraction, 0)}"
        recorder.update(phase_detail=f"{words}{share}")

    dataset = load_dataset(config.dataset, progress=progress)
    splits = make_splits(dataset, config.split, config.dataset.limit)
    summary = _summarize(config, dataset, splits)
    if checkpoints.are_in(run.checkpoints_path):
        _require_same(run, summary)
    run.write_dataset(summary)
    return dataset, splits


def _require_same(run: Run, now: DatasetSummary) -> None:
    """That a run which goes on does so on what it was trained on."""
    try:
        before = run.dataset()
    except UserError:  # damaged: what is here now is the best guess
        return
    changes = [
        words
        for words, same in (
            ("its classes", before.classes == now.classes),
            ("the size of its images", before.image_shape == now.image_shape),
            ("the number of its images", not before.sizes or before.sizes == now.sizes),
            ("its test images", not before.test_digest or before.test_digest == now.test_digest),
            ("its images", not before.train_digest or before.train_digest == now.train_digest),
        )
        if not same
    ]
    if changes:
        raise DatasetError(
            f"{now.title} is not what this run was trained on so far: {changes[0]} changed.",
            "Put the images back as they were and resume, or train anew on those there are.",
        )


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
        # So few that looking at them takes no time; of two folders that were exchanged some are in
        # it.
        train_digest=splits.train.evenly(_COMPARED).digest() if config.job == "train" else "",
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
