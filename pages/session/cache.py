"""st.cache_* around core: what pages read again and again is read once.

Knows how long a result stays true, and nothing of what it means. Keys hold a file's
modification time where the file may change. What each look of a live page asks for is passed
by name: without one, Streamlit asks `inspect` for the function's signature at each call.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from core.analysis.held import HeldOutputs, Outputs
from core.config import DatasetConfig, RunConfig, SplitConfig
from core.data import catalog
from core.data.dataset import Dataset, Subset
from core.data.load import load_dataset
from core.data.splits import Splits, make_splits
from core.data.stats import SubsetStats, subset_stats
from core.errors import ConfigError, PhotoError, RunError
from core.models.inference import (
    as_graph,
    is_prepared,
    predict_probabilities,
    prepare_server,
)
from core.reading import is_file, modified, read_bytes, version
from core.runs import DatasetSummary, MetricsLog, Run

if TYPE_CHECKING:
    from core.analysis.evaluation import Evaluation
    from core.data.augmentation.preview import AugmentedSample
    from core.photos.upload import Upload

_MOST_MODEL = 2 * 10**9  # bytes that a browser is offered
_MOST_OUTPUTS = 2**28  # bytes; of ResNet-20 at 512 x 512 pixels one image's take 692 MB
_outputs = HeldOutputs(_MOST_OUTPUTS)
_decoded: set[tuple[str, str]] = set()  # (data set, its version on disk), as JSON
# A configuration is frozen, and its JSON says all of it.
_BY_JSON: dict[str | type[Any], Callable[[Any], Any]] = {
    kind: (lambda section: section.model_dump_json())
    for kind in (DatasetConfig, SplitConfig, RunConfig)
}


def run_config(run: Run) -> RunConfig:
    """A run's configuration. Raises ConfigError where it cannot be read."""
    found = _run_config(path=str(run.path), version=version(run.config_path))
    if isinstance(found, ConfigError):
        raise ConfigError(found.message, found.advice)
    return found


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
        digest = _digest(config.dataset, config.split, _version_on_disk(config.dataset))
    elif is_file(run.predictions_path):
        predicted = evaluation(run)
    classes = dataset(config.dataset).classes
    require_same_images(summary, classes, digest, test.label_array(), predicted)
    return test


def evaluation(run: Run) -> Evaluation:
    """Raises RunError where the run has not been evaluated."""
    return _evaluation(str(run.path), modified(run.predictions_path), modified(run.dataset_path))


def model(run: Run) -> Any:
    """The run's Keras model, on the CPU. Imports TensorFlow. Raises ModelError."""
    with _saying_that_it_loads():
        return _model(str(run.path), modified(run.model_path), modified(run.dataset_path))


def warm_up(run: Run) -> None:
    """Load TensorFlow and the run's model, and ask it once. For a thread that has no page.

    Raises:
        ModelError: the model cannot be read.
    """
    _predictor(str(run.path), modified(run.model_path), modified(run.dataset_path))


def model_file(run: Run) -> bytes:
    """The run's model.keras as it lies on disk. Raises ReadingError where it is gone."""
    return _model_file(str(run.path), modified(run.model_path))


def activations(run: Run, image: np.ndarray) -> Outputs:
    """Every layer's output, (h, w, c) float32, for one image (H, W, C) uint8."""
    from core.analysis.feature_maps import activations

    changes = (modified(run.model_path), modified(run.dataset_path))
    asked = (str(run.path), *changes, image.shape, image.tobytes())
    outputs = _outputs.find(asked)
    if outputs is None:
        with st.spinner("Running the network…"):
            outputs = activations(model(run), image)
            _outputs.keep(asked, outputs)
    return outputs


def upload(file: UploadedFile, summary: DatasetSummary) -> Upload:
    """What a person and the run's network see of a picture. Raises PhotoError."""
    # What an upload holds never changes, so its id says all of it.
    found = _upload(file.file_id, file.getvalue(), summary)
    if isinstance(found, PhotoError):
        raise PhotoError(found.message, found.advice)
    return found


