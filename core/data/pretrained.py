"""Weights of networks that others trained: in Keras's own cache, or fetched into it.

Keras looks for them at the same place, so what it has downloaded is found, and what is
downloaded here it finds. Knows nothing of TensorFlow.
"""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import Literal

from core.config import Base
from core.data.sources.download import RemoteFile, download
from core.data.sources.source import Progress, no_progress
from core.errors import ModelError, ReadingError
from core.reading import is_file, opened

_BLOCK = 1 << 20  # bytes


def weights_folder() -> Path:
    """Where Keras keeps weights: `models` in KERAS_HOME, else in .keras of the home folder."""
    home = os.environ.get("KERAS_HOME")
    if home:
        return Path(home).expanduser().absolute() / "models"
    user = Path("~").expanduser()
    return (user if os.access(user, os.W_OK) else Path("/tmp")) / ".keras" / "models"


def weights_path(base: Base) -> Path:
    return weights_folder() / base.weights


def weights_state(base: Base) -> Literal["ready", "downloadable"]:
    """Whether the weights are on this machine; that they are whole is seen when they are read."""
    return "ready" if is_file(weights_path(base)) else "downloadable"


def missing_weights(base: Base) -> ModelError:
    """That they are not here, and how they come here."""
    return ModelError(
        f"The weights of {base.title} are not on this machine.",
        f"Download them on Design, or put {base.weights} into {weights_folder()}.",
    )


def download_weights(base: Base, progress: Progress = no_progress) -> Path:
    """Fetch the weights, unless they are there.

    Raises:
        DatasetError: says what happened, the address, and where to put the file by hand.
    """
    remote = RemoteFile(base.weights, base.url, base.md5, base.size)
    return download(remote, weights_folder(), progress)


def whole_weights(base: Base) -> Path:
    """The weights' file, read once to see that it is the one that is meant.

    Raises:
        ModelError: it is not there, or is another file.
    """
    path = weights_path(base)
    if not is_file(path):
        raise missing_weights(base)
    if _md5(path) != base.md5:
        raise ModelError(
            f"{path.name} in {path.parent} is not the file of weights that is meant: it is "
            "damaged or another version.",
            "Delete it, then download it on Design.",
        )
    return path


def _md5(path: Path) -> str:
    digest = hashlib.md5(usedforsecurity=False)
    try:
        with opened(path) as file:
            while block := file.read(_BLOCK):
                digest.update(block)
    except ReadingError as error:
        raise ModelError(error.message, error.advice) from error
    return digest.hexdigest()
