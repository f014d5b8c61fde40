"""The stream: every image once a pass, the same batch for the same step."""

from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf

from core.config import AugmentationConfig, batches_in
from core.data.dataset import Subset
from core.data.pipeline import (
    epoch_order,
    evaluation_stream,
    training_stream,
)

FLIPS = AugmentationConfig(horizontal_flip=True, rotation=20.0, mixup=0.2)


@pytest.fixture
def subset(tmp_path: Path) -> Subset:
    """23 of 30 images in a memory map; the first pixel of an image is its number."""
    images = np.random.default_rng(0).integers(0, 256, (30, 8, 6, 3), dtype=np.uint8)
    images[:, 0, 0, 0] = np.arange(30)
    np.save(tmp_path / "images.npy", images)
    mapped = np.load(tmp_path / "images.npy", mmap_mode="r")
    labels = np.arange(30, dtype=np.int64) % 10
    return Subset(mapped, labels, np.arange(29, 6, -1, dtype=np.int64))


def _train(subset: Subset, first: int, last: int, **given) -> list[tuple[np.ndarray, np.ndarray]]:
    options = {
        "num_classes": 10,
        "batch_size": 5,
        "augmentation": None,
        "seed": 3,
        "first_step": first,
        "last_step": last,
    }
    stream = training_stream(subset, **(options | given))
    return [(images.numpy(), labels.numpy()) for images, labels in stream]


def _numbers(batches: list[tuple[np.ndarray, np.ndarray]]) -> list[int]:
    return [int(number) for images, _ in batches for number in images[:, 0, 0, 0]]


def _assert_same(one: list, other: list) -> None:
    assert len(one) == len(other)
    for (images, labels), (images2, labels2) in zip(one, other, strict=True):
        np.testing.assert_array_equal(images, images2)
        np.testing.assert_array_equal(labels, labels2)


def _recognized(image: np.ndarray, originals: np.ndarray) -> tuple[int, bool]:
    """Which image it is, and whether it is mirrored."""
    for mirrored in (False, True):
        rows = originals[:, :, ::-1] if mirrored else originals
        far = np.abs(rows - image.astype(np.float64)).max(axis=(1, 2, 3))
        if far.min() < 0.5:
            return int(far.argmin()), mirrored
    raise AssertionError("none of the images, mirrored or not")


def test_order_is_a_permutation_of_its_own_each_data_epoch() -> None:
    orders = [epoch_order(100, 0, 0), epoch_order(100, 0, 1), epoch_order(100, 1, 0)]
    assert all(sorted(order) == list(range(100)) for order in orders)
    assert len({tuple(order) for order in orders}) == 3
    np.testing.assert_array_equal(orders[0], epoch_order(100, 0, 0))


def test_a_data_epoch_shows_every_image_once_and_ends_short(subset: Subset) -> None:
    assert batches_in(len(subset), 5) == 5
    batches = _train(subset, 0, 10)
    assert [len(images) for images, _ in batches] == [5, 5, 5, 5, 3] * 2
    numbers = _numbers(batches)
    assert sorted(numbers[:23]) == sorted(numbers[23:]) == list(range(7, 30))
    assert numbers[:23] != numbers[23:]


def test_images_are_their_own_with_their_labels(subset: Subset) -> None:
    for images, labels in _train(subset, 0, 5):
        assert images.dtype == labels.dtype == np.float32
        for image, label in zip(images, labels, strict=True):
            number = int(image[0, 0, 0])
            np.testing.assert_array_equal(image, subset.images[number])
            assert label.argmax() == number % 10 and label.sum() == 1.0


@pytest.mark.parametrize("augmentation", [None, FLIPS])
def test_resuming_is_a_slice(subset: Subset, augmentation: AugmentationConfig | None) -> None:
    whole = _train(subset, 0, 12, augmentation=augmentation)
    _assert_same(whole[7:], _train(subset, 7, 12, augmentation=augmentation))


def test_another_seed_another_stream(subset: Subset) -> None:
    assert _numbers(_train(subset, 0, 5)) != _numbers(_train(subset, 0, 5, seed=4))


def test_augmentation_begins_at_its_step(subset: Subset) -> None:
    plain = _train(subset, 0, 8)
    late = _train(subset, 0, 8, augmentation=FLIPS, augment_from_step=3)
    always = _train(subset, 0, 8, augmentation=FLIPS)
    _assert_same(late[:3], plain[:3])
    _assert_same(late[3:], always[3:])
    assert not np.array_equal(late[3][0], plain[3][0])


