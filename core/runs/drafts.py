"""Drafts: configurations not yet run, one small JSON file each under runs/.drafts.

A draft outlives the browser session, so that a refresh or a restart loses nothing.
Knows nothing of pages.
"""

from __future__ import annotations

import re
import secrets
from pathlib import Path

from core.config import RunConfig, parse_config, read_config
from core.errors import ConfigError
from core.files import remove_left_over, write_atomically
from core.reading import modified
from core.runs.legacy import upgrade_config
from core.runs.store import runs_folder

_ID = re.compile(r"[0-9a-f]{8}")
_LEFT_OVER_SECONDS = 600.0  # a draft is written in far less


def new_draft_id() -> str:
    return secrets.token_hex(4)


def save_draft(draft_id: str, config: RunConfig, folder: Path | None = None) -> None:
    path = _path(draft_id, folder)
    path.parent.mkdir(parents=True, exist_ok=True)
    remove_left_over(path.parent, _LEFT_OVER_SECONDS)
    write_atomically(path, config.to_json().encode())


def load_draft(draft_id: str, folder: Path | None = None) -> RunConfig | None:
    """The draft, or None where there is none that can be read."""
    if not _ID.fullmatch(draft_id):
        return None  # an id comes from the address bar: never let it name another path
    try:
        return parse_config(upgrade_config(read_config(_path(draft_id, folder))))
    except ConfigError:
        return None


def newest_draft(folder: Path | None = None) -> RunConfig | None:
    """The draft written last; None where none can be read."""
    drafts = (folder or runs_folder()) / ".drafts"
    paths = [path for path in drafts.glob("*.json") if _ID.fullmatch(path.stem)]
    for path in sorted(paths, key=modified, reverse=True):
        config = load_draft(path.stem, folder)
        if config is not None:
            return config
    return None


def _path(draft_id: str, folder: Path | None) -> Path:
    if not _ID.fullmatch(draft_id):
        raise ValueError(f"{draft_id!r} is not a draft id: eight hexadecimal digits")
    return (folder or runs_folder()) / ".drafts" / f"{draft_id}.json"
