"""What a worker uses of the machine: processor, memory and, where NVML answers, the GPU.

Knows nothing of runs or of TensorFlow.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import psutil
from pydantic import Field

# Ranges for whoever reads a reading back from disk; a reading itself is not checked.
_Bytes = Annotated[int, Field(ge=0, le=10**18)]
_Whole = Annotated[int, Field(ge=1, le=10**18)]
_Percent = Annotated[float, Field(ge=0.0, le=1e7, allow_inf_nan=False)]


@dataclass(frozen=True)
class Resources:
    """One reading. Memory in bytes; loads in percent."""

    cpu_percent: _Percent  # of one core, so up to 100 times the cores
    cores: _Whole
    memory: _Bytes  # resident, of the worker
    memory_total: _Whole
    memory_available: _Bytes
    gpu_percent: _Percent | None = None
    gpu_memory: _Bytes | None = None
    gpu_memory_total: _Whole | None = None


def boot_id() -> str:
    """Names this start of the machine, whatever its clock says; empty where it has no name."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    except (OSError, ValueError):
        return ""


class ResourceMeter:
    """Reads the resources of this process; loads are means since the reading before.

    Two readings within half a second are one: over so short a time a load says nothing.
    """

    def __init__(self) -> None:
        self._process = psutil.Process()
        self._process.cpu_percent()  # the first call only starts the clock
        self._gpu = _first_gpu()
        self._last = self._read()
        self._when = time.monotonic()

    def read(self) -> Resources:
        if time.monotonic() - self._when >= 0.5:
            self._last, self._when = self._read(), time.monotonic()
        return self._last

    def _read(self) -> Resources:
        machine = psutil.virtual_memory()
        return Resources(
            cpu_percent=self._process.cpu_percent(),
            cores=psutil.cpu_count() or 1,
            memory=self._process.memory_info().rss,
            memory_total=machine.total,
            memory_available=machine.available,
            **_read_gpu(self._gpu),
        )


def _first_gpu() -> Any:
    """NVML's handle of the first GPU; None without a driver or a card."""
    import pynvml

    try:
        pynvml.nvmlInit()
        return pynvml.nvmlDeviceGetHandleByIndex(0)
    except pynvml.NVMLError:
        return None


def _read_gpu(handle: Any) -> dict[str, Any]:
    if handle is None:
        return {}
    import pynvml

    try:
        memory = pynvml.nvmlDeviceGetMemoryInfo(handle)
        load = pynvml.nvmlDeviceGetUtilizationRates(handle).gpu
    except pynvml.NVMLError:
        return {}
    return {
        "gpu_percent": float(load),
        "gpu_memory": int(memory.used),
        "gpu_memory_total": int(memory.total),
    }
