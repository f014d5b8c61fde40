"""st.cache_* around core: what pages read again and again is read once.

Knows how long a result stays true, and nothing of what it means. Keys hold a file's
modification time where the file may change.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import streamlit as st

from core.config import DatasetConfig, RunConfig, SplitConfig
from core.data.catalog import find_dataset, load_dataset
from core.data.dataset import Dataset, Part
from core.data.splits import Splits, make_splits
from core.data.stats import PartStats, part_stats
from core.runs import MetricsLog, Run

if TYPE_CHECKING:
    from core.analysis.evaluation import Evaluation


@dataclass(frozen=True, eq=False)
class Augmented:
    """A sample and what augmentation makes of it."""

    original: np.ndarray  # (H, W, C) uint8
    versions: np.ndarray  # (count, H, W, C) uint8
    name: str  # of its class


# A configuration is frozen, and its JSON says all of it.
_BY_JSON: dict[str | type[Any], Callable[[Any], Any]] = {
    kind: (lambda part: part.model_dump_json()) for kind in (DatasetConfig, SplitConfig, RunConfig)
}


def run_config(run: Run) -> RunConfig:
    """A run's configuration. Raises ConfigError where it cannot be read."""
    return _run_config(str(run.path), _modified(run.path / "config.json"))


def dataset(config: DatasetConfig) -> Dataset:
    """The images and labels, mapped from disk. Raises DatasetError; downloads nothing."""
    return _dataset(config, _version_on_disk(config))


def splits(config: RunConfig) -> Splits:
    """The run's own division into train, validation and test."""
    version = _version_on_disk(config.dataset)
    return _splits(config.dataset, config.split, version)


def stats(config: RunConfig, part: str) -> PartStats:
    """Statistics of the "train", "validation" or "test" part."""
    version = _version_on_disk(config.dataset)
    return _stats(config.dataset, config.split, part, version)


def part(config: RunConfig, name: str) -> Part:
    """The "train", "validation" or "test" part."""
    found = getattr(splits(config), name)
    assert isinstance(found, Part)
    return found


def evaluation(run: Run) -> Evaluation:
    """Raises RunError where the run has not been evaluated."""
    return _evaluation(str(run.path), _modified(run.predictions_path))


def model(run: Run) -> Any:
    """The run's Keras model, on the CPU. Imports TensorFlow. Raises ModelError."""
    return _model(str(run.path), _modified(run.model_path))


def activations(run: Run, image: np.ndarray) -> dict[str, np.ndarray]:
    """Every layer's output for one image (H, W, C) uint8."""
    return _activations(str(run.path), _modified(run.model_path), image)


def augmented(config: RunConfig, choice: int, seed: int, count: int) -> Augmented:
    """A training image and `count` augmented versions of it. Imports TensorFlow."""
    version = _version_on_disk(config.dataset)
    return _augmented(config, choice, seed, count, version)


def metrics_log(run: Run) -> MetricsLog:
    """The run's one reader, so that each look reads only what is new."""
    return _metrics_log(str(run.path))


def hide_gpu() -> None:
    """Leave the whole GPU to the worker. Call before anything imports TensorFlow here."""
    from core.training.devices import hide_gpu_from_this_process

    hide_gpu_from_this_process()


@st.cache_resource(max_entries=2000, show_spinner=False)
def _run_config(path: str, modified: int) -> RunConfig:
    return Run(Path(path)).config()


@st.cache_resource(max_entries=6, show_spinner="Reading the images…", hash_funcs=_BY_JSON)
def _dataset(config: DatasetConfig, version: str) -> Dataset:
    return load_dataset(config)


@st.cache_resource(max_entries=12, show_spinner=False, hash_funcs=_BY_JSON)
def _splits(config: DatasetConfig, split: SplitConfig, version: str) -> Splits:
    return make_splits(_dataset(config, version), split, limit=config.limit)


@st.cache_data(max_entries=50, show_spinner="Measuring the images…", hash_funcs=_BY_JSON)
def _stats(config: DatasetConfig, split: SplitConfig, part: str, version: str) -> PartStats:
    return part_stats(getattr(_splits(config, split, version), part))


@st.cache_resource(max_entries=8, show_spinner=False)
def _evaluation(path: str, modified: int) -> Evaluation:
    from core.analysis.evaluation import load_evaluation

    return load_evaluation(Run(Path(path)))


@st.cache_resource(max_entries=3, show_spinner="Loading TensorFlow and the network…")
def _model(path: str, modified: int) -> Any:
    hide_gpu()
    from core.models.export import load_model

    return load_model(Run(Path(path)).model_path)


@st.cache_resource(max_entries=8, show_spinner="Running the network…")
def _activations(path: str, modified: int, image: np.ndarray) -> dict[str, np.ndarray]:
    from core.analysis.feature_maps import activations

    return activations(_model(path, modified), image)


@st.cache_resource(max_entries=30, show_spinner=False, hash_funcs=_BY_JSON)
def _augmented(config: RunConfig, choice: int, seed: int, count: int, version: str) -> Augmented:
    hide_gpu()
    from core.data.augmentation import preview

    train = _splits(config.dataset, config.split, version).train
    # Others stand between, because mixup and cutmix take a second image.
    positions = np.random.default_rng(choice).permutation(len(train))[: count + 1]
    pixels, labels = train.gather(positions)
    batch = np.repeat(pixels[:1], 2 * count, axis=0)
    batch[1::2] = pixels[1 + np.arange(count) % max(len(pixels) - 1, 1)]
    versions = preview(batch, config.augmentation, seed, 2 * count)[::2]
    name = _dataset(config.dataset, version).classes[labels[0]]
    return Augmented(pixels[0], versions, name)


@st.cache_resource(max_entries=50, show_spinner=False)
def _metrics_log(path: str) -> MetricsLog:
    return MetricsLog(Run(Path(path)).metrics_path)


def _version_on_disk(config: DatasetConfig) -> str:
    """Changes when the files behind a data set are replaced."""
    location = find_dataset(config.name).location
    return f"{location}:{_modified(location)}" if location else ""


def _modified(path: Path) -> int:
    """0 where the file is missing: reading it says so in better words."""
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return 0
