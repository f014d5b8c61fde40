"""TensorFlow and Keras imported as lightly as can be. Imports neither itself."""

from __future__ import annotations

import gc
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from importlib.machinery import ModuleSpec, PathFinder
from types import ModuleType
from typing import Any

# Keras looks whether they are there and then does without; importing them takes a second.
_NOT_NEEDED = frozenset({"sklearn", "pandas"})
# While one of these is imported, only others of them are held half imported.
_OURS_ALONE = frozenset({"tensorflow", "keras"})


@contextmanager
def light_imports(pause: Callable[[], None] | None = None) -> Iterator[None]:
    """What this thread imports inside goes without what Keras only looks for.

    And without collecting garbage: an import makes a million objects and no rubbish, and looking
    for it takes half a second.

    Args:
        pause: called before each of their two thousand modules runs; may sleep, which holds up
            no other thread but one that imports TensorFlow too.
    """
    finder = _Finder(_NOT_NEEDED - sys.modules.keys(), pause)
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


class _Finder:
    """Looks at what the thread that made it is about to import.

    Some modules it makes look as if they were not installed. Other threads may need them at the
    same time: the digits come with scikit-learn.
    """

    def __init__(self, hidden: frozenset[str], pause: Callable[[], None] | None) -> None:
        self._hidden, self._pause = hidden, pause
        self._thread = threading.get_ident()

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if threading.get_ident() != self._thread:
            return None
        if name in self._hidden:
            raise ModuleNotFoundError(f"{name} is not needed here", name=name)
        if self._pause is None or name.partition(".")[0] not in _OURS_ALONE:
            return None
        spec = PathFinder.find_spec(name, path, target)
        if spec is not None and spec.loader is not None:
            # Not here, where all threads' imports would wait: this is asked under one lock.
            _pause_before(spec.loader, self._pause)
        return spec


def _pause_before(loader: Any, pause: Callable[[], None]) -> None:
    """A pause before the loader runs its module."""
    execute = loader.exec_module

    def exec_module(module: ModuleType) -> None:
        del loader.exec_module
        pause()
        execute(module)

    loader.exec_module = exec_module
