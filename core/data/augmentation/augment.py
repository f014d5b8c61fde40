"""Random changes to a batch of training images, in the TensorFlow graph.

Stateless: every random number comes from the seed given, so the same (seed, step)
always gives the same batch, whatever ran before. All geometric transforms of an image
are one affine matrix, and a batch is interpolated once; where only flips and shifts
by whole pixels are asked for, pixels are copied and nothing is interpolated.

Ranges and composition are those of Keras's ImageDataGenerator, with two of its slips
left out: it turns images that are not square about a wrong centre, and it applies the
height's shift to the width. Knows nothing of data sets, order or training.
"""

from __future__ import annotations

import math
from typing import Final

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from core.config import AugmentationConfig
from core.data.augmentation.mixing import mix
from core.data.augmentation.warp import inside, warp

# Which of an image's uniform numbers decides what. A name keeps its place whatever
# else is on, so that switching one transform never changes another's draw.
_DRAWS: Final = (
    "horizontal_flip",
    "vertical_flip",
    "width_shift",
    "height_shift",
    "crop_x",
    "crop_y",
    "rotation",
    "shear",
    "zoom_x",
    "zoom_y",
    "brightness",
    "contrast",
    "erasing",
    "erasing_area",
    "erasing_aspect",
    "erasing_x",
    "erasing_y",
)
_NOISE_SEED: Final = 1  # folded into the seed for what is drawn a pixel, not an image

# Zhong et al. 2017, section 4.1: area 2 % to 40 % of the image, aspect 0.3 to 1 / 0.3.
_ERASING_AREA: Final = (0.02, 0.4)
_ERASING_ASPECT: Final = (0.3, 1.0 / 0.3)


def augment_batch(
    images: tf.Tensor,
    labels_one_hot: tf.Tensor,
    config: AugmentationConfig,
    seed: tf.Tensor,
    mirrored: tf.Tensor | None = None,
) -> tuple[tf.Tensor, tf.Tensor]:
    """Apply every transform that is on to a batch.

    Args:
        images: (B, H, W, C) uint8 or float32, 0..255; H, W and C known statically.
        labels_one_hot: (B, K) float32.
        config: which transforms, and how far.
        seed: (2,) integers, (seed, step).
        mirrored: (B,) bool, which images a horizontal flip mirrors; None draws them.

    Returns:
        Images (B, H, W, C) float32, 0..255, and labels (B, K) float32: mixup and cutmix
        mix labels too.
    """
    draws = _Draws(tf.shape(images)[0], seed, mirrored)
    pixels = _geometry(images, config, draws)
    pixels = _photometry(pixels, config, draws)
    if config.erasing:
        pixels = _erase(pixels, config.erasing, draws, tf.random.fold_in(seed, _NOISE_SEED))
    return mix(pixels, labels_one_hot, mixup=config.mixup, cutmix=config.cutmix, seed=seed)


def preview(
    images: NDArray[np.uint8], config: AugmentationConfig, seed: int, count: int = 8
) -> NDArray[np.uint8]:
    """Augmented versions made by the very function that training uses.

    Args:
        images: (B, H, W, C) uint8; repeated in turn up to `count`. Mixup and cutmix
            show only where there are several.
        config: which transforms, and how far.
        seed: another seed, another look.
        count: how many to make.

    Returns: (count, H, W, C) uint8.
    """
    batch = tf.constant(images[np.arange(count) % len(images)])
    labels = tf.zeros([count, 1])
    pixels, _ = augment_batch(batch, labels, config, tf.constant([seed, 0]))
    rounded: NDArray[np.uint8] = np.rint(pixels.numpy()).clip(0, 255).astype(np.uint8)
    return rounded


class _Draws:
    """Each image's own uniform numbers, by name, from one call."""

    def __init__(self, count: tf.Tensor, seed: tf.Tensor, mirrored: tf.Tensor | None) -> None:
        shape = tf.stack([count, len(_DRAWS)])
        self._numbers = tf.random.stateless_uniform(shape, seed, alg="philox")
        self._mirrored = mirrored

    def unit(self, name: str) -> tf.Tensor:
        """(B,) float32 in [0, 1)."""
        return self._numbers[:, _DRAWS.index(name)]

    def within(self, name: str, low: float, high: float) -> tf.Tensor:
        """(B,) float32 in [low, high)."""
        return low + (high - low) * self.unit(name)

    def about(self, name: str, reach: float) -> tf.Tensor:
        """(B,) float32 in [-reach, reach)."""
        return self.within(name, -reach, reach)

    def flips(self, name: str, on: bool) -> tf.Tensor:
        """(B,) float32: -1 where the image is mirrored, else 1."""
        mirrored = self.unit(name) < 0.5
        if name == "horizontal_flip" and self._mirrored is not None:
            mirrored = self._mirrored
        chosen = tf.where(mirrored, -1.0, 1.0)
        return chosen if on else tf.ones_like(chosen)


