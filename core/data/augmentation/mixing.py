"""Mixup and cutmix: two training images made one, and their labels with them.

Stateless, as all of augmentation is. Knows nothing of the other transforms.
"""

from __future__ import annotations

from typing import Final

import tensorflow as tf

# Folded into the seed, so that no number is drawn twice.
_GAMMA_SEED: Final = 2
_POWER_SEED: Final = 3
_BOX_SEED: Final = 4


def mix(
    pixels: tf.Tensor, labels: tf.Tensor, *, mixup: float, cutmix: float, seed: tf.Tensor
) -> tuple[tf.Tensor, tf.Tensor]:
    """Mix each image with its neighbour in the batch, which the order has shuffled.

    Args:
        pixels: (B, H, W, C) float32, 0..255.
        labels: (B, K) float32, one-hot.
        mixup: alpha of mixup; 0 is off.
        cutmix: alpha of cutmix; 0 is off.
        seed: (2,) integers.

    Returns: images and labels of the same shapes; labels still sum to 1.
    """
    if mixup:
        return _mixup(pixels, labels, _beta(tf.shape(pixels)[0], mixup, seed))
    if cutmix:
        shares = _beta(tf.shape(pixels)[0], cutmix, seed)
        return _cutmix(pixels, labels, shares, tf.random.fold_in(seed, _BOX_SEED))
    return pixels, labels


def _mixup(pixels: tf.Tensor, labels: tf.Tensor, share: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    """share * one + (1 - share) * other (Zhang et al. 2017, equation 1)."""
    mixed = _blend(pixels, share[:, tf.newaxis, tf.newaxis, tf.newaxis])
    return mixed, _blend(labels, share[:, tf.newaxis])


def _cutmix(
    pixels: tf.Tensor, labels: tf.Tensor, share: tf.Tensor, seed: tf.Tensor
) -> tuple[tf.Tensor, tf.Tensor]:
    """A box of the other image covers 1 - share of this one (Yun et al. 2019, section 3.1).

    The box is cut at the border, so labels go by the area really covered.
    """
    height, width = int(pixels.shape[1]), int(pixels.shape[2])
    places = tf.random.stateless_uniform(tf.stack([tf.size(share), 2]), seed, alg="philox")
    side = tf.sqrt(1.0 - share)
    rows = _box(places[:, 0], side, height)[:, :, tf.newaxis]
    columns = _box(places[:, 1], side, width)[:, tf.newaxis, :]
    covered = tf.cast(rows & columns, tf.float32)  # (B, H, W)
    kept = 1.0 - tf.reduce_mean(covered, axis=[1, 2])
    mixed = _blend(pixels, 1.0 - covered[..., tf.newaxis])
    return mixed, _blend(labels, kept[:, tf.newaxis])


def _box(center: tf.Tensor, side: tf.Tensor, size: int) -> tf.Tensor:
    """Which places of an axis lie in a box about `center`.  # (B, size) bool"""
    middle, half = tf.floor(center * size), side * size / 2.0
    low = tf.round(middle - half)[:, tf.newaxis]
    high = tf.round(middle + half)[:, tf.newaxis]
    places = tf.range(size, dtype=tf.float32)[tf.newaxis, :]
    return (places >= low) & (places < high)


def _blend(batch: tf.Tensor, share: tf.Tensor) -> tf.Tensor:
    return share * batch + (1.0 - share) * tf.roll(batch, shift=1, axis=0)


def _beta(count: tf.Tensor, alpha: float, seed: tf.Tensor) -> tf.Tensor:
    """Beta(alpha, alpha) as a ratio of two gamma variates.  # (B,) float32, 0..1

    In logarithms, by Gamma(alpha) = Gamma(alpha + 1) * U^(1 / alpha) (Marsaglia and Tsang
    2000, section 6): with a small alpha both variates would underflow to 0.
    """
    shape = tf.stack([count, 2])
    gammas = tf.random.stateless_gamma(shape, tf.random.fold_in(seed, _GAMMA_SEED), alpha + 1.0)
    power_seed = tf.random.fold_in(seed, _POWER_SEED)
    # 1 - U, which is never 0.
    uniform = 1.0 - tf.random.stateless_uniform(shape, power_seed, alg="philox")
    logs = tf.math.log(gammas) + tf.math.log(uniform) / alpha
    return tf.sigmoid(logs[:, 0] - logs[:, 1])
