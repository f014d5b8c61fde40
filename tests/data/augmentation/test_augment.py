"""Augmentation: ImageDataGenerator's meanings, one interpolation, no state."""

import numpy as np
import pytest
import tensorflow as tf
from keras.src.legacy.preprocessing.image import ImageDataGenerator, apply_affine_transform

from core.config import AugmentationConfig
from core.data.augmentation.augment import affine_matrices, augment_batch, preview
from core.data.augmentation.warp import warp

FULL = AugmentationConfig(
    horizontal_flip=True,
    vertical_flip=True,
    width_shift=0.2,
    height_shift=0.2,
    rotation=40.0,
    shear=20.0,
    zoom=0.2,
    brightness=0.2,
    contrast=0.3,
    crop_padding=2,
    erasing=0.5,
    cutmix=1.0,
)


def _smooth_images(count: int = 3, size: tuple[int, int] = (24, 24)) -> np.ndarray:
    """Pictures of soft waves: rounding a coordinate changes their pixels only a little."""
    random = np.random.default_rng(0)
    y, x = np.mgrid[: size[0], : size[1]]
    waves = [
        np.sin(x * random.uniform(0.1, 0.4) + y * random.uniform(0.1, 0.4) + phase)
        for phase in random.uniform(0, 6, count * 3)
    ]
    stacked = np.stack(waves, axis=-1).reshape(*size, count, 3).transpose(2, 0, 1, 3)
    return np.rint(127.5 + 120.0 * stacked).astype(np.uint8)


def _noise(count: int = 16, size: tuple[int, int] = (12, 12), channels: int = 3) -> np.ndarray:
    random = np.random.default_rng(1)
    return random.integers(0, 256, (count, *size, channels), dtype=np.uint8)


def _augment(images: np.ndarray, config: AugmentationConfig, step: int = 0) -> np.ndarray:
    labels = tf.one_hot(np.arange(len(images)) % 10, 10)
    return augment_batch(tf.constant(images), labels, config, tf.constant([7, step]))[0].numpy()


def _transform(images: np.ndarray, fill: str = "nearest", **given: float) -> np.ndarray:
    """Our transform with fixed parameters, the same for every image."""
    names = ("rotation", "shift_x", "shift_y", "shear", "zoom_x", "zoom_y", "flip_x", "flip_y")
    neutral = dict.fromkeys(names, 0.0) | dict.fromkeys(names[4:], 1.0)
    values = {
        name: tf.fill([len(images)], float(value)) for name, value in (neutral | given).items()
    }
    matrices = affine_matrices(images.shape[1], images.shape[2], **values)
    return warp(tf.constant(images), matrices, fill).numpy()


def _keras(image: np.ndarray, fill: str = "nearest", **given: float) -> np.ndarray:
    return apply_affine_transform(
        image.astype(np.float32),
        row_axis=0,
        col_axis=1,
        channel_axis=2,
        fill_mode=fill,
        **given,
    )


FIXED = {
    "rotation": ({"rotation": np.deg2rad(33.0)}, {"theta": 33.0}),
    "shift along x": ({"shift_x": 3.4}, {"tx": 3.4}),
    "shift along y": ({"shift_y": -2.3}, {"ty": -2.3}),
    "shear": ({"shear": np.deg2rad(21.0)}, {"shear": 21.0}),
    "zoom along x": ({"zoom_x": 1.2}, {"zx": 1.2}),
    "zoom along y": ({"zoom_y": 0.8}, {"zy": 0.8}),
    "all": (
        {
            "rotation": np.deg2rad(-28.0),
            "shift_x": 3.1,
            "shift_y": -4.2,
            "shear": np.deg2rad(15.0),
            "zoom_x": 0.83,
            "zoom_y": 1.17,
        },
        {"theta": -28.0, "tx": 3.1, "ty": -4.2, "shear": 15.0, "zx": 0.83, "zy": 1.17},
    ),
}


@pytest.mark.parametrize("fill", ["nearest", "reflect"])
@pytest.mark.parametrize("name", FIXED)
def test_affine_agrees_with_keras(name: str, fill: str) -> None:
    ours, theirs = FIXED[name]
    images = _smooth_images()
    moved = _transform(images, fill, **ours)
    for image, received in zip(images, moved, strict=True):
        np.testing.assert_allclose(received, _keras(image, fill, **theirs), atol=0.05)


