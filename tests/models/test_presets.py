"""The shipped networks have exactly the parameters that the write-ups report."""

import pytest

from core.config.presets import PRESETS
from core.models.plan import plan_layers, smallest_side, total_parameters, total_trainable

COUNTS = {
    "plain-4": ((32, 32, 3), 2_168_362, 2_168_362),
    "batchnorm-6": ((32, 32, 3), 2_397_226, 2_396_330),
    "catdog-4": ((150, 150, 3), 3_453_121, 3_453_121),
    "vgg-6": ((32, 32, 3), 552_362, 551_466),
}


@pytest.mark.parametrize("name", COUNTS)
def test_write_up_counts(name: str) -> None:
    preset = PRESETS[name]
    assert (preset.input_shape, preset.parameters, preset.trainable) == COUNTS[name]


@pytest.mark.parametrize("preset", PRESETS.values(), ids=lambda preset: preset.name)
def test_plan_agrees_with_preset(preset) -> None:
    layers = plan_layers(preset.architecture, preset.input_shape, preset.classes)
    assert total_parameters(layers) == preset.parameters
    assert total_trainable(layers) == preset.trainable
    assert preset.architecture.name == preset.name


def test_compact_is_small() -> None:
    assert 50_000 <= PRESETS["compact"].parameters <= 150_000


def test_cats_and_dogs_need_a_side_of_46() -> None:
    assert smallest_side(PRESETS["catdog-4"].architecture) == 46
