"""What of a configuration reaches the network that is built: what no test of the builder sees."""

from __future__ import annotations

from pathlib import Path

import keras
import pytest

from core.config import RunConfig, apply_overrides
from core.jobs.loading import load
from core.recipes import find_recipe
from core.runs import create_run
from core.runs.recorder import Recorder
from core.training.prepare import build_network


@pytest.mark.parametrize(("gpus", "together"), [(1, False), (2, True)])
def test_batch_normalization_is_over_all_cards_where_there_are_several(
    tmp_path: Path, gpus: int, together: bool
):
    """Without cards: of two that share a batch sharing/test_replicas.py has the rest."""
    config = apply_overrides(
        find_recipe("digits-quick").config, [f"training.gpus={gpus}", "preprocessing=rescale"]
    )
    layers = _normalizing(tmp_path, config)
    assert layers and {layer.synchronized for layer in layers} == {together}


def _normalizing(folder: Path, config: RunConfig) -> list[keras.layers.BatchNormalization]:
    run = create_run(config, folder)
    network = build_network(config, *load(run, config, Recorder(run)))
    return [layer for layer in network.layers if isinstance(layer, keras.layers.BatchNormalization)]
