"""Runs' networks, the pictures brought to them, and what they answer. Imports TensorFlow late."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from core.analysis.held import HeldOutputs, Outputs
from core.errors import PhotoError, RunError
from core.models.inference import as_graph, is_prepared, predict_probabilities, prepare_server
from core.reading import is_file, modified
from core.runs import DatasetSummary, Run
from pages.session.cache.images import test_images
from pages.session.cache.records import evaluation

if TYPE_CHECKING:
    from core.photos.upload import Upload

_MOST_OUTPUTS = 2**28  # bytes; of ResNet-20 at 512 x 512 pixels one image's take 692 MB
_outputs = HeldOutputs(_MOST_OUTPUTS)


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
