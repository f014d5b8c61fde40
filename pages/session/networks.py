"""Networks as pages draw them, each once, and those of one's own, read once.

An architecture is frozen, and its JSON says all of it. Knows nothing of what is shown beside them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import streamlit as st

from core.config import ArchitectureConfig
from core.errors import ConfigError
from core.figures.network import Drawing, Layer, network_drawing, network_drawings
from core.models.plan import plan_layers, total_parameters
from core.runs.networks import list_networks, networks_version

Shape = tuple[int, int, int]
_BY_JSON: dict[str | type[Any], Callable[[Any], Any]] = {
    ArchitectureConfig: lambda architecture: architecture.model_dump_json()
}


@dataclass(frozen=True)
class Small:
    """A drawing of boxes alone, as a data URI, and how many numbers the network has."""

    uri: str
    parameters: int


def own_networks() -> Mapping[str, ArchitectureConfig]:
    """Those of one's own that can be read, by name."""
    return _own_networks(networks_version())


@st.cache_resource(max_entries=500, show_spinner=False, hash_funcs=_BY_JSON)
def small_drawing(architecture: ArchitectureConfig, shape: Shape, num_classes: int) -> Small | None:
    """The network on such images; None where it cannot take them.

    Args:
        shape: (H, W, C) of the images.
    """
    try:
        layers = plan_layers(architecture, shape, num_classes)
    except ConfigError:
        return None
    return Small(network_drawing(layers, shape, (), words=False).uri, total_parameters(layers))


@st.cache_resource(max_entries=64, show_spinner=False, hash_funcs=_BY_JSON)
def drawings(
    architecture: ArchitectureConfig,
    shape: Shape,
    classes: tuple[str, ...],
    _layers: Sequence[Layer],
) -> list[Drawing]:
    """For each width that a page may have room for.

    Args:
        shape: (H, W, C) of the images.
        classes: names, in the order of the outputs.
        _layers: of the architecture on them, which they follow from.
    """
    return network_drawings(_layers, shape, classes)


@st.cache_resource(max_entries=2, show_spinner=False)
def _own_networks(version: str) -> Mapping[str, ArchitectureConfig]:
    return list_networks()
