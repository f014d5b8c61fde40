"""A network at work, recorded: what is kept, and what is refused."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from core.analysis.evaluation import load_evaluation
from core.analysis.glimpse import Glimpse, load_glimpse, save_glimpse, take_glimpse
from core.errors import ReadingError
from core.runs import open_run


def some(count: int = 3) -> Glimpse:
    rng = np.random.default_rng(0)
    maps = {"block1_act1": rng.integers(0, 256, (count, 2, 4, 4)).astype(np.uint8)}
    images = rng.integers(0, 256, (count, 8, 8, 1)).astype(np.uint8)
    chances = np.full((count, 4), 0.25, np.float32)
    return Glimpse(images, np.arange(count), chances, maps)


def test_comes_back_as_it_was_saved(tmp_path: Path):
    save_glimpse(some(), tmp_path / "glimpse.npz")
    found = load_glimpse(tmp_path / "glimpse.npz")
    for name in ("images", "labels", "probabilities"):
        np.testing.assert_array_equal(getattr(found, name), getattr(some(), name))
    np.testing.assert_array_equal(found.maps["block1_act1"], some().maps["block1_act1"])


def test_what_does_not_fit_together_is_refused(tmp_path: Path):
    path = tmp_path / "glimpse.npz"
    whole = some()
    for wrong in (
        Glimpse(whole.images[:2], whole.labels, whole.probabilities, whole.maps),
        Glimpse(whole.images, whole.labels + 9, whole.probabilities, whole.maps),
        Glimpse(whole.images, whole.labels, whole.probabilities, {"a": np.zeros((3, 2, 4))}),
    ):
        save_glimpse(wrong, path)
        with pytest.raises(ReadingError):
            load_glimpse(path)
    path.write_bytes(b"half")
    with pytest.raises(ReadingError):
        load_glimpse(path)
    with pytest.raises(ReadingError):
        load_glimpse(tmp_path / "none.npz")


def test_the_shipped_one_shows_an_image_a_class_that_the_network_has_right():
    run = open_run("digits-shipped")
    found = load_glimpse(run.glimpse_path)
    assert found.labels.tolist() == list(range(10))
    assert (found.probabilities.argmax(axis=1) == found.labels).all()
    noted = load_evaluation(run)
    for label, chances in zip(found.labels, found.probabilities, strict=True):
        alike = np.abs(noted.probabilities[noted.labels == label] - chances).max(axis=1)
        assert alike.min() < 1e-3  # one of the test images that the record judged


def test_the_channels_that_differ_most_over_the_images_are_taken():
    from core.models.export import load_model

    run = open_run("digits-shipped")
    model, shown = load_model(run.model_path), load_glimpse(run.glimpse_path)
    layers = {name: maps.shape[1] for name, maps in shown.maps.items()}
    found = take_glimpse(model, shown.images, shown.labels, layers)
    assert list(found.maps) == list(shown.maps)
    for name, maps in found.maps.items():
        assert maps.dtype == np.uint8
        np.testing.assert_allclose(maps.astype(int), shown.maps[name].astype(int), atol=2)
        # Not one of them is the same whatever the network looks at.
        assert (maps.std(axis=(0, 2, 3)) > 20).all()
    np.testing.assert_allclose(found.probabilities, shown.probabilities, atol=1e-3)
