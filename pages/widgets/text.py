"""Names for where Markdown is read, and times as a person says them.

How numbers are written is core.notation's; pages take both from here.
"""

from __future__ import annotations

import re
import time

from core.notation import DASH
from core.notation import count as format_count
from core.notation import duration as format_duration
from core.notation import large as format_large
from core.notation import learning_rate as format_learning_rate
from core.notation import loss as format_loss
from core.notation import percent as format_percent
from core.notation import size as format_bytes
from core.reading import one_line, visible

__all__ = [
    "DASH",
    "as_is",
    "as_lines",
    "format_bytes",
    "format_count",
    "format_duration",
    "format_large",
    "format_learning_rate",
    "format_loss",
    "format_percent",
    "format_when",
]

# A backslash makes any punctuation of ASCII a plain character of Markdown,
_MARKS = str.maketrans({mark: f"\\{mark}" for mark in "\\`*_{}[]<>()#+-.!|~$:&^=@/"})
# but Streamlit's front end looks through the text that comes of it once more: for addresses,
# icons, its logo, and arrows and signs made of two characters. Nothing of that is found across a
# seam, an element with nothing in it, which leaves no trace in what is seen or copied.
_SEAM = ":small[]"
_SEAMS = re.compile(
    r"(?<=[<>~-])(?=[->=])|(?<=:)(?=//|material_|streamlit:)|(?<=www)(?=\.)|(?=@)", re.IGNORECASE
)
# HTML shows one space where there are several, and none at an end.
_SPACES = re.compile(r"^ | \Z|(?<= ) |[^\S ]")


def as_is(text: str) -> str:
    """A name for a place where Markdown is read: shown as it is, in one line.

    Not for st.badge, which escapes brackets once more.
    """
    pieces = _SEAMS.split(one_line(text))
    escaped = _SEAM.join(piece.translate(_MARKS) for piece in pieces)
    return _SPACES.sub(lambda found: f"&#{_code(found[0])};", escaped)


def as_lines(text: str) -> str:
    """The words of an error, of a line or several, for a place where Markdown is read."""
    return "\\\n".join(as_is(line) for line in visible(text.strip()))


def _code(space: str) -> int:
    return 0xA0 if space == " " else ord(space)


def format_when(moment: float, now: float | None = None) -> str:
    """A time as a person says it: "5 min ago", "yesterday 14:02", "3 Mar 2026"."""
    now = time.time() if now is None else now
    local, today = time.localtime(moment), time.localtime(now)
    if now - moment < 60:
        return "just now"
    if now - moment < 3600:
        return f"{int((now - moment) // 60)} min ago"
    if local[:3] == today[:3]:
        return f"today {time.strftime('%H:%M', local)}"
    if local[:3] == time.localtime(now - 86_400)[:3]:
        return f"yesterday {time.strftime('%H:%M', local)}"
    return f"{local.tm_mday} {time.strftime('%b %Y', local)}"