@pytest.mark.parametrize("name", FIXED)
def test_constant_fill_agrees_with_keras_away_from_the_border(name: str) -> None:
    """At the very border Keras cuts to black where we still blend half a pixel."""
    ours, theirs = FIXED[name]
    images = _smooth_images()
    shown = _transform(np.full_like(images, 255), "constant", **ours) > 254.9
    hidden = _transform(np.full_like(images, 255), "constant", **ours) < 0.1
    moved = _transform(images, "constant", **ours)
    for i, image in enumerate(images):
        expected = _keras(image, "constant", **theirs)
        np.testing.assert_allclose(moved[i][shown[i]], expected[shown[i]], atol=0.05)
        assert not expected[hidden[i]].any() and not moved[i][hidden[i]].any()


def test_flips_act_on_what_the_others_made() -> None:
    images = _smooth_images()
    generator = ImageDataGenerator(fill_mode="nearest")
    moved = _transform(images, rotation=0.4, shift_x=2.5, flip_x=-1.0, flip_y=-1.0)
    for image, received in zip(images, moved, strict=True):
        expected = generator.apply_transform(
            image.astype(np.float32),
            {
                "theta": np.rad2deg(0.4),
                "tx": 2.5,
                "flip_horizontal": True,
                "flip_vertical": True,
            },
        )
        np.testing.assert_allclose(received, expected, atol=0.05)


def test_turning_is_about_the_centre_of_any_rectangle() -> None:
    images = _noise(2, (7, 12))
    turned = _transform(images, rotation=np.pi)
    np.testing.assert_allclose(turned, images[:, ::-1, ::-1], atol=0.02)


def test_width_shift_moves_along_the_width() -> None:
    images = np.tile(np.arange(12, dtype=np.uint8)[:, None, None], (8, 1, 12, 3))
    moved = _augment(images, AugmentationConfig(width_shift=0.4))
    np.testing.assert_allclose(moved, images, atol=1e-4)  # rows alike, so nothing to see
    assert not np.allclose(_augment(images, AugmentationConfig(height_shift=0.4)), images)


PADS = {"nearest": "edge", "reflect": "symmetric", "constant": "constant", "wrap": "wrap"}


@pytest.mark.parametrize("fill", PADS)
@pytest.mark.parametrize("channels", [1, 3])
def test_whole_pixel_crops_are_exact_copies(fill: str, channels: int) -> None:
    pad = 5
    images = _noise(64, (10, 13), channels)
    moved = _augment(images, AugmentationConfig(crop_padding=pad, fill=fill))
    padded = np.pad(images, ((0, 0), (pad, pad), (pad, pad), (0, 0)), PADS[fill])
    found = set()
    for i in range(len(images)):
        offsets = [
            (y, x)
            for y in range(2 * pad + 1)
            for x in range(2 * pad + 1)
            if np.array_equal(padded[i, y : y + 10, x : x + 13], moved[i])
        ]
        assert offsets, f"image {i} is not a crop of its padded self"
        found.update(offsets)
    rows, columns = zip(*found, strict=True)
    assert {min(rows), max(rows), min(columns), max(columns)} == {0, 2 * pad}


@pytest.mark.parametrize("fill", ["nearest", "reflect", "constant"])
def test_copying_and_interpolating_agree_on_whole_pixels(fill: str) -> None:
    """The quick path and the affine one mean the same by shift, flip and fill."""
    images = _noise(32)
    whole = AugmentationConfig(
        horizontal_flip=True,
        vertical_flip=True,
        width_shift=0.4,
        height_shift=0.3,
        whole_pixels=True,
        fill=fill,
    )
    # A turn of next to nothing forces the affine path.
    bent = whole.model_copy(update={"rotation": 1e-6})
    np.testing.assert_allclose(_augment(images, bent), _augment(images, whole), atol=0.05)


def test_horizontal_flip_mirrors_about_half() -> None:
    images = _noise(400, (2, 4))
    moved = _augment(images, AugmentationConfig(horizontal_flip=True))
    mirrored = (moved == images[:, :, ::-1]).all(axis=(1, 2, 3))
    same = (moved == images).all(axis=(1, 2, 3))
    assert (mirrored | same).all()
    assert 150 < mirrored.sum() < 250


def test_shifts_reach_the_whole_range_and_no_further() -> None:
    ramp = np.tile(np.arange(100, 140, dtype=np.uint8)[:, None], (500, 4, 1, 1))
    moved = _augment(ramp, AugmentationConfig(width_shift=0.1))
    shifts = moved[:, 0, 20, 0] - 120.0
    assert -4.0 <= shifts.min() < -3.8 and 3.8 < shifts.max() <= 4.0
    assert np.std(shifts) == pytest.approx(8.0 / np.sqrt(12.0), rel=0.1)  # uniform


