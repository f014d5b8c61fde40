"""What a subset is: a selection of images and labels, and a hash that tells it from others."""

from __future__ import annotations

import tracemalloc

import numpy as np

from core.data.dataset import Subset


def subset(count: int = 600, side: int = 4, seed: int = 0) -> Subset:
    rng = np.random.default_rng(seed)
    images = rng.integers(0, 256, size=(count, side, side, 1), dtype=np.uint8)
    return Subset(images, rng.integers(0, 3, size=count), np.arange(count))


def test_the_digest_is_of_what_is_in_it_and_not_of_where_it_lies() -> None:
    one = subset()
    half = one.select(np.arange(0, 600, 2))
    images, labels = half.gather(np.arange(len(half)))
    copied = Subset(images, labels, np.arange(len(half)))
    assert len(one.digest()) == 32
    assert half.digest() == copied.digest() != one.digest()
    assert one.digest() == Subset(one.images, one.labels.astype(np.int32), one.indices).digest()


def test_the_digest_tells_every_pixel_label_and_place() -> None:
    one = subset()
    other_pixel, other_label = one.images.copy(), one.labels.copy()
    other_pixel[599, 3, 3, 0] ^= 1
    other_label[599] = (other_label[599] + 1) % 3
    others = [
        Subset(other_pixel, one.labels, one.indices),
        Subset(one.images, other_label, one.indices),
        one.select(np.arange(599)),
        one.select(np.r_[1, 0, 2:600]),
        Subset(one.images.reshape(600, 2, 8, 1), one.labels, one.indices),
        one.select(np.arange(0)),
    ]
    assert len({one.digest(), *(other.digest() for other in others)}) == 7


def test_the_digest_takes_little_memory() -> None:
    large = subset(4_096, side=32)
    tracemalloc.start()
    large.digest()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 1_000_000 < large.images.nbytes


def test_some_are_taken_evenly_from_all_and_all_where_there_are_no_more() -> None:
    one = subset()
    few = one.evenly(5).indices
    assert few[0] == 0 and few[-1] == 599
    assert set(np.diff(few)) <= {149, 150}
    np.testing.assert_array_equal(one.evenly(1000).indices, one.indices)
    assert len(one.select(np.arange(0)).evenly(5)) == 0
