"""A network as papers draw it. Knows nothing of how a network is made."""

from core.figures.network.drawing import (
    Drawing,
    network_drawing,
    network_drawings,
    network_words,
)
from core.figures.network.layers import kind_words, option_words, receptive_field, shape_words

__all__ = [
    "Drawing",
    "kind_words",
    "network_drawing",
    "network_drawings",
    "network_words",
    "option_words",
    "receptive_field",
    "shape_words",
]