def test_brightness_adds_one_amount_an_image() -> None:
    images = np.full((300, 4, 4, 3), 128, np.uint8)
    added = _augment(images, AugmentationConfig(brightness=0.2)) - 128.0
    assert np.ptp(added, axis=(1, 2, 3)).max() < 1e-3
    assert -51.0 <= added.min() < -48.0 and 48.0 < added.max() <= 51.0


def test_contrast_keeps_the_mean() -> None:
    images = (100 + _noise(64) // 8).astype(np.uint8)  # 100..131: nothing is cut off
    moved = _augment(images, AugmentationConfig(contrast=0.5))
    np.testing.assert_allclose(moved.mean(axis=(1, 2, 3)), images.mean(axis=(1, 2, 3)), rtol=1e-4)
    ratio = moved.std(axis=(1, 2, 3)) / images.std(axis=(1, 2, 3))
    assert 0.5 <= ratio.min() < 0.6 and 1.4 < ratio.max() <= 1.5


def test_erasing_covers_one_rectangle_of_the_papers_size() -> None:
    images = np.full((300, 32, 32, 1), 300.0, np.float32)  # noise stays below 255
    moved = _augment(images, AugmentationConfig(erasing=0.5))
    erased = (moved < 256.0)[..., 0]
    touched = erased.any(axis=(1, 2))
    assert 110 < touched.sum() < 190
    for mask in erased[touched]:
        rows, columns = mask.any(axis=1), mask.any(axis=0)
        assert mask.sum() == rows.sum() * columns.sum()
        assert 0.01 < mask.mean() < 0.45


@pytest.mark.parametrize("shape", [(16, 20, 1), (20, 16, 3)])
def test_everything_at_once_keeps_shape_and_range(shape: tuple[int, int, int]) -> None:
    images = _noise(9, shape[:2], shape[2])
    labels = tf.one_hot(np.arange(9), 10)
    moved, mixed = augment_batch(tf.constant(images), labels, FULL, tf.constant([0, 3]))
    assert moved.shape == images.shape and moved.dtype == tf.float32
    assert moved.numpy().min() >= 0.0 and moved.numpy().max() <= 255.0
    np.testing.assert_allclose(mixed.numpy().sum(axis=1), 1.0, atol=1e-6)


def test_same_seed_and_step_same_batch() -> None:
    images = _noise()
    np.testing.assert_array_equal(_augment(images, FULL, 5), _augment(images, FULL, 5))
    assert not np.array_equal(_augment(images, FULL, 5), _augment(images, FULL, 6))


def test_images_of_a_batch_get_draws_of_their_own() -> None:
    images = np.repeat(_noise(1), 16, axis=0)
    moved = _augment(images, AugmentationConfig(rotation=40.0))
    assert len(np.unique(moved.reshape(16, -1), axis=0)) == 16


def test_an_images_draw_does_not_depend_on_the_batch_size() -> None:
    images = _noise(8)
    config = FULL.model_copy(update={"cutmix": 0.0, "erasing": 0.0})
    np.testing.assert_array_equal(_augment(images, config)[:3], _augment(images[:3], config))


def test_off_is_the_identity() -> None:
    np.testing.assert_array_equal(_augment(_noise(), AugmentationConfig()), _noise())


def test_graph_and_eager_agree() -> None:
    images, labels = tf.constant(_noise()), tf.one_hot(np.arange(16) % 10, 10)
    graph = tf.function(
        lambda batch, hot, seed: augment_batch(batch, hot, FULL, seed),
        input_signature=[
            tf.TensorSpec([None, 12, 12, 3], tf.uint8),
            tf.TensorSpec([None, 10]),
            tf.TensorSpec([2], tf.int64),
        ],
    )
    seed = tf.constant([3, 4], tf.int64)
    for one, other in zip(
        graph(images, labels, seed), augment_batch(images, labels, FULL, seed), strict=True
    ):
        np.testing.assert_allclose(one, other, atol=1e-3)


def test_preview_is_what_training_sees() -> None:
    images = _noise(1)
    shown = preview(images, FULL, seed=7, count=8)
    assert shown.shape == (8, 12, 12, 3) and shown.dtype == np.uint8
    trained = _augment(np.repeat(images, 8, axis=0), FULL, step=0)
    np.testing.assert_array_equal(shown, np.rint(trained).astype(np.uint8))


def test_preview_repeats_several_images_in_turn() -> None:
    images = _noise(3)
    shown = preview(images, AugmentationConfig(), seed=0, count=5)
    np.testing.assert_array_equal(shown, images[[0, 1, 2, 0, 1]])
