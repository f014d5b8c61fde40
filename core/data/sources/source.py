"""What every source of images has in common: it yields batches, at one size, split by split.

Knows nothing of any one format, of the cache or of TensorFlow.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Protocol

from core.data.dataset import Images, Indices
from core.photos.fit import Fitting

# Called with the fraction done (None while it cannot be known) and a sentence.
Progress = Callable[[float | None, str], None]


@dataclass(frozen=True, eq=False)
class Batch:
    """Some images of one split. A split's batches lie in the order of their rank."""

    split: str  # "train", "validation" or "test"
    rank: int  # an archive may give its files in any order
    images: Images  # (n, H, W, C) uint8, 0..255
    labels: Indices  # (n,) int64


class Source(Protocol):
    """Images that can be read from where they are now.

    A source without a "test" split has one drawn for it. `notes` is whole only after
    the last batch: it tells what was left out.
    """

    name: str
    notes: list[str]

    @property
    def classes(self) -> tuple[str, ...]:
        """Class names; a label is a position in them."""
        ...

    @property
    def count(self) -> int:
        """About how many images there are, to see beforehand whether they fit."""
        ...

    def fingerprint(self) -> str:
        """Text that changes whenever the images may have changed."""
        ...

    def batches(self, fitting: Fitting | None, progress: Progress) -> Iterator[Batch]:
        """All images once, brought to the fitting's size where one is given."""
        ...


def no_progress(fraction: float | None, message: str) -> None:
    """The progress of someone who does not look."""
