"""Which device there is and which precision suits it, found without TensorFlow.

Knows nothing of models. The worker asks again once TensorFlow is loaded, because a
graphics card that the driver sees is of no use without TensorFlow's CUDA libraries.
"""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
from dataclasses import dataclass, replace
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import NamedTuple

import psutil

# The browser process hides the GPU from its own TensorFlow; this keeps what the person
# had set, so that a worker gets it back.
_SAVED = "CONVSCOPE_SAVED_CUDA_VISIBLE_DEVICES"
_UNSET = "unset"
_DRIVER = (Path("/dev/nvidiactl"), Path("/dev/dxg"))  # Linux's, and that of Linux in Windows


@dataclass(frozen=True)
class Device:
    name: str
    kind: str  # "cpu" or "gpu"
    precision: str  # what `auto` means here
    reason: str  # why that precision
    note: str = ""  # what stands in the way of something better
    cards: int | None = 0  # graphics cards that the driver sees; None where it cannot be asked
    cores: int = 1  # of the processor, where that is what trains
    memory: int | None = None  # bytes, of a processor with what it may swap; None: not known

    def resolved(self, precision: str) -> str:
        """The precision that was asked for, `auto` replaced by what it means here."""
        return self.precision if precision == "auto" else precision


@lru_cache(maxsize=1)
def describe_device() -> Device:
    """The device that a worker would train on, by what the machine says of itself."""
    cards = _graphics_cards()
    if not cards:
        found = cpu_device()
        return replace(found, cards=None, memory=None) if cards is None else found
    name, capability, _ = cards[0]
    if not cuda_libraries_installed():
        note = f"{name} is there, but TensorFlow's CUDA libraries are not; run `make run` again."
        # TensorFlow may find the system's.
        return replace(cpu_device(), note=note, cards=None, memory=None)
    memories = [card.memory for card in cards if card.memory is not None]
    memory = max(memories) if len(memories) == len(cards) else None  # it may begin with any
    return replace(gpu_device(name, capability), cards=len(cards), memory=memory)


def cpu_device() -> Device:
    name, flags = _processor()
    cores = os.cpu_count() or 1
    label = f"{name}, {cores} core{'s' if cores > 1 else ''}"
    memory = psutil.virtual_memory().total + psutil.swap_memory().total
    for flag, words in (("amx_bf16", "AMX"), ("avx512_bf16", "AVX512-BF16")):
        if flag in flags:
            reason = f"the processor has {words}"
            return Device(label, "cpu", "mixed_bfloat16", reason, cores=cores, memory=memory)
    reason = "the processor has no bfloat16 arithmetic"
    return Device(label, "cpu", "float32", reason, cores=cores, memory=memory)


def gpu_device(name: str, capability: tuple[int, int]) -> Device:
    major, minor = capability
    reason = f"the GPU has compute capability {major}.{minor}"
    if major >= 8:
        return Device(name, "gpu", "mixed_bfloat16", reason)
    if major == 7:
        return Device(name, "gpu", "mixed_float16", reason)
    return Device(name, "gpu", "float32", reason)


def hide_gpu_from_this_process() -> None:
    """Keep this process's TensorFlow on the CPU. Call before importing TensorFlow."""
    if _SAVED not in os.environ:
        os.environ[_SAVED] = os.environ.get("CUDA_VISIBLE_DEVICES", _UNSET)
    os.environ["CUDA_VISIBLE_DEVICES"] = "-1"


def worker_environment() -> dict[str, str]:
    """This process's environment, the GPU not hidden from the worker that gets it."""
    environment = dict(os.environ)
    saved = environment.pop(_SAVED, None)
    if saved is not None:
        environment.pop("CUDA_VISIBLE_DEVICES", None)
        if saved != _UNSET:
            environment["CUDA_VISIBLE_DEVICES"] = saved
    environment.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    environment["PYTHONUNBUFFERED"] = "1"
    return environment


def cuda_libraries_installed() -> bool:
    """True where TensorFlow's `and-cuda` extra is installed."""
    for package in ("nvidia-cudnn-cu12", "nvidia-cudnn-cu13"):
        try:
            version(package)
        except PackageNotFoundError:
            continue
        return True
    return False


class _Card(NamedTuple):
    name: str
    capability: tuple[int, int]
    memory: int | None  # bytes; None where it has none of its own


def _graphics_cards() -> list[_Card] | None:
    """Each card that the driver sees; None where there may be some and it cannot be asked."""
    if os.environ.get("CUDA_VISIBLE_DEVICES") == "" and _SAVED not in os.environ:
        return []
    command = shutil.which("nvidia-smi")
    if command is None:
        return None if any(path.exists() for path in _DRIVER) else []
    query = [command, "--query-gpu=name,compute_cap,memory.total"]
    query.append("--format=csv,noheader,nounits")
    try:
        answer = subprocess.run(query, capture_output=True, text=True, timeout=5, check=True)
        return [_card(line) for line in answer.stdout.strip().splitlines()]
    except (OSError, subprocess.SubprocessError, ValueError):
        return None


def _card(line: str) -> _Card:
    """From "NVIDIA A100, 8.0, 81920", in MiB; a card without memory of its own says "[N/A]"."""
    name, capability, memory = (word.strip() for word in line.rsplit(",", 2))
    major, _, minor = capability.partition(".")
    mebibytes = int(memory) if memory.isdecimal() else 0
    return _Card(name, (int(major), int(minor or 0)), mebibytes * 2**20 or None)


def _processor() -> tuple[str, frozenset[str]]:
    """The processor's name and feature flags, as Linux gives them; elsewhere the name alone."""
    name, flags = platform.processor() or platform.machine() or "CPU", frozenset[str]()
    try:
        text = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return name, flags
    for line in text.splitlines():
        key, _, value = line.partition(":")
        if key.strip() == "model name":
            name = " ".join(value.split())
        elif key.strip() == "flags":
            flags = frozenset(value.split())
    return name, flags
