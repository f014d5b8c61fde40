"""One name in the cache for one result, and another for another."""

from __future__ import annotations

import pytest

from core.config import DatasetConfig
from core.data.places import fitting_for
from core.photos.fit import Fitting


@pytest.mark.parametrize(
    ("config", "fitting"),
    [
        ({"name": "cifar10"}, Fitting((32, 32), "squash")),
        (
            {"name": "cifar10", "fit": "pad", "interpolation": "nearest"},
            Fitting((32, 32), "squash"),
        ),
        ({"name": "cifar10", "image_size": (64, 64)}, Fitting((64, 64), "squash")),
        (
            {"name": "cifar10", "image_size": (64, 64), "interpolation": "bicubic"},
            Fitting((64, 64), "squash", "bicubic"),
        ),
        ({"name": "cifar10", "image_size": (48, 40)}, Fitting((48, 40), "crop")),
        (
            {"name": "digits", "image_size": (64, 64), "interpolation": "nearest"},
            Fitting((64, 64), "squash"),
        ),
        ({"name": "pets"}, Fitting((150, 150), "crop")),
        ({"name": "pets", "fit": "squash", "image_size": (64, 64)}, Fitting((64, 64), "squash")),
    ],
)
def test_how_images_are_fitted(config, fitting):
    assert fitting_for(DatasetConfig(**config)) == fitting
