"""What the first layer makes of patches: uncorrelated, each as strong as the others."""

import keras
import numpy as np
import pytest
from sklearn.decomposition import PCA
from sklearn.feature_extraction.image import extract_patches_2d

from core.config import ArchitectureConfig, BlockConfig, WhiteningConfig
from core.models.builder import build_model
from core.models.layers.whitening import fit_whitening, whitening_filters
from core.models.plan import WHITENING


def _images(count: int = 60) -> np.ndarray:
    """Noise in which neighbours and channels are alike, as in photos, of mean 0.

    Returns: (N, 12, 10, 3) float32
    """
    random = np.random.default_rng(0)
    rough = random.normal(size=(count, 13, 11, 3)) @ random.normal(size=(3, 3))
    smooth = rough[:, :-1, :-1] + rough[:, 1:, :-1] + rough[:, :-1, 1:] + rough[:, 1:, 1:]
    return 10.0 * (smooth - smooth.mean(axis=(0, 1, 2))).astype(np.float32)


@pytest.mark.parametrize("size", [1, 2, 3])
def test_responses_are_uncorrelated_and_alike_strong(size: int) -> None:
    images = _images()
    filters = whitening_filters(images, size)
    half = size * size * 3
    assert filters.shape == (size, size, 3, 2 * half)
    np.testing.assert_array_equal(filters[..., half:], -filters[..., :half])
    made = keras.ops.conv(images, filters[..., :half], padding="valid")
    responses = np.reshape(made, (-1, half))
    # The 0.0005 that is added to each variance is little beside the least of these.
    covariance = responses.T @ responses / len(responses)
    np.testing.assert_allclose(covariance, np.eye(half), atol=0.02)


def test_they_are_the_directions_that_scikit_learn_finds() -> None:
    images = _images()
    patches = np.concatenate([extract_patches_2d(image, (2, 2)) for image in images])
    found = PCA().fit(patches.reshape(len(patches), -1))
    filters = whitening_filters(images, 2).reshape(12, -1)[:, :12]  # by ascending variance
    directions = filters / np.linalg.norm(filters, axis=0)
    alike = np.abs(found.components_[::-1] @ directions)
    np.testing.assert_allclose(alike, np.eye(12), atol=0.05)


def test_the_layer_gets_what_the_preprocessing_makes_and_is_not_trained() -> None:
    architecture = ArchitectureConfig(
        whitening=WhiteningConfig(kernel_size=2), blocks=(BlockConfig(filters=4),)
    )
    model = build_model(architecture, (12, 10, 3), 5, preprocessing="samplewise")
    images = np.clip(_images() * 2 + 120, 0, 255).astype(np.uint8)
    fit_whitening(model, images)
    layer = model.get_layer(WHITENING)
    assert layer.trainable_weights == []
    assert layer.output.shape == (None, 11, 9, 24)
    responses = keras.Model(model.inputs, layer.output)(images.astype(np.float32))
    strength = np.square(responses).mean(axis=(0, 1, 2))
    assert strength.min() > 0.3  # of next to nothing no more is made
    np.testing.assert_allclose(strength[6:12], 1.0, atol=0.02)