def _geometry(images: tf.Tensor, config: AugmentationConfig, draws: _Draws) -> tf.Tensor:
    """(B, H, W, C) float32, moved, turned and flipped."""
    height, width = int(images.shape[1]), int(images.shape[2])
    shifted = config.width_shift or config.height_shift
    bent = config.rotation or config.shear or config.zoom
    if bent or (shifted and not config.whole_pixels):
        return warp(images, _matrices(config, draws, height, width), config.fill)
    if shifted or config.crop_padding or config.horizontal_flip or config.vertical_flip:
        images = _copy_pixels(images, config, draws)
    return tf.cast(images, tf.float32)


def _shifts(
    config: AugmentationConfig, draws: _Draws, height: int, width: int
) -> tuple[tf.Tensor, tf.Tensor]:
    """(B,) float32 pixels along x and along y, cropping after padding included."""
    x = draws.about("width_shift", config.width_shift * width)
    y = draws.about("height_shift", config.height_shift * height)
    if config.whole_pixels:
        x, y = tf.round(x), tf.round(y)
    places = 2 * config.crop_padding + 1
    x += tf.floor(draws.unit("crop_x") * places) - config.crop_padding
    y += tf.floor(draws.unit("crop_y") * places) - config.crop_padding
    return x, y


def _copy_pixels(images: tf.Tensor, config: AugmentationConfig, draws: _Draws) -> tf.Tensor:
    """Flips and whole-pixel shifts: each pixel is another one's copy. Keeps the dtype."""
    _, height, width, channels = images.shape
    shift_x, shift_y = _shifts(config, draws, height, width)
    flip_x = draws.flips("horizontal_flip", config.horizontal_flip)
    flip_y = draws.flips("vertical_flip", config.vertical_flip)
    columns = _sources(width, shift_x, flip_x)[:, tf.newaxis, :]  # (B, 1, W)
    rows = _sources(height, shift_y, flip_y)[:, :, tf.newaxis]  # (B, H, 1)
    count = tf.shape(images)[0]
    first = (tf.range(count) * (height * width))[:, tf.newaxis, tf.newaxis]
    inside_rows = inside(rows, height, config.fill)
    inside_columns = inside(columns, width, config.fill)
    places = first + inside_rows * width + inside_columns  # (B, H, W)
    moved = tf.gather(tf.reshape(images, [-1, channels]), places)
    if config.fill == "constant":
        known = tf.equal(rows, inside_rows) & tf.equal(columns, inside_columns)
        moved *= tf.cast(known[..., tf.newaxis], moved.dtype)
    return tf.ensure_shape(moved, [None, height, width, channels])


def _sources(size: int, shift: tf.Tensor, flip: tf.Tensor) -> tf.Tensor:
    """Where each pixel of an axis comes from, possibly outside.  # (B, size) int32"""
    places = tf.range(size)[tf.newaxis, :]
    places = tf.where(flip[:, tf.newaxis] < 0, size - 1 - places, places)
    return places + tf.cast(shift, tf.int32)[:, tf.newaxis]


def _matrices(config: AugmentationConfig, draws: _Draws, height: int, width: int) -> tf.Tensor:
    """Each image's random transform, (B, 8) float32."""
    shift_x, shift_y = _shifts(config, draws, height, width)
    radians = math.pi / 180.0
    return affine_matrices(
        height,
        width,
        rotation=draws.about("rotation", config.rotation * radians),
        shift_x=shift_x,
        shift_y=shift_y,
        shear=draws.about("shear", config.shear * radians),
        zoom_x=1.0 + draws.about("zoom_x", config.zoom),
        zoom_y=1.0 + draws.about("zoom_y", config.zoom),
        flip_x=draws.flips("horizontal_flip", config.horizontal_flip),
        flip_y=draws.flips("vertical_flip", config.vertical_flip),
    )


