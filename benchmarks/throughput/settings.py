"""Who is compared, each at the settings that are its best or its usual, and what that needs.

A setting is a way to train in a process of its own: a function of a module in `contestants`,
with its arguments and environment. Knows nothing of measuring, and imports no framework.

"Native random numbers" of compiled PyTorch is inductor's `fallback_random`: dropout calls
PyTorch's own generator, as it does uncompiled, where inductor by default computes Philox
numbers element by element in its kernels.
"""

from __future__ import annotations

import ctypes.util
import os
import shutil
import sys
from dataclasses import dataclass, field
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from benchmarks.throughput.task import THREADS

AUGMENTED, PLAIN = "ours with flips and shifts", "ours without augmentation"
_TCMALLOC = "libtcmalloc_minimal.so.4"


@dataclass(frozen=True)
class Setting:
    name: str  # of the contestant, on the command line
    title: str  # in the figure's name
    module: str  # in benchmarks.throughput.contestants
    function: str  # trains, a burst when it is told to
    arguments: tuple = ()
    package: str = "tensorflow"  # without which it cannot be
    tcmalloc: bool = False
    compiles: bool = False  # needs a C++ compiler
    variables: dict[str, str] = field(default_factory=dict)

    def command(self) -> list[str]:
        return [sys.executable, "-m", "benchmarks.throughput.contestants", self.name]

    def hindrance(self) -> str | None:
        """Why it cannot be measured here, and what to install; None where it can."""
        if find_spec(self.package) is None:
            return f"{self.package} is not installed: pip install -r requirements-bench.txt"
        if self.tcmalloc and tcmalloc_path() is None:
            return "tcmalloc is not installed: apt install libtcmalloc-minimal4"
        if self.compiles and not _has_compiler():
            return "there is no C++ compiler: apt install g++"
        return None

    def environment(self) -> dict[str, str]:
        """The process's: this one's, all cores and no graphics card for everybody."""
        threads = dict.fromkeys(
            ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "TF_NUM_INTRAOP_THREADS"), str(THREADS)
        )
        common = {
            "TF_NUM_INTEROP_THREADS": str(THREADS),
            "CUDA_VISIBLE_DEVICES": "-1",
            "KERAS_BACKEND": "tensorflow",
            "JAX_PLATFORMS": "cpu",
            "TF_CPP_MIN_LOG_LEVEL": "2",
            "TORCHINDUCTOR_COMPILE_THREADS": "1",  # no helper processes that stay
        }
        found = os.environ | threads | common | self.variables
        found.pop("LD_PRELOAD", None)
        return found | ({"LD_PRELOAD": tcmalloc_path() or ""} if self.tcmalloc else {})


@dataclass(frozen=True)
class Field:
    """Settings of one way to train that ours is compared with, the fastest of them above all."""

    title: str
    ours: Setting
    settings: tuple[Setting, ...]
    target: float | None = None  # least ratio to the fastest


_OURS_AUGMENTED = Setting("ours-augmented", AUGMENTED, "ours", "augmented")
_OURS_PLAIN = Setting("ours-plain", PLAIN, "ours", "plain")
_OURS_IN_TOWERS = Setting(
    "ours-in-towers", f"{AUGMENTED}, in {THREADS} towers", "ours", "in_towers", (THREADS,)
)


def _keras(name: str, title: str, function: str, precision: str) -> Setting:
    return Setting(name, f"{title}, {precision}", "stock_keras", function, (precision,))


def _pytorch(name: str, title: str, function: str, *arguments: object, **needs: bool) -> Setting:
    title = f"PyTorch {title}"
    return Setting(name, title, "pytorch", function, arguments, "torch", **needs)


_EAGER_TCMALLOC = _pytorch("pytorch-tcmalloc", "eager, tcmalloc", "eager", tcmalloc=True)
_COMPILED_BEST = _pytorch(
    "pytorch-compiled-best",
    "compiled, native random numbers, tcmalloc",
    "compiled",
    True,
    tcmalloc=True,
    compiles=True,
)
_GENERATOR, _DATASET = "Keras fit with ImageDataGenerator", "Keras fit on tf.data"
FIELDS = (
    Field(
        _GENERATOR,
        _OURS_AUGMENTED,
        (
            _keras("keras-generator", _GENERATOR, "generator", "float32"),
            _keras("keras-generator-bfloat16", _GENERATOR, "generator", "mixed_bfloat16"),
        ),
        target=3.0,
    ),
    Field(
        _DATASET,
        _OURS_PLAIN,
        (
            _keras("keras-dataset", _DATASET, "dataset", "float32"),
            _keras("keras-dataset-bfloat16", _DATASET, "dataset", "mixed_bfloat16"),
        ),
        target=1.2,
    ),
    Field(
        "PyTorch",
        _OURS_AUGMENTED,
        (
            _pytorch("pytorch", "eager", "eager"),
            _EAGER_TCMALLOC,
            _pytorch("pytorch-compiled", "compiled", "compiled", compiles=True),
            _COMPILED_BEST,
        ),
        target=1.3,
    ),
    Field("PyTorch", _OURS_IN_TOWERS, (_EAGER_TCMALLOC, _COMPILED_BEST)),
    Field(
        "JAX, or Keras on it or on PyTorch",
        _OURS_AUGMENTED,
        (
            Setting("jax-bfloat16", "JAX, bfloat16", "plain_jax", "train", ("bfloat16",), "jax"),
            Setting("jax-float32", "JAX, float32", "plain_jax", "train", ("float32",), "jax"),
            Setting(
                "keras-jax",
                "Keras fit on JAX, float32",
                "keras_backends",
                "train",
                ("float32",),
                "jax",
                variables={"KERAS_BACKEND": "jax"},
            ),
            Setting(
                "keras-torch",
                "Keras fit on PyTorch, mixed_bfloat16",
                "keras_backends",
                "train",
                ("mixed_bfloat16",),
                "torch",
                variables={"KERAS_BACKEND": "torch"},
            ),
        ),
    ),
)


def by_name(name: str) -> Setting:
    every = (setting for group in FIELDS for setting in (group.ours, *group.settings))
    return next(setting for setting in every if setting.name == name)


@cache
def tcmalloc_path() -> str | None:
    """What LD_PRELOAD is given; None where it is not installed."""
    found = ctypes.util.find_library("tcmalloc_minimal")
    if found is not None:
        return found
    folders = (Path("/usr/lib/x86_64-linux-gnu"), Path("/usr/lib/aarch64-linux-gnu"))
    return next((str(place / _TCMALLOC) for place in folders if (place / _TCMALLOC).exists()), None)


def _has_compiler() -> bool:
    names = (os.environ.get("CXX", ""), "g++", "clang++")
    return any(name and shutil.which(name) for name in names)
