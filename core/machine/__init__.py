"""The machine: which devices it has, and what a process uses of it. No TensorFlow."""

from core.machine.devices import (
    Device,
    cpu_device,
    describe_device,
    gpu_device,
    hide_gpu_from_this_process,
    worker_environment,
)
from core.machine.resources import ResourceMeter, Resources

__all__ = [
    "Device",
    "ResourceMeter",
    "Resources",
    "cpu_device",
    "describe_device",
    "gpu_device",
    "hide_gpu_from_this_process",
    "worker_environment",
]
