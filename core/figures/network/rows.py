"""Cells in rows, as words in lines: an arrow from each to the next, and from row to row.

Knows nothing of what a cell shows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from core.figures.network.boxes import attribute
from core.figures.network.cells import WORDS, Cell
from core.figures.network.letters import LINE
from core.figures.network.lines import arrow, line, n, onward, words

_EDGE = 4.0
_INDENT = 26.0  # of rows after the first, for the arrow that comes in
_ONWARD = 17.0  # for the way that leaves a row
_BETWEEN = 20.0  # rows
_CLEAR = 3.0  # between an arrow and what it comes from or leads to


@dataclass(frozen=True)
class Row:
    """Cells side by side."""

    cells: tuple[Cell, ...]
    gap: float
    indent: float

    @property
    def width(self) -> float:
        return self.indent + _wide(self.cells, self.gap)

    @property
    def up(self) -> float:
        return max(cell.up for cell in self.cells)

    @property
    def down(self) -> float:
        """To the words; names of classes stand beside those too."""
        return max(cell.down for cell in self.cells if not cell.column)

    @property
    def lines(self) -> int:
        """Of words, at most."""
        return max(len(list(filter(None, cell.words))) for cell in self.cells)

    @property
    def height(self) -> float:
        words = LINE * self.lines + (4 if self.lines else 0)
        return self.up + max([self.down + words, *(cell.down for cell in self.cells)])


def in_rows(together: Sequence[Sequence[Cell]], gap: float, most: float | None) -> list[Row]:
    """Break where there is no more room, then as evenly as so many rows can be.

    Args:
        together: cells that no break comes between.
        most: pixels of width; None: one row.
    """
    if most is None:
        cells = [cell for unit in together for cell in unit]
        return [Row(tuple(cells), gap, _EDGE)]
    wide = [_wide(unit, gap) for unit in together]
    rows = _broken(together, wide, gap, most)
    low, high = most / 2, most
    while len(rows) > 1 and high - low > 4:
        middle = (low + high) / 2
        tried = _broken(together, wide, gap, middle)
        if len(tried) > len(rows):
            low = middle
        else:
            rows, high = tried, middle
    return rows


def most_wide(width: float) -> float:
    """Of a single cell, in rows of that width."""
    return width - _INDENT - _ONWARD


def _broken(
    together: Sequence[Sequence[Cell]], wide: Sequence[float], gap: float, most: float
) -> list[Row]:
    """As many in each row as there is room for, at least one; `wide` is how wide each unit is."""
    rows: list[Row] = []
    taken: list[Cell] = []
    width = indent = _EDGE
    for place, unit in enumerate(together):
        more = wide[place] + (gap if taken else 0)
        ends = _EDGE if place + 1 == len(together) else _ONWARD
        if taken and width + more > most - ends:
            rows.append(Row(tuple(taken), gap, indent))
            taken, width, indent = [], _INDENT, _INDENT
            more -= gap
        taken += unit
        width += more
    return [*rows, Row(tuple(taken), gap, indent)]


def _wide(cells: Sequence[Cell], gap: float) -> float:
    return sum(cell.room for cell in cells) + gap * max(len(cells) - 1, 0)


def height_of(rows: Sequence[Row]) -> float:
    return _EDGE + sum(row.height for row in rows) + _BETWEEN * (len(rows) - 1)


def width_of(rows: Sequence[Row]) -> float:
    """With the ways from row to row."""
    last = len(rows) - 1
    return max(row.width + (_EDGE if place == last else _ONWARD) for place, row in enumerate(rows))


def rows_svg(rows: Sequence[Row]) -> list[str]:
    """All rows, the first from the top."""
    found: list[str] = []
    y = _EDGE
    for place, row in enumerate(rows):
        found += _row(row, y)
        if place + 1 < len(rows):
            below = rows[place + 1]
            after = y + row.height + _BETWEEN
            start, between = row.width - _beside(row.cells[-1]) + _CLEAR, after - _BETWEEN / 2 + 2
            turn = row.width + 4
            end, head = _way_in(below.cells[0], below.indent)
            found.append(
                onward(start, turn, y + row.up, between, _EDGE, after + below.up, end, head)
            )
            y = after
    return found


def _row(row: Row, y: float) -> list[str]:
    found, cells = [], []
    x, middle, before = row.indent, y + row.up, 0.0
    for place, cell in enumerate(row.cells):
        if place:
            end, head = _way_in(cell, x)
            found.append((arrow if head else line)(before + _CLEAR, end, middle))
        cells.append(_cell(cell, row, x, y))
        x += cell.room + row.gap
        before = x - row.gap - _beside(cell)
    return [*found, *cells]


def _beside(cell: Cell) -> float:
    """From the boxes to the end of the room for words."""
    return (cell.room - cell.width) / 2


def _way_in(cell: Cell, x: float) -> tuple[float, bool]:
    """Where an arrow to it ends, and whether with a head: a lead has one of its own."""
    return x + _beside(cell) - (0 if cell.lead else _CLEAR), not cell.lead


def _cell(cell: Cell, row: Row, x: float, y: float) -> str:
    """With a ground that a choice shows, and the words below."""
    room, middle = cell.room, y + row.up
    parts = cell.svg(x + (room - cell.width) / 2, middle)
    base = middle + row.down + LINE
    for place, text in enumerate(cell.words):
        if text:
            how = {"bold": place == 0, "faint": place == WORDS - 1}
            parts.append(words(text, x + room / 2, base, **how))
            base += LINE
    if not cell.layer:
        return "".join(parts)
    beyond = min(row.gap / 2 - 1, 6)
    ground = (
        f'<rect x="{n(x - beyond)}" y="{n(y - 3)}" width="{n(room + 2 * beyond)}" '
        f'height="{n(row.height + 6)}" rx="6" fill="none" pointer-events="all"/>'
    )
    named = f'data-group="{attribute(cell.name)}" data-first="{attribute(cell.layer)}"'
    return f"<g {named}>{ground}{''.join(parts)}</g>"
