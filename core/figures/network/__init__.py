"""A network as papers draw it. Knows nothing of how a network is made."""

from core.figures.network.captions import group_name
from core.figures.network.drawing import (
    Drawing,
    network_drawing,
    network_drawings,
    network_words,
)
from core.figures.network.elements import Element, Group, find_element
from core.figures.network.layers import (
    Layer,
    kind_words,
    option_words,
    receptive_field,
    shape_words,
)

__all__ = [
    "Drawing",
    "Element",
    "Group",
    "Layer",
    "find_element",
    "group_name",
    "kind_words",
    "network_drawing",
    "network_drawings",
    "network_words",
    "option_words",
    "receptive_field",
    "shape_words",
]
