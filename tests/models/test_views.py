"""What several looks at an image come to, against the same done image by image."""

import numpy as np
import pytest
from scipy.special import log_softmax, softmax

from core.config import ViewsConfig
from core.models.views import look_again

_RANDOM = np.random.default_rng(0)
_WEIGHTS = _RANDOM.normal(scale=0.002, size=(6 * 5 * 3, 4))
_IMAGES = _RANDOM.integers(0, 256, (9, 6, 5, 3), dtype=np.uint8)


def _network(images: np.ndarray, training: bool = False) -> np.ndarray:
    """A softmax of a linear map of all pixels, to which each view is another image."""
    return softmax(np.reshape(images, (len(images), -1)) @ _WEIGHTS, axis=1)


def _one_look() -> np.ndarray:
    return _network(_IMAGES.astype(np.float32)).astype(np.float32)


def _view(image: np.ndarray, step: int, mirrored: bool) -> np.ndarray:
    """numpy.roll moves what np.pad has put around it: the middle is then the shifted image."""
    reach = abs(step)
    padded = np.pad(image, ((reach, reach), (reach, reach), (0, 0)), "reflect")
    moved = np.roll(padded, (-step, -step), axis=(0, 1))
    view = moved[reach : reach + image.shape[0], reach : reach + image.shape[1]]
    return np.fliplr(view) if mirrored else view


@pytest.mark.parametrize("shift", [0, 1, 2])
def test_logits_of_all_views_are_averaged(shift: int) -> None:
    found = look_again(_network, _IMAGES, _one_look(), ViewsConfig(shift=shift))
    steps = [(0, 1.0)] if shift == 0 else [(0, 0.5), (shift, 0.25), (-shift, 0.25)]
    for image, row in zip(_IMAGES, found, strict=True):
        logits = sum(
            share / 2 * log_softmax(_view(image, step, mirrored).ravel() @ _WEIGHTS)
            for step, share in steps
            for mirrored in (False, True)
        )
        np.testing.assert_allclose(row, softmax(logits), rtol=1e-4)
    assert not np.allclose(found, _one_look(), atol=0.01)


def test_sure_images_are_looked_at_once() -> None:
    once = _one_look()
    apart = np.sort(once, axis=1)[:, -1] - np.sort(once, axis=1)[:, -2]
    least = float(np.median(apart))
    asked = []

    def counting(images: np.ndarray, training: bool = False) -> np.ndarray:
        asked.append(len(images))
        return _network(images)

    found = look_again(counting, _IMAGES, once, ViewsConfig(unsure=least))
    sure = apart > least
    assert 0 < sure.sum() < len(sure)
    np.testing.assert_array_equal(found[sure], once[sure])
    assert (found[~sure] != once[~sure]).any(axis=1).all()
    assert asked == [int((~sure).sum())] * 5
    np.testing.assert_allclose(found.sum(axis=1), 1.0, rtol=1e-6)


def test_where_all_are_sure_nothing_is_asked() -> None:
    def never(images: np.ndarray, training: bool = False) -> np.ndarray:
        raise AssertionError("asked")

    sure = np.eye(4, dtype=np.float32)[[0, 1, 2]]
    found = look_again(never, _IMAGES[:3], sure, ViewsConfig(unsure=0.5))
    np.testing.assert_array_equal(found, sure)
