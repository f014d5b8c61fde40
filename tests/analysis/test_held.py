"""What is held of layers' outputs, and what is let go of."""

from __future__ import annotations

import numpy as np

from core.analysis.held import HeldOutputs


def _of(num_bytes: int) -> dict[str, np.ndarray]:
    half = np.zeros((1, 1, num_bytes // 2), dtype=np.uint8)
    return {"conv": half, "head": half.copy()}


def test_as_many_are_held_as_there_are_bytes_for() -> None:
    held = HeldOutputs(100)
    first, second, third = _of(40), _of(40), _of(40)
    held.keep("first", first)
    held.keep("second", second)
    assert held.find("first") is first and held.find("second") is second
    assert held.find("first") is first  # so that the second is the one not asked for longest
    held.keep("third", third)
    assert held.find("first") is first and held.find("third") is third
    assert held.find("second") is None


def test_the_newest_is_held_alone_where_it_is_too_large() -> None:
    held = HeldOutputs(100)
    large = _of(1000)
    held.keep("small", _of(40))
    held.keep("large", large)
    assert held.find("large") is large and held.find("small") is None
    held.keep("small", _of(40))
    assert held.find("large") is None


def test_what_is_kept_again_counts_once() -> None:
    held = HeldOutputs(100)
    for _ in range(3):
        held.keep("first", _of(40))
    held.keep("second", _of(40))
    assert held.find("first") is not None
