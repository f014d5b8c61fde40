"""A network as papers draw it. Knows nothing of how a network is made."""

from core.figures.network.drawing import Drawing, network_drawing, network_words, shape_words

__all__ = ["Drawing", "network_drawing", "network_words", "shape_words"]
