"""What was once said of a whole network, handed on to its rows: its blocks and dense layers.

Until blocks spoke for themselves, `padding`, `activation` and `batch_normalization` stood beside
them, `dense` was a list of units and `dense_dropout` that of all. Saved runs and people's own files
go on saying so, and `--set architecture.activation=tanh` is a good way to set all rows at once.
Works on parsed JSON. Knows nothing of what the fields mean.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from pydantic import BaseModel, TypeAdapter, ValidationError

# A field of before -> (the list whose rows it is of, its name there).
_WIDE: Final[dict[str, tuple[tuple[str, str], ...]]] = {
    "padding": (("blocks", "padding"),),
    "activation": (("blocks", "activation"), ("dense", "activation")),
    "batch_normalization": (("blocks", "normalization"),),  # dense layers had none
    "dense_dropout": (("dense", "dropout"),),
}
_ACTIVATION: Final = ("activation", "slope", "pieces")
# What a new row takes from those it replaces, where it says nothing and they are all alike.
_SHARED: Final = {
    "blocks": ("padding", "normalization", *_ACTIVATION),
    "dense": ("dropout", "normalization", *_ACTIVATION),
}


def to_rows(data: Any) -> Any:
    """An architecture in which every block and dense layer speaks for itself.

    A row's own word stands above what is said of the whole network.

    Args:
        data: parsed JSON, or fields; anything else is handed back for pydantic to refuse.

    Raises:
        ValueError: `batch_normalization` is neither true nor false.
    """
    if not isinstance(data, Mapping):
        return data
    found = {name: value for name, value in data.items() if name not in _WIDE}
    for name in _SHARED:
        if name in found:
            found[name] = _listed(name, found[name])
    for wide in _WIDE.keys() & data.keys():
        value = _in_a_row(wide, data[wide])
        for name, own in _WIDE[wide]:
            for row in _rows(found, name):
                row.setdefault(own, value)
    return found


def set_everywhere(architecture: dict[str, Any], wide: str, value: Any) -> bool:
    """Set a field that was once the whole network's in all rows that it is of.

    Args:
        architecture: parsed JSON in which the rows speak for themselves; it is changed.
        wide: a name such as "activation".

    Returns: whether it is such a field.

    Raises:
        ValueError: as to_rows.
    """
    if wide not in _WIDE:
        return False
    architecture[wide] = value  # for rows that are put there later and say nothing
    for name, own in _WIDE[wide]:
        for row in _rows(architecture, name):
            row[own] = _in_a_row(wide, value)
    return True


def like_those_before(architecture: Mapping[str, Any], name: str, rows: Any) -> Any:
    """Rows for the place of others: what they do not say, they take from those where alike.

    Args:
        architecture: parsed JSON in which the rows speak for themselves.
        name: "blocks" or "dense"; of any other nothing is known, and `rows` is handed back.
        rows: what is to be put there.
    """
    if name not in _SHARED:
        return rows
    shared = _alike(_rows(architecture, name), _SHARED[name])
    if name == "dense" and not _rows(architecture, "dense"):
        shared = _alike(_rows(architecture, "blocks"), _ACTIVATION)
    listed = _listed(name, rows)
    for row in _rows({name: listed}, name):
        for own, value in shared.items():
            row.setdefault(own, value)
    return listed


def in_place_of(row: Any, name: str, value: Any) -> Any:
    """What `architecture.dense.0=256` puts in a row's place: as before, so many units."""
    if name == "dense" and isinstance(row, dict) and not isinstance(value, dict):
        return {**row, "units": value}
    return value


def _rows(architecture: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
    """The rows that are what they should be; pydantic tells of the others."""
    listed = architecture.get(name)
    return [row for row in listed if isinstance(row, dict)] if isinstance(listed, list) else []


def _alike(rows: Sequence[dict[str, Any]], names: Iterable[str]) -> dict[str, Any]:
    """The fields that all rows have in common."""
    if not rows:
        return {}
    first = rows[0]
    return {n: first[n] for n in names if all(n in row and row[n] == first[n] for row in rows)}


def _listed(name: str, rows: Any) -> Any:
    """Rows as dictionaries of their own; a bare number is a dense layer of so many units."""
    if not isinstance(rows, list | tuple):
        return rows
    return [_row(name, row) for row in rows]


def _row(name: str, row: Any) -> Any:
    if isinstance(row, BaseModel):
        return row.model_dump(exclude_unset=True)
    if isinstance(row, Mapping):
        return dict(row)
    return {"units": row} if name == "dense" else row


def _in_a_row(wide: str, value: Any) -> Any:
    """What a field of before means in a row."""
    if wide != "batch_normalization":
        return value
    try:
        return "after" if TypeAdapter(bool).validate_python(value) else "none"
    except ValidationError as error:
        raise ValueError(
            f"batch_normalization is {value!r}; it must be true or false, and in a block "
            "normalization is 'none', 'before' or 'after'"
        ) from error
