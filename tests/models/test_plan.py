"""The plan: shapes and sizes worked out without TensorFlow."""

import subprocess
import sys

import pytest

from core.config import ArchitectureConfig, BlockConfig
from core.config.presets import PRESETS
from core.errors import ConfigError
from core.models.plan import plan_layers, smallest_side, total_multiply_adds
from tests.models.architectures import ODD

ALL = {name: preset.architecture for name, preset in PRESETS.items()} | {
    name: odd[0] for name, odd in ODD.items()
}


@pytest.mark.parametrize("name", ALL)
def test_smallest_side_fits_and_one_less_does_not(name: str) -> None:
    architecture = ALL[name]
    side = smallest_side(architecture)
    plan_layers(architecture, (side, side, 3), 2)
    plan_layers(architecture, (side, side + 5, 3), 2)
    if side > 1:
        with pytest.raises(ConfigError, match=f"is {side}. Resize the images to at least"):
            plan_layers(architecture, (side - 1, side + 5, 3), 2)


def test_too_small_names_layer_and_side() -> None:
    with pytest.raises(ConfigError) as caught:
        plan_layers(PRESETS["catdog-4"].architecture, (32, 32, 3), 2)
    assert str(caught.value) == (
        "block4_conv1 gets a 2x2 input and needs 3x3; the smallest side this network fits is "
        "46. Resize the images to at least 46x46."
    )


def test_too_small_for_a_pool() -> None:
    with pytest.raises(ConfigError, match=r"block3_pool gets a 1x8 input and needs 2x2.* is 8"):
        plan_layers(PRESETS["vgg-6"].architecture, (7, 32, 3), 10)


def test_sigmoid_needs_two_classes() -> None:
    with pytest.raises(ConfigError, match="exactly 2 classes, but the data have 10"):
        plan_layers(PRESETS["catdog-4"].architecture, (150, 150, 3), 10)


def test_one_class_is_refused() -> None:
    with pytest.raises(ConfigError, match="received 1"):
        plan_layers(PRESETS["vgg-6"].architecture, (32, 32, 3), 1)


def test_names_are_systematic() -> None:
    names = [layer.name for layer in plan_layers(PRESETS["vgg-6"].architecture, (32, 32, 3), 10)]
    assert names[:8] == [
        "block1_conv1",
        "block1_act1",
        "block1_bn1",
        "block1_conv2",
        "block1_act2",
        "block1_bn2",
        "block1_pool",
        "block1_dropout",
    ]
    assert names[-6:] == [
        "flatten",
        "dense1",
        "dense1_act",
        "dense1_dropout",
        "head",
        "probabilities",
    ]


def test_multiply_adds() -> None:
    architecture = ArchitectureConfig(
        blocks=(BlockConfig(filters=2, kernel_size=3),), padding="valid", dense=(5,)
    )
    # 4x4 positions of 9 taps over 3 channels for 2 filters; 8 values to 5, 5 to 4.
    expected = 4 * 4 * 9 * 3 * 2 + 8 * 5 + 5 * 4
    assert total_multiply_adds(plan_layers(architecture, (6, 6, 3), 4)) == expected


def test_maxout_counts_both_pieces() -> None:
    layers = {
        layer.name: layer
        for layer in plan_layers(
            ArchitectureConfig(blocks=(BlockConfig(filters=4),), activation="maxout"),
            (8, 8, 3),
            2,
        )
    }
    assert layers["block1_conv1"].parameters == layers["block1_conv1_b"].parameters == 112
    assert layers["block1_act1"].inputs == ("block1_conv1", "block1_conv1_b")
    assert layers["block1_conv1_b"].inputs == layers["block1_conv1"].inputs


def test_needs_no_tensorflow() -> None:
    code = (
        "import sys, core.recipes, core.models.plan, core.errors;"
        "sys.exit('tensorflow' in sys.modules or 'keras' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
