"""Checkpoints: every variable of a training run in one file, written whole or not at all.

The state is a list of variables (anything with `.path`, `.numpy()` and `.assign()`) and a
small JSON-ready dictionary. A file is used only where its checksum is right, every number is
finite and its dictionary makes sense to who wrote it; else the one before is. Knows nothing of
the training loop.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from core.errors import ReadingError, UserError
from core.files import replacing
from core.reading import first_line, is_folder, parse_json, read_arrays

KEPT = 2  # the newest, and the one before in case the newest cannot be read
_MOST_BYTES = 64 * 2**30  # more than any network that trains here has
_Meta = TypeVar("_Meta")


class CheckpointError(UserError):
    """A checkpoint that cannot be used."""


def save_checkpoint(folder: Path, step: int, variables: Sequence[Any], meta: dict) -> Path:
    """Write `step-<step>.npz`; the newest two are kept.

    Raises:
        CheckpointError: the folder is a link, behind which another run's files may lie.
        OSError: it cannot be written.
    """
    make_folder(folder)
    path = folder / f"step-{step:09d}.npz"
    write_variables(path, variables, {**meta, "step": step})
    prune(path)
    return path


def prune(newest: Path) -> None:
    """Of a file's kind keep it and the one before. Later ones were refused, or their epoch not
    saved, when this worker began."""
    kind = newest.name.partition("-")[0]
    there = sorted(newest.parent.glob(f"{kind}-*.npz"))
    kept = [path for path in there if path <= newest][-KEPT:]
    for path in there:
        if path not in kept and not is_folder(path):
            path.unlink(missing_ok=True)


def are_in(folder: Path) -> bool:
    """Whether there is a checkpoint to go on from, usable or not."""
    return any(folder.glob("step-*.npz"))


def make_folder(folder: Path) -> None:
    """A run's own folder for checkpoints. Raises as save_checkpoint does."""
    if folder.is_symlink():
        raise CheckpointError(
            f"{folder.name} is a link, and what lies behind it may be another run's.",
            "Put a folder in its place, or take the link away.",
        )
    folder.mkdir(exist_ok=True)


def restore_newest(
    folder: Path,
    variables: Sequence[Any] | Callable[[_Meta], Sequence[Any]],
    understand: Callable[[dict], _Meta],
) -> _Meta | None:
    """Assign the newest usable checkpoint; its meta, or None where there is none at all.

    Args:
        variables: those of the run; where they hang on where it stood, a function of the meta.
        understand: makes of the meta what the caller needs; ValueError, TypeError or KeyError
            where it makes no sense, and then the checkpoint before is tried.

    Raises:
        CheckpointError: checkpoints are there, but none can be used.
    """
    problems = []
    for path in sorted(folder.glob("step-*.npz"), reverse=True):
        try:
            return read_variables(path, variables, understand)
        except CheckpointError as error:
            problems.append(str(error))
    if problems:
        raise CheckpointError("No checkpoint of this run can be used: " + " ".join(problems))
    return None


def write_variables(path: Path, variables: Sequence[Any], meta: dict) -> None:
    """One .npz of all values, by index, with their names, the meta and a checksum beside them."""
    values = [np.asarray(variable.numpy()) for variable in variables]
    said = {"names": [variable.path for variable in variables], "meta": meta}
    header = json.dumps({**said, "sha256": _digest(said, values)}).encode()
    arrays: dict[str, Any] = {f"v{i:05d}": value for i, value in enumerate(values)}
    with replacing(path) as temporary, temporary.open("wb") as file:
        np.savez(file, header=np.frombuffer(header, np.uint8), **arrays)


def read_variables(
    path: Path,
    variables: Sequence[Any] | Callable[[_Meta], Sequence[Any]],
    understand: Callable[[dict], _Meta],
) -> _Meta:
    """Assign the values of one file to the variables, all or none of them; its meta.

    Args: as restore_newest.

    Raises:
        CheckpointError: the file is damaged, is of another network, or holds what is no number.
    """
    said, values = _read(path)
    try:
        meta = understand(said["meta"])
    except (ValueError, TypeError, KeyError) as error:
        raise CheckpointError(f"What {path.name} says of itself makes no sense.") from error
    taking = variables(meta) if callable(variables) else variables
    if len(values) != len(taking) or any(
        tuple(value.shape) != tuple(variable.shape)
        for value, variable in zip(values, taking, strict=True)
    ):
        raise CheckpointError(f"{path.name} belongs to another network.")
    if not all(np.isfinite(value).all() for value in values if value.dtype.kind == "f"):
        raise CheckpointError(f"{path.name} holds weights that are no finite numbers.")
    for variable, value in zip(taking, values, strict=True):
        variable.assign(value)
    return meta


def _read(path: Path) -> tuple[dict[str, Any], list[np.ndarray]]:
    """The header and the values, checked against the checksum; CheckpointError."""
    try:
        arrays = read_arrays(path, most=_MOST_BYTES)
        header = parse_json(bytes(arrays["header"]), "its header")
        values = [arrays[f"v{i:05d}"] for i in range(len(header["names"]))]
        said = {"names": header["names"], "meta": header["meta"]}
        # Checkpoints of the versions before have none; their members' own CRC was checked.
        expected = header.get("sha256")
    except ReadingError as error:
        raise CheckpointError(f"{path.name} is damaged: {first_line(error)}.") from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise CheckpointError(f"{path.name} is damaged.") from error
    if expected is not None and expected != _digest(said, values):
        raise CheckpointError(f"{path.name} is damaged: its checksum is wrong.")
    return said, values


def _digest(said: dict[str, Any], values: Sequence[np.ndarray]) -> str:
    found = hashlib.sha256(json.dumps(said, sort_keys=True).encode())
    for value in values:
        found.update(f"{value.dtype.str}{value.shape}".encode())
        found.update(np.ascontiguousarray(value).data if value.size else b"")
    return found.hexdigest()
