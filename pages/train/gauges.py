"""Small gauges of what a living worker uses: processor, memory, graphics card.

Knows only the last reading in a status; nothing measures on the page.
"""

from __future__ import annotations

import streamlit as st

from core.runs import Status
from pages.widgets.text import format_bytes


def show(status: Status) -> None:
    """One gauge a resource, side by side; nothing before the first reading."""
    reading = status.resources
    if not status.state.alive or reading is None:
        return
    with st.container(horizontal=True, key="gauges"):
        load = reading.cpu_percent / reading.cores
        _gauge(load / 100.0, f"Processor · {load:.0f} % of {reading.cores} cores")
        _gauge_of_memory("Memory", reading.memory, reading.memory_total)
        if reading.gpu_percent is not None:
            _gauge(reading.gpu_percent / 100.0, f"GPU · {reading.gpu_percent:.0f} %")
            _gauge_of_memory("GPU memory", reading.gpu_memory or 0, reading.gpu_memory_total or 1)


def _gauge_of_memory(name: str, used: int, total: int) -> None:
    _gauge(used / total, f"{name} · {format_bytes(used)} of {format_bytes(total)}")


def _gauge(fraction: float, text: str) -> None:
    st.progress(min(max(fraction, 0.0), 1.0), text=f":small[{text}]", width=240)
