"""The first layer that whitens: what of an image's patches is alike everywhere is taken out.

Filters are the eigenvectors of the covariance of patches, each over the square root of its
eigenvalue, and the negatives of all of them, so that what follows a ReLU loses nothing (Jordan
2024, section 3.2; after Page 2019, "How to train your ResNet"). Knows nothing of data sets.
"""

from __future__ import annotations

from typing import Any, Final

import keras
import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from core.models.plan import WHITENING

IMAGES: Final = 5000  # that are enough to know the covariance of patches
_LEAST_VARIANCE: Final = 5e-4  # added to each eigenvalue: no filter makes much of next to nothing


def fit_whitening(network: keras.Model, images: NDArray[np.uint8]) -> None:
    """Set the filters of the network's first layer from training images.

    Args:
        network: built of a plan that whitens.
        images: (N, H, W, C) uint8.
    """
    layer = network.get_layer(WHITENING)
    prepared = np.asarray(network.get_layer("preprocessing")(images.astype(np.float32)))
    size = layer.kernel_size[0]
    layer.kernel.assign(whitening_filters(prepared, size))


def whitening_filters(images: NDArray[Any], size: int) -> NDArray[np.float32]:
    """Filters for patches of size x size.

    Args:
        images: (N, H, W, C), as the layer will get them; H and W at least `size`.

    Returns: (size, size, C, 2 * size * size * C) float32
    """
    channels = images.shape[-1]
    windows = sliding_window_view(images, (size, size), axis=(1, 2))  # (N, h, w, C, size, size)
    patches = np.moveaxis(windows, 3, -1).reshape(-1, size * size * channels)
    covariance = patches.T.astype(np.float64) @ patches / len(patches)
    values, vectors = np.linalg.eigh(covariance)  # in columns
    scaled = vectors / np.sqrt(values + _LEAST_VARIANCE)
    both = np.concatenate([scaled, -scaled], axis=1)
    return both.reshape(size, size, channels, -1).astype(np.float32)
