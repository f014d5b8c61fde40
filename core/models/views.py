"""What a network says of images that it looks at from several sides. Needs no TensorFlow."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from core.config import ViewsConfig
from core.models.inference import predict_probabilities

_LEAST: Final = 1e-30  # of a probability, before its logarithm is taken
Images = NDArray[np.uint8]  # (N, H, W, C)
Probabilities = NDArray[np.float32]  # (N, K)


def look_again(
    model: Callable[..., Any], images: Images, probabilities: Probabilities, views: ViewsConfig
) -> Probabilities:
    """Probabilities after a look at other views of the images that one look leaves unsure.

    Args:
        model: as of predict_probabilities.
        images: (N, H, W, C) uint8.
        probabilities: (N, K) float32, of one look at each.

    Returns: (N, K) float32, rows sum to 1; those of sure images as they were.
    """
    likeliest = np.sort(probabilities, axis=1)
    unsure = likeliest[:, -1] - likeliest[:, -2] <= views.unsure
    if not unsure.any():
        return probabilities
    looked_at, classes = images[unsure], probabilities.shape[1]
    mean = 0.5 * _logarithms(probabilities[unsure])
    mean += 0.5 * _logarithms(predict_probabilities(model, _mirrored(looked_at), classes))
    if views.shift:
        shifted = [
            _logarithms(predict_probabilities(model, view, classes))
            for step in (views.shift, -views.shift)
            for view in _both_ways(_shifted(looked_at, step))
        ]
        mean = 0.5 * mean + 0.5 * np.mean(shifted, axis=0)
    found = probabilities.copy()
    found[unsure] = _softmax(mean)
    return found


def _both_ways(images: Images) -> tuple[Images, Images]:
    return images, _mirrored(images)


def _mirrored(images: Images) -> Images:
    return images[:, :, ::-1]


def _shifted(images: Images, step: int) -> Images:
    """Up and to the left by `step` pixels, down and to the right where it is below 0.

    What comes in at the edges is the image mirrored there.
    """
    reach = abs(step)
    padded = np.pad(images, ((0, 0), (reach, reach), (reach, reach), (0, 0)), "reflect")
    first, (height, width) = reach + step, images.shape[1:3]
    return padded[:, first : first + height, first : first + width]


def _logarithms(probabilities: Probabilities) -> NDArray[np.float64]:
    """Logits but for a number that is one image's own, which a softmax takes out again."""
    return np.log(np.maximum(probabilities.astype(np.float64), _LEAST))


def _softmax(logits: NDArray[np.float64]) -> Probabilities:
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    found: Probabilities = (powers / powers.sum(axis=1, keepdims=True)).astype(np.float32)
    return found
