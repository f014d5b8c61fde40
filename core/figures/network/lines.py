"""Lines and words of a drawing of a network: arrows, arcs, ways to the next row.

They take the page's colour. Knows nothing of layers.
"""

from __future__ import annotations

from core.figures.labels import label

SMALL = 10.0  # letters on an arc
FAINT = 11.0  # of what is said last
_CURVE = 7.0  # radius of a corner
_HEAD = "m-4 -3l4 3l-4 3"  # of an arrow to the right
_STROKE = 'fill="none" stroke="currentColor" stroke-opacity=".6"'


def n(value: float) -> str:
    """A coordinate, to a tenth of a pixel."""
    return f"{value:.1f}".removesuffix(".0")


def line(start: float, end: float, y: float) -> str:
    return f'<path d="M{n(start)} {n(y)}H{n(end)}" {_STROKE}/>'


def arrow(start: float, end: float, y: float) -> str:
    return f'<path d="M{n(start)} {n(y)}H{n(end)}{_HEAD}" {_STROKE}/>'


def around(start: float, end: float, y: float, level: float, down_to: float) -> str:
    """From a dot on the axis up to a level, over, and down with the head of an arrow."""
    r = min(_CURVE, (end - start) / 2, y - level)
    c = n(r)
    return (
        f'<circle cx="{n(start)}" cy="{n(y)}" r="2"/>'
        f'<path d="M{n(start)} {n(y)}V{n(level + r)}q0 -{c} {c} -{c}H{n(end - r)}'
        f'q{c} 0 {c} {c}V{n(down_to)}m-3 -4l3 4l3 -4" {_STROKE}/>'
    )


def onward(
    start: float,
    turn: float,
    y: float,
    between: float,
    left: float,
    next_y: float,
    end: float,
    head: bool,
) -> str:
    """From the end of a row, through the space between, to the beginning of the next."""
    r = min(_CURVE, (between - y) / 2, (next_y - between) / 2)
    c = n(r)
    return (
        f'<path d="M{n(start)} {n(y)}H{n(turn)}q{c} 0 {c} {c}V{n(between - r)}q0 {c} -{c} {c}'
        f"H{n(left + r)}q-{c} 0 -{c} {c}V{n(next_y - r)}q0 {c} {c} {c}H{n(end)}"
        f'{_HEAD if head else ""}" {_STROKE}/>'
    )


def small_words(text: str, x: float, y: float) -> str:
    """On an arc, centred."""
    return (
        f'<text x="{n(x)}" y="{n(y)}" text-anchor="middle" font-size="{n(SMALL)}">'
        f"{label(text)}</text>"
    )


def words(text: str, x: float, y: float, *, bold: bool = False, faint: bool = False) -> str:
    """Centred."""
    how = ' font-weight="600"' if bold else f' font-size="{n(FAINT)}"' if faint else ""
    return f'<text x="{n(x)}" y="{n(y)}" text-anchor="middle"{how}>{label(text)}</text>'


def words_beside(text: str, x: float, y: float) -> str:
    """From x on; the text is escaped."""
    return f'<text x="{n(x)}" y="{n(y)}">{text}</text>'
