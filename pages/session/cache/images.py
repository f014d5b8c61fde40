"""Data sets, their splits and what is reckoned of them. Knows nothing of networks.

Keys hold the set's version on disk, and the whole of each configuration.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import streamlit as st

from core.config import DatasetConfig, RunConfig, SplitConfig
from core.data import catalog
from core.data.dataset import Dataset, Subset
from core.data.load import load_dataset
from core.data.splits import Splits, make_splits
from core.data.stats import SubsetStats, subset_stats
from core.models.inference import prepare_server
from core.reading import is_file
from core.runs import Run
from pages.session.cache.records import evaluation, run_config

if TYPE_CHECKING:
    from core.data.augmentation.preview import AugmentedSample

_decoded: set[tuple[str, str]] = set()  # (data set, its version on disk), as JSON
# A configuration is frozen, and its JSON says all of it.
_BY_JSON: dict[str | type[Any], Callable[[Any], Any]] = {
    kind: (lambda section: section.model_dump_json())
    for kind in (DatasetConfig, SplitConfig, RunConfig)
}


def dataset(config: DatasetConfig) -> Dataset:
    """The images and labels, mapped from disk. Raises DatasetError; downloads nothing."""
    return _dataset(config, _version_on_disk(config))


def is_decoded(config: DatasetConfig) -> bool:
    """Whether `dataset` would take no time. Found out anew until it is so."""
    known = (config.model_dump_json(), _version_on_disk(config))
    if known not in _decoded and catalog.is_decoded(config):
        _decoded.add(known)
    return known in _decoded


def splits(config: RunConfig) -> Splits:
    """The run's own division into train, validation and test."""
    version = _version_on_disk(config.dataset)
    return _splits(config.dataset, config.split, version)


def stats(config: RunConfig, split: str) -> SubsetStats:
    """Statistics of the "train", "validation" or "test" split."""
    version = _version_on_disk(config.dataset)
    return _stats(config.dataset, config.split, split, version)


def subset(config: RunConfig, split: str) -> Subset:
    """The "train", "validation" or "test" images."""
    return splits(config).named(split)


def test_images(run: Run) -> Subset:
    """The test images that the run was trained apart from, as they were then.

    Raises:
        DatasetError: they cannot be read, or are others now: then nothing that the run says of
            an image may be shown beside the one that has its place today.
    """
    from core.analysis.evaluation import require_same_images

    config, summary = run_config(run), run.dataset()
    test = subset(config, "test")
    predicted = digest = None
    if summary.test_digest:
        digest = _digest_anew_where_not(summary.test_digest, config)
        test = subset(config, "test")
    elif is_file(run.predictions_path):
        predicted = evaluation(run)
    classes = dataset(config.dataset).classes
    require_same_images(summary, classes, digest, test.label_array(), predicted)
    return test


def _digest_anew_where_not(noted: str, config: RunConfig) -> str:
    """Of the test images as they are. A file written over in place leaves its folder's time as it
    was: where they are not what a run noted, they are read anew, once for each state of files."""
    of = (config.dataset, config.split, _version_on_disk(config.dataset))
    digest = _digest(*of)
    if digest != noted:
        _let_go(*of, catalog.fingerprint(config.dataset.name))
        digest = _digest(*of)
    return digest


def augmented(config: RunConfig, choice: int, seed: int, count: int) -> AugmentedSample:
    """A training image and `count` augmented versions of it. Imports TensorFlow."""
    version = _version_on_disk(config.dataset)
    return _augmented(config, choice, seed, count, version)


@st.cache_resource(max_entries=6, show_spinner="Reading the images…", hash_funcs=_BY_JSON)
def _dataset(config: DatasetConfig, version: str) -> Dataset:
    return load_dataset(config)


@st.cache_resource(max_entries=12, show_spinner=False, hash_funcs=_BY_JSON)
def _splits(config: DatasetConfig, division: SplitConfig, version: str) -> Splits:
    return make_splits(_dataset(config, version), division, limit=config.limit)


@st.cache_data(max_entries=50, show_spinner="Measuring the images…", hash_funcs=_BY_JSON)
def _stats(config: DatasetConfig, division: SplitConfig, split: str, version: str) -> SubsetStats:
    return subset_stats(_splits(config, division, version).named(split))


@st.cache_data(max_entries=50, show_spinner="Comparing the images…", hash_funcs=_BY_JSON)
def _digest(config: DatasetConfig, division: SplitConfig, version: str) -> str:
    return _splits(config, division, version).test.digest()


@st.cache_resource(max_entries=200, show_spinner=False, hash_funcs=_BY_JSON)
def _let_go(config: DatasetConfig, division: SplitConfig, version: str, files: str) -> None:
    _dataset.clear(config, version)
    _splits.clear(config, division, version)
    _digest.clear(config, division, version)


@st.cache_resource(max_entries=30, show_spinner=False, hash_funcs=_BY_JSON)
def _augmented(
    config: RunConfig, choice: int, seed: int, count: int, version: str
) -> AugmentedSample:
    prepare_server()
    from core.data.augmentation.preview import augmented_sample

    train = _splits(config.dataset, config.split, version).train
    return augmented_sample(train, config.augmentation, choice=choice, seed=seed, count=count)


def _version_on_disk(config: DatasetConfig) -> str:
    """Changes when the files behind a data set are replaced."""
    return catalog.find_dataset(config.name).version
