"""Checkpoints: every variable of a training run in one file, written whole or not at all.

The state is a list of variables (anything with `.path`, `.numpy()` and `.assign()`) and a
small JSON-ready dictionary. Knows nothing of the training loop.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np

from core.errors import UserError
from core.files import replacing

KEPT = 2  # the newest, and the one before in case the newest cannot be read


class CheckpointError(UserError):
    """A checkpoint that cannot be used."""


def save_checkpoint(folder: Path, step: int, variables: Sequence[Any], meta: dict) -> Path:
    """Write `step-<step>.npz`; the newest two are kept."""
    folder.mkdir(exist_ok=True)
    path = folder / f"step-{step:09d}.npz"
    write_variables(path, variables, {**meta, "step": step})
    for old in sorted(folder.glob("step-*.npz"))[:-KEPT]:
        old.unlink(missing_ok=True)
    return path


def restore_newest(folder: Path, variables: Sequence[Any]) -> dict | None:
    """Assign the newest readable checkpoint; its meta, or None where there is none.

    Raises:
        CheckpointError: checkpoints are there, but none can be used.
    """
    problems = []
    for path in sorted(folder.glob("step-*.npz"), reverse=True):
        try:
            return read_variables(path, variables)
        except CheckpointError as error:
            problems.append(str(error))
    if problems:
        raise CheckpointError("No checkpoint of this run can be used: " + " ".join(problems))
    return None


def write_variables(path: Path, variables: Sequence[Any], meta: dict) -> None:
    """One .npz of all values, by index, with their names and the meta beside them."""
    names = [variable.path for variable in variables]
    header = json.dumps({"names": names, "meta": meta}).encode()
    arrays: dict[str, Any] = {f"v{i:05d}": np.asarray(v.numpy()) for i, v in enumerate(variables)}
    with replacing(path) as temporary, temporary.open("wb") as file:
        np.savez(file, header=np.frombuffer(header, np.uint8), **arrays)


def read_variables(path: Path, variables: Sequence[Any]) -> dict:
    """Assign the values of one file to the variables; all or none of them.

    Raises:
        CheckpointError: the file is damaged or is of another network.
    """
    try:
        # Opened here, for np.load leaves a file open where it fails to read it.
        with path.open("rb") as raw, np.load(raw, allow_pickle=False) as file:
            header = json.loads(bytes(file["header"]).decode())
            values = [file[f"v{i:05d}"] for i in range(len(header["names"]))]
    except (OSError, ValueError, KeyError, BadZipFile, EOFError) as error:
        raise CheckpointError(f"{path.name} is damaged ({error}).") from error
    if len(values) != len(variables) or any(
        tuple(value.shape) != tuple(variable.shape)
        for value, variable in zip(values, variables, strict=True)
    ):
        raise CheckpointError(f"{path.name} belongs to another network.")
    for variable, value in zip(variables, values, strict=True):
        variable.assign(value)
    return header["meta"]
