"""Layers' outputs held for the next look at them, within so many bytes.

One large image's take as much as thousands of small ones', so counting them bounds nothing.
Knows nothing of what they are the outputs of.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable
from threading import Lock

import numpy as np

Outputs = dict[str, np.ndarray]  # layer name -> (h, w, c) float32


class HeldOutputs:
    """Those asked for last, of several threads; the newest whatever it takes."""

    def __init__(self, most: int) -> None:
        """
        Args:
            most: bytes of all together.
        """
        self._most = most
        self._held: OrderedDict[Hashable, Outputs] = OrderedDict()
        self._lock = Lock()

    def find(self, key: Hashable) -> Outputs | None:
        with self._lock:
            if key in self._held:
                self._held.move_to_end(key)
            return self._held.get(key)

    def keep(self, key: Hashable, outputs: Outputs) -> None:
        """Hold these, and let go of those not asked for longest."""
        with self._lock:
            self._held[key] = outputs
            self._held.move_to_end(key)
            while len(self._held) > 1 and self._bytes() > self._most:
                self._held.popitem(last=False)

    def _bytes(self) -> int:
        return sum(maps.nbytes for outputs in self._held.values() for maps in outputs.values())