def affine_matrices(
    height: int,
    width: int,
    *,
    rotation: tf.Tensor,
    shift_x: tf.Tensor,
    shift_y: tf.Tensor,
    shear: tf.Tensor,
    zoom_x: tf.Tensor,
    zoom_y: tf.Tensor,
    flip_x: tf.Tensor,
    flip_y: tf.Tensor,
) -> tf.Tensor:
    """Matrices from where a pixel goes to where it comes from, about the image's centre.

    rotation @ shift @ shear @ zoom @ flip, the order of ImageDataGenerator: the flip
    acts on what the others made.

    Args:
        height: of the images.
        width: of the images.
        rotation: (B,) float32 radians; so is shear.
        shift_x: (B,) float32 pixels; so is shift_y.
        shear: see rotation.
        shift_y: see shift_x.
        zoom_x: (B,) float32, above 1 shows more of the image; so is zoom_y.
        zoom_y: see zoom_x.
        flip_x: (B,) float32, -1 mirrors left and right, 1 does not.
        flip_y: (B,) float32, -1 mirrors top and bottom, 1 does not.

    Returns: (B, 8) float32 [a0, a1, a2, b0, b1, b2, 0, 0], as `warp`
        takes them: input x = a0 x + a1 y + a2, input y = b0 x + b1 y + b2.
    """
    cosine, sine = tf.cos(rotation), tf.sin(rotation)
    a0, b0 = cosine * zoom_x * flip_x, sine * zoom_x * flip_x
    a1 = -(cosine * tf.sin(shear) + sine * tf.cos(shear)) * zoom_y * flip_y
    b1 = (cosine * tf.cos(shear) - sine * tf.sin(shear)) * zoom_y * flip_y
    center_x, center_y = (width - 1) / 2.0, (height - 1) / 2.0
    a2 = cosine * shift_x - sine * shift_y + center_x - a0 * center_x - a1 * center_y
    b2 = sine * shift_x + cosine * shift_y + center_y - b0 * center_x - b1 * center_y
    none = tf.zeros_like(a0)
    return tf.stack([a0, a1, a2, b0, b1, b2, none, none], axis=1)


def _photometry(pixels: tf.Tensor, config: AugmentationConfig, draws: _Draws) -> tf.Tensor:
    """Contrast about each image's own mean, then brightness; cut to 0..255."""
    if not (config.contrast or config.brightness):
        return pixels
    if config.contrast:
        factor = _per_image(1.0 + draws.about("contrast", config.contrast))
        mean = tf.reduce_mean(pixels, axis=[1, 2, 3], keepdims=True)
        pixels = mean + (pixels - mean) * factor
    if config.brightness:
        pixels += _per_image(draws.about("brightness", config.brightness * 255.0))
    return tf.clip_by_value(pixels, 0.0, 255.0)


def _erase(pixels: tf.Tensor, chance: float, draws: _Draws, seed: tf.Tensor) -> tf.Tensor:
    """Random erasing with random pixels (Zhong et al. 2017, algorithm 1).

    One draw an image: a rectangle that would not fit is cut to the image, where the
    paper draws again.
    """
    height, width = int(pixels.shape[1]), int(pixels.shape[2])
    area = draws.within("erasing_area", *_ERASING_AREA) * (height * width)
    low, high = (math.log(bound) for bound in _ERASING_ASPECT)
    aspect = tf.exp(draws.within("erasing_aspect", low, high))
    tall = tf.clip_by_value(tf.round(tf.sqrt(area * aspect)), 1.0, height)
    wide = tf.clip_by_value(tf.round(tf.sqrt(area / aspect)), 1.0, width)
    inside = _span(draws.unit("erasing_y"), tall, height)[:, :, tf.newaxis]
    inside &= _span(draws.unit("erasing_x"), wide, width)[:, tf.newaxis, :]
    inside &= (draws.unit("erasing") < chance)[:, tf.newaxis, tf.newaxis]
    noise = tf.random.stateless_uniform(tf.shape(pixels), seed, 0.0, 255.0, alg="philox")
    return tf.where(inside[..., tf.newaxis], noise, pixels)


def _span(chance: tf.Tensor, length: tf.Tensor, size: int) -> tf.Tensor:
    """Which places of an axis a stretch of that length covers.  # (B, size) bool"""
    start = tf.floor(chance * (size - length + 1.0))[:, tf.newaxis]
    places = tf.range(size, dtype=tf.float32)[tf.newaxis, :]
    return (places >= start) & (places < start + length[:, tf.newaxis])


def _per_image(values: tf.Tensor) -> tf.Tensor:
    """(B,) to (B, 1, 1, 1), to be applied to every pixel of an image."""
    return values[:, tf.newaxis, tf.newaxis, tf.newaxis]