def test_augmentation_that_never_begins(subset: Subset) -> None:
    never = _train(subset, 0, 4, augmentation=FLIPS, augment_from_step=4)
    _assert_same(never, _train(subset, 0, 4))


def test_the_same_image_is_changed_differently_in_another_data_epoch(subset: Subset) -> None:
    single = subset.select([0])
    batches = _train(single, 0, 4, augmentation=AugmentationConfig(rotation=40.0))
    assert len({images.tobytes() for images, _ in batches}) == 4


@pytest.mark.parametrize("bent", [{}, {"rotation": 1e-6}])
def test_flips_by_turns_show_each_image_both_ways_in_two_data_epochs(
    subset: Subset, bent: dict[str, float]
) -> None:
    turns = AugmentationConfig(horizontal_flip=True, alternating_flip=True, **bent)
    batches = _train(subset, 0, 20, augmentation=turns)  # four data epochs of 5 steps
    seen = []
    for epoch in range(4):
        pixels = np.concatenate([images for images, _ in batches[5 * epoch : 5 * epoch + 5]])
        seen.append(dict(_recognized(image, subset.images) for image in pixels))
    assert all(set(found) == set(seen[0]) and len(found) == len(subset) for found in seen)
    for number in seen[0]:
        ways = [found[number] for found in seen]
        assert ways == [ways[0], not ways[0], ways[0], not ways[0]]
    assert 0 < sum(seen[0].values()) < len(subset)
    np.testing.assert_array_equal(
        _train(subset, 7, 8, augmentation=turns)[0][0], batches[7][0]
    )  # resuming is a slice


def test_shapes_are_static_but_for_the_batch(subset: Subset) -> None:
    stream = training_stream(
        subset,
        num_classes=10,
        batch_size=5,
        augmentation=FLIPS,
        seed=0,
        first_step=0,
        last_step=3,
        augment_from_step=1,
    )
    images, labels = stream.element_spec
    assert images == tf.TensorSpec([None, 8, 6, 3], tf.float32)
    assert labels == tf.TensorSpec([None, 10], tf.float32)
    assert evaluation_stream(subset, num_classes=10, batch_size=5).element_spec == (images, labels)


def test_evaluation_is_in_order_and_unchanged(subset: Subset) -> None:
    batches = [
        (images.numpy(), labels.numpy())
        for images, labels in evaluation_stream(subset, num_classes=10, batch_size=10)
    ]
    assert [len(images) for images, _ in batches] == [10, 10, 3]
    assert _numbers(batches) == list(subset.indices)
    np.testing.assert_array_equal(batches[0][0], subset.images[subset.indices[:10]])
    labels = np.concatenate([labels.argmax(axis=1) for _, labels in batches])
    np.testing.assert_array_equal(labels, subset.label_array())


@pytest.mark.parametrize(("limit", "count"), [(2, 2), (50, 3), (None, 3)])
def test_evaluation_can_be_cut_short(subset: Subset, limit: int | None, count: int) -> None:
    stream = evaluation_stream(subset, num_classes=10, batch_size=10, limit_batches=limit)
    assert sum(1 for _ in stream) == count


def test_a_part_that_is_judged_is_drawn_from_all_and_always_the_same() -> None:
    """Sets of folders lie class by class: the first images would all be of one class."""
    images = np.zeros((40, 8, 6, 3), np.uint8)
    images[:, 0, 0, 0] = np.arange(40)
    by_class = Subset(images, np.repeat([0, 1], 20), np.arange(40))
    stream = evaluation_stream(by_class, num_classes=2, batch_size=5, limit_batches=4)
    twice = [[labels.numpy().argmax(axis=1) for _, labels in stream] for _ in range(2)]
    np.testing.assert_array_equal(*twice)
    assert set(np.concatenate(twice[0])) == {0, 1}
    assert len(np.unique(np.concatenate([part[:, 0, 0, 0] for part, _ in stream]))) == 20


def test_no_stream_is_tuned_behind_its_back(subset: Subset) -> None:
    """Whoever drops an iterator that is tuned may wait for the tuning thread's next look."""
    options = {"num_classes": 10, "batch_size": 5}
    steps = {"augmentation": FLIPS, "seed": 0, "first_step": 0, "last_step": 5}
    for stream in (
        training_stream(subset, **options, **steps),
        evaluation_stream(subset, **options),
    ):
        assert stream.options().autotune.enabled is False
