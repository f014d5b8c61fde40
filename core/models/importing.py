"""TensorFlow and Keras imported as lightly as can be. Imports neither itself."""

from __future__ import annotations

import gc
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

# Keras looks whether they are there and then does without; importing them takes a second.
_NOT_NEEDED = frozenset({"sklearn", "pandas"})


@contextmanager
def light_imports() -> Iterator[None]:
    """What this thread imports inside goes without what Keras only looks for.

    And without collecting garbage: an import makes a million objects and no rubbish, and looking
    for it takes half a second.
    """
    finder = _Without(_NOT_NEEDED - sys.modules.keys())
    # New lists: another thread may be half through the one there is.
    sys.meta_path = [finder, *sys.meta_path]
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            gc.enable()
        sys.meta_path = [other for other in sys.meta_path if other is not finder]


class _Without:
    """Makes some modules look as if they were not installed, to the thread that made it.

    Others may need them at the same time: the digits come with scikit-learn.
    """

    def __init__(self, names: frozenset[str]) -> None:
        self._names, self._thread = names, threading.get_ident()

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> None:
        if name in self._names and threading.get_ident() == self._thread:
            raise ModuleNotFoundError(f"{name} is not needed here", name=name)
