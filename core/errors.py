"""What a person can be told: one base for every error whose words are meant for them.

A page shows such an error as a sentence and the command line as one line; any other
exception is a fault of ours. Knows nothing of where an error is shown.
"""

from __future__ import annotations

import errno
import os
import re
from pathlib import Path

_NO_TEXT = re.compile("[\ud800-\udfff]+")


class UserError(Exception):
    """What was wrong, and what to do about it.

    Args:
        message: whole sentences that quote the value received.
        advice: whole sentences on what to do; may be empty where the message says it.
    """

    def __init__(self, message: str, advice: str = "") -> None:
        # A message quotes names from the disk, and is sent to browsers and written to files.
        self.message = readable(message)
        self.advice = readable(advice)
        super().__init__(self.message, self.advice)

    def __str__(self) -> str:
        return f"{self.message} {self.advice}".rstrip()


class ConfigError(UserError, ValueError):
    """A configuration that cannot be run."""


class DatasetError(UserError):
    """A data set that cannot be had or read."""


class PhotoError(UserError):
    """A file that cannot be used as a picture."""


class ModelError(UserError):
    """A model file that cannot be used."""


class RunError(UserError):
    """A run record that cannot be used, or not in the way that was asked for."""


class TrainingError(UserError):
    """Why a run cannot go on."""


class ReadingError(UserError):
    """Something on disk that is not there, cannot be read, or is not what it should be."""


_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_FORBIDDEN = (errno.EACCES, errno.EPERM)


def describe_os_error(error: OSError, path: Path | None = None) -> str:
    """What the operating system refused, in one sentence about one path.

    Args:
        path: what it was about, where the error does not say.
    """
    told = path if path is not None else error.filename
    what = _shown(told) if told is not None else "A file"
    if error.errno in _FULL:
        return f"There is no space left on the disk for {what if told is not None else 'a file'}."
    if error.errno == errno.ENOENT:
        return f"{what} is not there."
    if error.errno in _FORBIDDEN:
        return f"{what} may not be read or changed by this account."
    if error.errno == errno.EROFS:
        return f"{what} lies on a disk that cannot be written to."
    if error.errno == errno.EISDIR:
        return f"{what} is not a file but a folder."
    if error.errno == errno.ENOTDIR:
        return f"{what} is not a folder, or lies below something that is none."
    return f"{what} cannot be used: {error.strerror or error}."


def from_os_error(error: OSError, then: str = "try again") -> UserError:
    """The same as an error that can be shown, with what to do about it.

    Args:
        then: what to do once the cause is gone.
    """
    if error.errno in _FULL:
        advice = f"Free some space, then {then}: what was saved before is intact."
    else:
        advice = f"Change who may read and write there, or use another folder, then {then}."
    return UserError(describe_os_error(error), advice)


def readable(name: str) -> str:
    """A name as text that can be shown, written and sent: what is not UTF-8 as Windows-1252.

    The operating system's names come with bytes that are not UTF-8 as lone surrogates, which
    can be neither printed nor sent to a browser. Such bytes mostly are Windows-1252.
    """
    return _NO_TEXT.sub(_windows_1252, name)


def _windows_1252(found: re.Match[str]) -> str:
    try:
        return found[0].encode("utf-8", "surrogateescape").decode("cp1252", "replace")
    except UnicodeEncodeError:  # no bytes of a name, but surrogates that JSON spelled out
        return "\N{REPLACEMENT CHARACTER}" * len(found[0])


def _shown(path: object) -> str:
    """A path in words."""
    return readable(os.fsdecode(path) if isinstance(path, (str, bytes, os.PathLike)) else str(path))
