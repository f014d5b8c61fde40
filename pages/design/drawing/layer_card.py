"""The drawing of a network, and under it what is known of the layer that was chosen there.

Knows nothing of how a network is edited.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import streamlit as st

from core.config import ArchitectureConfig
from core.figures.network import (
    Element,
    Group,
    Layer,
    find_element,
    group_name,
    kind_words,
    network_words,
    option_words,
    receptive_field,
    shape_words,
)
from pages.design.drawing.mount import show
from pages.session import networks
from pages.widgets.text import as_is, format_count, format_percent

_KEY = "network_drawing"
_NONE = "A click on a layer tells more of it."


@st.fragment
def network_figure(
    architecture: ArchitectureConfig,
    layers: Sequence[Layer],
    shape: tuple[int, int, int],
    classes: Sequence[str],
    *,
    wrong: Sequence[str] = (),
    on_group: Callable[[str | None], None] | None = None,
) -> None:
    """Draw it, and tell of a layer that is clicked. No more than this is drawn anew by a click.

    Args:
        layers: its layers, from the first convolution to the probabilities.
        shape: (H, W, C) of the images.
        classes: K names, in the order of the outputs.
        wrong: groups of layers that cannot work, as core.models.plan.Misfit names them.
        on_group: is called with the name of the group that the chosen layer is of; None: of none.
    """
    drawn = networks.drawings(architecture, shape, tuple(classes), layers)
    with st.container(gap=None):
        chosen = show(drawn, network_words(layers, shape, classes), _KEY, wrong=wrong)
        found = None if chosen is None else find_element(layers, chosen)
        if on_group is not None:
            on_group(found[0].name if found is not None else None)
        if found is None:
            st.caption(_NONE)
            return
        with st.container(border=True, gap="xsmall", key="layer_card"):
            _card(layers, *found)


def _card(layers: Sequence[Layer], group: Group, element: Element) -> None:
    layer = element.layer
    made = " · ".join(word for word in (kind_words(layer), option_words(layer)) if word)
    st.markdown(f"**{as_is(layer.name)}** · {as_is(made)}")
    numbers = _numbers(layer, sum(layer.parameters for layer in layers))
    with st.grid(len(numbers), min_column_width=120, gap="small"):
        for label, value in numbers:
            with st.container(gap=None):
                st.caption(label)
                st.markdown(value)
    st.caption(as_is(" ".join(_sentences(group, element))))


def _numbers(layer: Layer, of_all: int) -> list[tuple[str, str]]:
    """What it is called, and the number."""
    share = f" ({format_percent(layer.parameters / of_all)})" if layer.parameters else ""
    found = [
        ("Makes", shape_words(layer.output_shape)),
        ("Parameters", f"{format_count(layer.parameters)}{share}"),
        ("Multiply-adds", format_count(layer.multiply_adds)),
    ]
    field = receptive_field(layer)
    if field is not None:
        found.append(("Receptive field", f"{shape_words((field, field))} pixels"))
    elif len(layer.output_shape) == 1:
        found.append(("Receptive field", "the whole image"))
    return found


def _sentences(group: Group, element: Element) -> list[str]:
    """What stands before and after it, and what it belongs to."""
    found = [f"Takes {' and '.join(element.layer.inputs)}."]
    if element.pieces:
        found.append(f"One of {1 + len(element.pieces)} alike, of which the largest value counts.")
    if element.activation is not None:
        after = element.activation
        found.append(f"Then {after.name}: {kind_words(after)}.")
    if len(group.all_elements) > 1:
        found.append(
            f"{group_name(group)} has {format_count(group.parameters)} parameters in all and takes "
            f"{format_count(group.multiply_adds)} multiply-adds an image."
        )
    return found
