"""How benchmarks speak: one JSON line a figure, on standard output.

Knows nothing of what is measured.
"""

from __future__ import annotations

import json
import statistics
import time
from collections.abc import Callable, Sequence
from typing import Any


def emit(
    name: str, value: float, unit: str, target: float | str | None, met: bool, **extra: Any
) -> None:
    """Print one figure, beside the target it is held against and whether it met it."""
    line = {"name": name, "value": _short(value), "unit": unit, "target": target, "met": bool(met)}
    print(json.dumps(line | extra), flush=True)


def emit_skip(name: str, reason: str) -> None:
    """Print that a figure could not be measured here, and why."""
    print(json.dumps({"name": name, "skipped": reason}), flush=True)


def compare(
    name: str,
    target: float,
    ours: Callable[[], object],
    theirs: Callable[[], object],
    images: int,
    pairs: int = 5,
) -> float:
    """Time two pieces of work in turn and print how many times as fast ours is.

    Args:
        name: of the figure.
        target: the least ratio wanted.
        ours: does its work; one call each warms both up.
        theirs: does the same work in the other way.
        images: what one call handles, for the speeds beside the ratio.
        pairs: how often both are timed; the median ratio counts.

    Returns: the median ratio.
    """
    ours()
    theirs()
    speeds = [(images / _seconds(ours), images / _seconds(theirs)) for _ in range(pairs)]
    return emit_ratio(name, target, speeds)


def emit_ratio(
    name: str, target: float | None, speeds: Sequence[tuple[float, float]], **extra: Any
) -> float:
    """Print how many times as fast ours is: the median over the pairs, lowest and highest.

    Args:
        name: of the figure.
        target: the least ratio wanted; None: none is.
        speeds: images a second of ours and of theirs, a pair each.
        extra: what else the line has.

    Returns: the median ratio.
    """
    ratios = sorted(a / b for a, b in speeds)
    median = statistics.median(ratios)
    emit(
        name,
        median,
        "ratio",
        target=target,
        met=target is None or median >= target,
        lowest=_short(ratios[0]),
        highest=_short(ratios[-1]),
        ours_images_per_second=round(statistics.median(a for a, _ in speeds)),
        theirs_images_per_second=round(statistics.median(b for _, b in speeds)),
        **extra,
    )
    return median


def _seconds(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def _short(value: float) -> float:
    """Four significant digits: what a noisy machine's figures are worth at most."""
    return float(f"{value:.4g}")
