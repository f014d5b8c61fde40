"""Networks of the version before: what it wrote down of them means the same now.

`version_before.json` was made by it, before blocks spoke for themselves: a configuration, the
layers of its plan, and the variables of its model in the order in which a checkpoint has them.
"""

import json
import re
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from core.config import PRESETS, ArchitectureConfig
from core.models.builder import build_model
from core.models.plan import plan_layers

BEFORE: dict[str, dict[str, Any]] = json.loads(
    Path(__file__).with_name("version_before.json").read_text()
)


def _network(name: str) -> tuple[ArchitectureConfig, tuple[int, ...], int]:
    before = BEFORE[name]
    architecture = ArchitectureConfig.model_validate(before["architecture"])
    return architecture, tuple(before["input_shape"]), before["classes"]


@pytest.mark.parametrize("name", BEFORE)
def test_layers_have_their_names_order_shapes_and_parameters(name: str) -> None:
    plan = [
        [item.name, list(item.output_shape), item.parameters, item.trainable_parameters]
        for item in plan_layers(*_network(name))
    ]
    assert plan == BEFORE[name]["layers"]


@pytest.mark.parametrize("name", BEFORE)
def test_variables_have_their_order(name: str) -> None:
    """A run that was paused then goes on now: its checkpoint goes by order alone."""
    found = [(_path(v.path), list(v.shape)) for v in build_model(*_network(name)).variables]
    assert found == [(_path(path), shape) for path, shape in BEFORE[name]["variables"]]


def _path(path: str) -> str:
    """Keras counts the seeds of a process."""
    return re.sub(r"^seed_generator_\d+/", "seed_generator/", path)


@pytest.mark.parametrize("name", ["compact", "plain-4", "batchnorm-6", "catdog-4", "vgg-6"])
def test_the_presets_are_those_of_before(name: str) -> None:
    assert PRESETS[name].architecture == _network(name)[0]


def test_leaky_relu_leaks_as_much_as_keras_own_word_for_it() -> None:
    """Before, the layer was Activation("leaky_relu")."""
    model = build_model(*_network("global average, no dense"))
    values = np.linspace(-3.0, 3.0, 13, dtype=np.float32)[None]
    np.testing.assert_allclose(
        model.get_layer("block1_act1")(values), keras.layers.Activation("leaky_relu")(values)
    )
