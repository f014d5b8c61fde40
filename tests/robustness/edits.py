"""What can happen to the files of a run record: one edit at a time, drawn by a seed.

Every edit is really made on disk. What fields there are to edit is read off the files
themselves and off the models that they are validated with. Knows nothing of pages.
"""

from __future__ import annotations

import io
import json
import os
import random
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from core.config import RunConfig
from core.runs import (
    DatasetSummary,
    RangeTestResult,
    RateSuggestion,
    RefusedRule,
    Status,
    TrainingResult,
)

_RAW = "@@raw@@"
# Stands for text that json.dumps would not write.
_RAW_VALUES = (
    "9" * 5000,
    "-" + "9" * 400,
    "1e999",
    "NaN",
    "-Infinity",
    "[" * 100_000,
    '{"a":' * 2000 + "1" + "}" * 2000,
    "0x10",
    '"\\ud800"',
)
_VALUES = (
    *(None, True, False, 0, 1, -1, 2, 3.5, -0.5, 1e-320, 1e30, 1e308, 2**31, 2**63, 10**18),
    *("", "x", "0", "-1", "running", "queued", "finished", "nan", "\x00", "\u202e", "a\nb"),
    *("../../x", "/etc/passwd", "![p](http://203.0.113.1/p.png) **b** $x$ :red[r]", "é" * 5000),
    *([], [None], [1, 2], ["a", "b"], {}, {"a": 1}, [[[]]], {"": None}),
)
_RESULTS = (TrainingResult, RangeTestResult, RateSuggestion, RefusedRule)
_SECTIONS = (RunConfig, Status, *_RESULTS, DatasetSummary)
_FIELDS = sorted({name for model in _SECTIONS for name in model.model_fields})
_JSON_FILES = ("config.json", "status.json", "dataset.json", "exit.json")
_HUGE = 5 * 10**9  # bytes; sparse, so that it takes no space


def edit_record(record: Path, other: Path, chance: random.Random) -> str:
    """Change one thing about a record; says what.

    Args:
        other: another record, which links may lead to.
    """
    kind = chance.choices(
        (_edit_json, _edit_metrics, _edit_archive, _edit_whole_file, _edit_folder),
        weights=(45, 12, 13, 27, 3),
    )[0]
    return kind(record, other, chance)


def _edit_json(record: Path, other: Path, chance: random.Random) -> str:
    path = record / chance.choice(_JSON_FILES)
    document = json.loads(path.read_text()) if path.exists() else {"pid": 1, "returncode": -9}
    text, words = edited_json(document, chance)
    path.write_text(text)
    return f"{path.name}: {words}"


def edited_json(document: Any, chance: random.Random) -> tuple[str, str]:
    """The document's text after one edit anywhere in it, and what was edited."""
    holder, key = chance.choice(list(_places(document)))
    where = f"{key!r}"
    how = chance.choices(("value", "delete", "add", "raw", "swap"), weights=(55, 12, 8, 20, 5))[0]
    raw = ""
    if how == "value":
        holder[key] = chance.choice(_VALUES)
        where += f" = {holder[key]!r:.40}"
    elif how == "delete":
        del holder[key]
    elif how == "add" and isinstance(holder, dict):
        holder[chance.choice(_FIELDS)] = chance.choice(_VALUES)
    elif how == "swap":
        inside = holder[key]
        holder[key] = list(inside.items()) if isinstance(inside, dict) else {"0": inside}
    else:
        raw = chance.choice(_RAW_VALUES)
        holder[key] = _RAW
    return json.dumps(document).replace(f'"{_RAW}"', raw), f"{how} {where} {raw[:20]}"


def _places(document: Any) -> list[tuple[Any, Any]]:
    """Every (container, key) in a document."""
    found: list[tuple[Any, Any]] = []
    keys = document if isinstance(document, dict) else range(len(document))
    for key in keys:
        found.append((document, key))
        if isinstance(document[key], (dict, list)):
            found += _places(document[key])
    return found


def _edit_metrics(record: Path, other: Path, chance: random.Random) -> str:
    path = record / "metrics.jsonl"
    lines = path.read_text().splitlines()
    words = ""
    for _ in range(chance.choice((1, 1, 5, 50))):
        place = chance.randrange(len(lines))
        try:
            lines[place], words = edited_json(json.loads(lines[place]), chance)
        except (ValueError, IndexError, TypeError, RecursionError):  # edited before
            lines[place] = chance.choice(_RAW_VALUES)
    if chance.random() < 0.2:
        lines.insert(chance.randrange(len(lines)), '{"kind": "resume", "step": -5}')
    path.write_text("\n".join(lines) + chance.choice(("", "\n")))
    return f"metrics.jsonl: {words}"


def _edit_archive(record: Path, other: Path, chance: random.Random) -> str:
    path = record / chance.choice(("predictions.npz", "model.keras", "predictions.npz"))
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    name = chance.choice(sorted(members))
    change = chance.choice(_ARCHIVE_EDITS)
    members = change(members, name, chance)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for key, data in members.items():
            archive.writestr(key, data)
    return f"{path.name}: {change.__name__} {name}"


