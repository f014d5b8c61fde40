"""A widget whose choice stands in the address: a refresh, a link and Back bring it back.

Unlike a widget bound to the address, it holds there what is chosen and not its label.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from pages.session import address, state

_PAGE = "page"  # another choice begins on the first page


def choose(
    draw: Callable[..., Any],
    label: str,
    name: str,
    options: Mapping[str, str],
    default: str | None = None,
    **more: Any,
) -> str:
    """One of the options.

    Args:
        draw: st.selectbox or st.segmented_control.
        name: of the parameter in the address, and the widget's key.
        options: value -> what is read, no two alike.
        default: holds where the address has none, and is not written there; the first option
            where none is given.
    """
    values = list(options)
    usual = values[0] if default is None else default
    chosen = address.chosen(name, values, usual)
    state.show_choice(name, chosen)
    draw(
        label,
        values,
        format_func=lambda value: options.get(value, value),
        key=name,
        on_change=_take,
        args=(name, values, usual),
        **more,
    )
    return chosen


def page_number(pages: int) -> int:
    """The page of a pagination that stands in the address, 1 to `pages`."""
    return min(max(address.number(_PAGE) or 1, 1), pages)


def paginate(draw: Callable[..., Any], pages: int) -> None:
    """The pagination itself, which may stand below what it pages through."""
    state.show_choice(_PAGE, page_number(pages))
    draw(pages, key=_PAGE, on_change=_turn)


def _turn() -> None:
    number = int(state.widget_value(_PAGE))
    address.change({_PAGE: str(number) if number > 1 else None})


def _take(name: str, values: list[str], usual: str) -> None:
    wanted = state.widget_value(name)
    if wanted in values:
        address.change({name: wanted if wanted != usual else None, _PAGE: None})