def probabilities(run: Run, image: np.ndarray) -> np.ndarray:
    """Those of each class for one image (H, W, C) uint8.  # (K,) float32"""
    described = modified(run.dataset_path)
    with _saying_that_it_loads():
        return _probabilities(run, modified(run.model_path), described, image)


def test_probabilities(run: Run, position: int) -> np.ndarray:
    """Those of each class for a test image, (K,) float32: as the run's own evaluation, made with
    the model as saved, has them. The network is asked, which takes TensorFlow, where there is none.
    """
    with suppress(RunError):
        if is_file(run.predictions_path):
            row: np.ndarray = evaluation(run).probabilities[position]
            return row
    return probabilities(run, test_images(run).gather([position])[0][0])


def augmented(config: RunConfig, choice: int, seed: int, count: int) -> AugmentedSample:
    """A training image and `count` augmented versions of it. Imports TensorFlow."""
    version = _version_on_disk(config.dataset)
    return _augmented(config, choice, seed, count, version)


def metrics_log(run: Run) -> MetricsLog:
    """The run's one reader, so that each look reads only what is new."""
    return _metrics_log(path=str(run.path))


@st.cache_resource(max_entries=20_000, show_spinner=False)
def _run_config(path: str, version: str) -> RunConfig | ConfigError:
    """An error is held too: lists ask for it at every drawing."""
    try:
        return Run(Path(path)).config()
    except ConfigError as error:
        return error


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


@st.cache_resource(max_entries=8, show_spinner=False)
def _evaluation(path: str, modified: int, described: int) -> Evaluation:
    from core.analysis.evaluation import load_evaluation

    return load_evaluation(Run(Path(path)))


@contextmanager
def _saying_that_it_loads() -> Iterator[None]:
    """Not `show_spinner`, as the thread that loads ahead has no page to show it on."""
    if is_prepared():
        yield
    else:
        with st.spinner("Loading TensorFlow and the network…"):
            yield


@st.cache_resource(max_entries=3, show_spinner=False)
def _model(path: str, modified: int, described: int) -> Any:
    prepare_server()
    from core.models.export import load_model_for

    run = Run(Path(path))
    summary = run.dataset()
    return load_model_for(run.model_path, summary.image_shape, summary.num_classes)


@st.cache_resource(max_entries=3, show_spinner=False)
def _predictor(path: str, modified: int, described: int) -> Callable[..., Any]:
    return as_graph(_model(path, modified, described))


@st.cache_resource(max_entries=2, show_spinner=False)
def _model_file(path: str, modified: int) -> bytes:
    return read_bytes(Run(Path(path)).model_path, _MOST_MODEL)


# Only small pictures are held: some 2 MB each.
@st.cache_resource(
    max_entries=64,
    show_spinner="Reading the picture…",
    hash_funcs={DatasetSummary: lambda summary: summary.model_dump_json()},
)
def _upload(file_id: str, _data: bytes, summary: DatasetSummary) -> Upload | PhotoError:
    """A refusal is held too: the page asks again at each click."""
    from core.photos.upload import read_upload

    try:
        return read_upload(_data, summary)
    except PhotoError as error:
        return error


@st.cache_data(max_entries=256, show_spinner=False, hash_funcs={Run: lambda run: str(run.path)})
def _probabilities(run: Run, modified: int, described: int, image: np.ndarray) -> np.ndarray:
    graph = _predictor(str(run.path), modified, described)
    return predict_probabilities(graph, image[None], run.dataset().num_classes)[0]


@st.cache_resource(max_entries=30, show_spinner=False, hash_funcs=_BY_JSON)
def _augmented(
    config: RunConfig, choice: int, seed: int, count: int, version: str
) -> AugmentedSample:
    prepare_server()
    from core.data.augmentation.preview import augmented_sample

    train = _splits(config.dataset, config.split, version).train
    return augmented_sample(train, config.augmentation, choice=choice, seed=seed, count=count)


@st.cache_resource(max_entries=50, show_spinner=False)
def _metrics_log(path: str) -> MetricsLog:
    return MetricsLog(Run(Path(path)).metrics_path)


def _version_on_disk(config: DatasetConfig) -> str:
    """Changes when the files behind a data set are replaced."""
    return catalog.find_dataset(config.name).version
