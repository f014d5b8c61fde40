"""What the server holds between looks is bounded."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from core.config import DatasetConfig, RunConfig
from core.errors import DatasetError
from core.jobs import loading
from core.runs import Run, create_run
from core.runs.recorder import Recorder
from pages.session import cache
from pages.session.cache import answers
from tests.conftest import ClassFolderMaker


def test_large_images_layers_are_held_within_bytes_and_the_newest_for_all_its_layers(
    with_finished_run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []

    def large_outputs(model: Any, image: np.ndarray) -> dict[str, np.ndarray]:
        asked.append(int(image.max()))
        return {"conv": np.zeros((512, 512, 100), dtype=np.float32)}  # 105 MB

    monkeypatch.setattr("core.analysis.feature_maps.activations", large_outputs)
    monkeypatch.setattr(answers, "model", lambda run: None)

    def look(shade: int) -> None:
        cache.activations(with_finished_run, np.full((32, 32, 1), shade, dtype=np.uint8))

    for shade in (1, 2, 2, 1, 2, 3, 3):
        look(shade)
    assert asked == [1, 2, 3]  # from layer to layer of an image nothing is asked again
    look(1)
    assert asked == [1, 2, 3, 1]  # there is no room for three


def test_an_image_that_was_written_over_in_place_is_seen_by_the_run_trained_on_it(
    tmp_path: Path, make_class_folder: ClassFolderMaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its folder's time, by which the server tells whether a set has changed, stays the same."""
    pets = make_class_folder(tmp_path / "datasets", "pets")
    monkeypatch.setenv("CONVSCOPE_DATASETS", str(tmp_path / "datasets"))
    monkeypatch.setenv("CONVSCOPE_CACHE", str(tmp_path / "cache"))
    data = DatasetConfig(name="pets", image_size=(8, 8))
    config = RunConfig(architecture="compact", dataset=data)
    before = cache.subset(config, "test").digest()
    picture = next(pets.glob("test_set/cats/*"))
    as_it_was = picture.read_bytes()
    Image.new("RGB", (30, 24), (9, 200, 90)).save(picture)
    run = create_run(config, tmp_path / "runs")
    loading.load(run, config, Recorder(run))  # as its worker does
    assert run.dataset().test_digest != before
    test = cache.test_images(run)
    assert test.digest() == run.dataset().test_digest
    older = create_run(config, tmp_path / "runs")
    older.write_dataset(run.dataset().model_copy(update={"test_digest": before}))
    with pytest.raises(DatasetError, match="have changed since this run was trained"):
        cache.test_images(older)
    assert cache.test_images(run).digest() == run.dataset().test_digest
    picture.write_bytes(as_it_was)
    assert cache.test_images(older).digest() == before, "put back, as it was advised"
    with pytest.raises(DatasetError):
        cache.test_images(run)
