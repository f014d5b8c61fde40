"""Drafts: configurations not yet run, one small JSON file each under runs/.drafts.

A draft outlives the browser session, so that a refresh or a restart loses nothing. Those that
nobody has changed for long are thrown away. Knows nothing of pages.
"""

from __future__ import annotations

import os
import re
import secrets
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from core.config import LARGEST_CONFIG, RunConfig, parse_config, read_config
from core.errors import ConfigError
from core.files import remove_left_over, write_atomically
from core.reading import modified
from core.runs.legacy import upgrade_config
from core.runs.store import runs_folder

_ID = re.compile(r"[0-9a-f]{8}")
_LEFT_OVER_SECONDS = 600.0  # a draft is written in far less
KEPT_SECONDS = 30 * 86_400.0  # since it was changed last
MOST_KEPT = 200


def new_draft_id() -> str:
    return secrets.token_hex(4)


def save_draft(draft_id: str, config: RunConfig, folder: Path | None = None) -> None:
    """Write it, and where it is a new one, throw away those that nobody has changed for long.

    Raises:
        ConfigError: it is larger than a draft that can be read; the one before stays.
    """
    path, data = _path(draft_id, folder), config.to_json().encode()
    if len(data) > LARGEST_CONFIG:
        raise ConfigError(
            "The draft would be larger than 1 MB, the most that can be read again.",
            "It keeps what it had. Take shorter names.",
        )
    path.parent.mkdir(parents=True, exist_ok=True)
    remove_left_over(path.parent, _LEFT_OVER_SECONDS)
    new = not path.exists()
    write_atomically(path, data)
    if new:
        _tidy(path)


def load_draft(draft_id: str, folder: Path | None = None) -> RunConfig | None:
    """The draft, or None where there is none that can be read."""
    if not _ID.fullmatch(draft_id):
        return None  # an id comes from the address bar: never let it name another path
    try:
        return parse_config(upgrade_config(read_config(_path(draft_id, folder))))
    except ConfigError:
        return None


def keep_draft(draft_id: str, folder: Path | None = None) -> None:
    """Count its use as if it had been written now, so that it is not thrown away as forgotten."""
    with suppress(OSError):  # there is none yet, or the folder is closed to us
        os.utime(_path(draft_id, folder))


def newest_drafts(folder: Path | None = None) -> Iterator[RunConfig]:
    """The drafts that can be read, the one written last first."""
    for path in _newest_first((folder or runs_folder()) / ".drafts"):
        config = load_draft(path.stem, folder)
        if config is not None:
            yield config


def _newest_first(drafts: Path) -> list[Path]:
    paths = [path for path in drafts.glob("*.json") if _ID.fullmatch(path.stem)]
    return sorted(paths, key=modified, reverse=True)


def _tidy(written: Path) -> None:
    """Throw away the drafts that are too old or too many, but never the one just written."""
    others = [path for path in _newest_first(written.parent) if path != written]
    oldest = (time.time() - KEPT_SECONDS) * 1e9
    for place, path in enumerate(others, start=2):  # the one just written is the first
        if place > MOST_KEPT or modified(path) < oldest:
            with suppress(OSError):  # another process was faster, or the folder is closed to us
                path.unlink()


def _path(draft_id: str, folder: Path | None) -> Path:
    if not _ID.fullmatch(draft_id):
        raise ValueError(f"{draft_id!r} is not a draft id: eight hexadecimal digits")
    return (folder or runs_folder()) / ".drafts" / f"{draft_id}.json"