Members = dict[str, bytes]


def _lose_member(members: Members, name: str, chance: random.Random) -> Members:
    return {key: data for key, data in members.items() if key != name}


def _cut_member(members: Members, name: str, chance: random.Random) -> Members:
    return {**members, name: members[name][: chance.randrange(len(members[name]) + 1)]}


def _flip_member(members: Members, name: str, chance: random.Random) -> Members:
    return {**members, name: flipped(members[name], chance)}


def _blow_up_member(members: Members, name: str, chance: random.Random) -> Members:
    return {**members, name: members[name] + b" " * 200_000_000}


def _rename_member(members: Members, name: str, chance: random.Random) -> Members:
    return {f"../{key}" if key == name else key: data for key, data in members.items()}


def _edit_member(members: Members, name: str, chance: random.Random) -> Members:
    """Other arrays into an .npz, other fields into a network's description."""
    if name.endswith(".npy"):
        array: np.ndarray = chance.choice(_ARRAYS)
        file = io.BytesIO()
        np.save(file, array, allow_pickle=array.dtype.hasobject)
        return {**members, name: file.getvalue()}
    if name.endswith(".json"):
        return {**members, name: edited_json(json.loads(members[name]), chance)[0].encode()}
    return _flip_member(members, name, chance)


_ARRAYS = (
    np.zeros(0),
    np.zeros((3, 10), np.float32),
    np.zeros((360, 10), np.int64),
    np.full((360, 10), np.nan, np.float32),
    np.full(360, 99),
    np.full(360, -1),
    np.zeros((360, 2), np.int64),
    np.array(5),
    np.array(["a"] * 360),
    np.array([None] * 360),
    np.full(360, 2**63, np.uint64),
    np.full((360, 10), 7.0, np.float64),
)
_ARCHIVE_EDITS = (
    *(_lose_member, _cut_member, _flip_member, _blow_up_member, _rename_member),
    *(_edit_member, _edit_member, _edit_member),
)


def flipped(data: bytes, chance: random.Random) -> bytes:
    """Some bytes are others."""
    changed = bytearray(data)
    for _ in range(chance.choice((1, 3, 50))):
        if changed:
            changed[chance.randrange(len(changed))] = chance.randrange(256)
    return bytes(changed)


def _edit_whole_file(record: Path, other: Path, chance: random.Random) -> str:
    names = [path.name for path in record.iterdir()] + [
        "request-stop",
        "request-pause",
        "exit.json",
    ]
    path = record / chance.choice(sorted(names))
    change = chance.choice(_FILE_EDITS)
    change(path, other / path.name, chance)
    return f"{path.name}: {change.__name__}"


def _clear(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def _delete(path: Path, other: Path, chance: random.Random) -> None:
    _clear(path)


def _truncate(path: Path, other: Path, chance: random.Random) -> None:
    if path.is_file():
        os.truncate(path, chance.randrange(path.stat().st_size + 1))


def _empty(path: Path, other: Path, chance: random.Random) -> None:
    _clear(path)
    path.touch()


def _random_bytes(path: Path, other: Path, chance: random.Random) -> None:
    _clear(path)
    path.write_bytes(chance.randbytes(chance.choice((1, 50, 5000, 100_000))))


def _flip(path: Path, other: Path, chance: random.Random) -> None:
    if path.is_file():
        path.write_bytes(flipped(path.read_bytes(), chance))


def _to_folder(path: Path, other: Path, chance: random.Random) -> None:
    _clear(path)
    path.mkdir()
    (path / "inside").touch()


def _link_to(target: str) -> Callable[[Path, Path, random.Random], None]:
    def link(path: Path, other: Path, chance: random.Random) -> None:
        _clear(path)
        path.symlink_to(target.format(other=other, own=path))

    link.__name__ = f"link to {target}"
    return link


def _pipe(path: Path, other: Path, chance: random.Random) -> None:
    _clear(path)
    os.mkfifo(path)


def _close(path: Path, other: Path, chance: random.Random) -> None:
    if path.exists():
        path.chmod(0)


def _huge(path: Path, other: Path, chance: random.Random) -> None:
    _clear(path)
    path.touch()
    os.truncate(path, _HUGE)


_FILE_EDITS = (
    *(_delete, _truncate, _empty, _random_bytes, _flip, _to_folder, _pipe, _close, _huge),
    *(_link_to("/nowhere"), _link_to("{own}"), _link_to("/dev/zero"), _link_to("{other}")),
)


def _edit_folder(record: Path, other: Path, chance: random.Random) -> str:
    """The record's own folder."""
    change = chance.choice((_close, _empty, _to_folder, _pipe, *_FILE_EDITS[-4:]))
    change(record, other, chance)
    return f"the folder: {change.__name__}"
