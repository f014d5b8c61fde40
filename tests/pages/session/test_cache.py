"""What the server holds between looks is bounded."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from core.runs import Run
from pages.session import cache


def test_large_images_layers_are_held_within_bytes_and_the_newest_for_all_its_layers(
    with_finished_run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []

    def large_outputs(model: Any, image: np.ndarray) -> dict[str, np.ndarray]:
        asked.append(int(image.max()))
        return {"conv": np.zeros((512, 512, 100), dtype=np.float32)}  # 105 MB

    monkeypatch.setattr("core.analysis.feature_maps.activations", large_outputs)
    monkeypatch.setattr(cache, "model", lambda run: None)

    def look(shade: int) -> None:
        cache.activations(with_finished_run, np.full((32, 32, 1), shade, dtype=np.uint8))

    for shade in (1, 2, 2, 1, 2, 3, 3):
        look(shade)
    assert asked == [1, 2, 3]  # from layer to layer of an image nothing is asked again
    look(1)
    assert asked == [1, 2, 3, 1]  # there is no room for three
