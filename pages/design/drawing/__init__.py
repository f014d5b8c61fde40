"""The network as a drawing in which layers are chosen, and what is told of the chosen one."""

from pages.design.drawing.layer_card import network_figure
from pages.design.drawing.mount import show

__all__ = ["network_figure", "show"]
