"""Names in figures: plain text for Plotly, which reads some HTML and TeX, and not too long.

Knows nothing of what is named.
"""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import Any

from core.reading import one_line

MOST = 24  # characters of a name beside an axis; the whole name is in the hover
_LINE, _MOST_LINES = 60, 8
_MARKS = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", "$": "&#36;"})


def label(name: str, most: int = MOST) -> str:
    """A name for a tick: shown as it is, a long one without its middle."""
    return _escaped(shortened(one_line(name), most))


def in_full(name: str) -> str:
    """A name for a hover: shown as it is, a long one in several lines."""
    line = one_line(name)
    lines = textwrap.wrap(line, _LINE, max_lines=_MOST_LINES, placeholder="…")
    if len(lines) < 2:
        return _escaped(line)
    return "<br>".join(_escaped(line) for line in lines)


def shortened(name: str, most: int) -> str:
    """Names that differ mostly differ at their beginning or their end."""
    if len(name) <= most:
        return name
    end = (most - 1) // 3
    return f"{name[: most - 1 - end]}…{name[-end:]}"


def name_axis(names: Sequence[str]) -> dict[str, Any]:
    """The first name at the top; numbers under the names, as these may look like numbers."""
    return {
        "tickmode": "array",
        "tickvals": list(range(len(names))),
        "ticktext": [label(name) for name in names],
        "range": [len(names) - 0.5, -0.5],
        "showgrid": False,
        "fixedrange": True,
    }


def _escaped(text: str) -> str:
    return text.translate(_MARKS)
