"""Mixup and cutmix: labels follow the pixels."""

import numpy as np
import pytest
import tensorflow as tf

from core.data.augmentation.mixing import _beta, mix

SEED = tf.constant([0, 1])


def _levels(count: int = 64, side: int = 16) -> tuple[tf.Tensor, tf.Tensor]:
    """Image i is all i, and its label is class i: pixels tell what was mixed."""
    pixels = np.broadcast_to(np.arange(count)[:, None, None, None], (count, side, side, 1))
    return tf.constant(pixels, tf.float32), tf.one_hot(np.arange(count), count)


def test_mixup_blends_labels_as_pixels() -> None:
    pixels, labels = _levels()
    mixed, soft = mix(pixels, labels, mixup=0.4, cutmix=0.0, seed=SEED)
    expected = tf.linalg.matvec(soft, tf.range(64.0))  # the mean level that labels claim
    np.testing.assert_allclose(mixed[:, 0, 0, 0], expected, atol=1e-3)
    np.testing.assert_allclose(tf.reduce_sum(soft, axis=1), 1.0, atol=1e-6)
    assert len(np.unique(soft.numpy().max(axis=1))) > 32  # shares differ by image


def test_cutmix_labels_are_the_area_shares() -> None:
    pixels, labels = _levels()
    mixed, soft = mix(pixels, labels, mixup=0.0, cutmix=1.0, seed=SEED)
    for i in range(64):
        own = float(np.mean(mixed[i].numpy() == i))
        assert float(soft[i, i]) == pytest.approx(own, abs=1e-6)
        other = (mixed[i].numpy() != i)[..., 0]
        rows, columns = other.any(axis=1), other.any(axis=0)
        assert other.sum() == rows.sum() * columns.sum()  # one rectangle
        assert set(np.unique(mixed[i])) <= {float(i), float((i - 1) % 64)}


def test_a_batch_of_one_is_itself() -> None:
    pixels, labels = _levels(1)
    for mixup, cutmix in ((1.0, 0.0), (0.0, 1.0)):
        mixed, soft = mix(pixels, labels, mixup=mixup, cutmix=cutmix, seed=SEED)
        np.testing.assert_allclose(mixed, pixels)
        np.testing.assert_allclose(soft, labels, atol=1e-6)


@pytest.mark.parametrize("alpha", [0.001, 0.2, 1.0, 10.0])
def test_shares_are_beta_distributed(alpha: float) -> None:
    shares = _beta(tf.constant(20_000), alpha, SEED).numpy()
    assert np.isfinite(shares).all() and shares.min() >= 0.0 and shares.max() <= 1.0
    assert shares.mean() == pytest.approx(0.5, abs=0.02)
    variance = 1.0 / (4.0 * (2.0 * alpha + 1.0))
    assert shares.var() == pytest.approx(variance, rel=0.06)


def test_off_changes_nothing() -> None:
    pixels, labels = _levels(4)
    mixed, same = mix(pixels, labels, mixup=0.0, cutmix=0.0, seed=SEED)
    assert mixed is pixels and same is labels
