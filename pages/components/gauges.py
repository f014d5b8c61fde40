"""Small gauges of what a living worker uses: processor, memory, graphics card.

Knows only the last reading in a status; nothing measures on the page.
"""

from __future__ import annotations

import streamlit as st

from core.runs import Status
from pages.components import layout


def show(status: Status) -> None:
    """One gauge a resource, side by side; nothing before the first reading."""
    reading = status.resources
    if not status.state.alive or not reading:
        return
    with st.container(horizontal=True, key="gauges"):
        cores = reading["cores"]
        _gauge(
            reading["cpu_percent"] / (100.0 * cores),
            f"Processor · {reading['cpu_percent'] / cores:.0f} % of {cores} cores",
        )
        _gauge(
            reading["memory"] / reading["memory_total"],
            f"Memory · {layout.size(reading['memory'])} of {layout.size(reading['memory_total'])}",
        )
        if reading.get("gpu_percent") is not None:
            _gauge(reading["gpu_percent"] / 100.0, f"GPU · {reading['gpu_percent']:.0f} %")
            used, total = reading["gpu_memory"], reading["gpu_memory_total"]
            _gauge(used / total, f"GPU memory · {layout.size(used)} of {layout.size(total)}")


def _gauge(fraction: float, text: str) -> None:
    st.progress(min(max(fraction, 0.0), 1.0), text=f":small[{text}]", width=240)
