"""The plan: shapes and sizes worked out without TensorFlow."""

import subprocess
import sys
from typing import Any

import pytest

from core.config import ArchitectureConfig, BlockConfig, DenseConfig
from core.config.presets import PRESETS
from core.errors import ConfigError
from core.models.plan import (
    LayerPlan,
    plan_layers,
    smallest_side,
    total_multiply_adds,
    training_memory,
)
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
        blocks=(BlockConfig(filters=2, kernel_size=3, padding="valid"),),
        dense=(DenseConfig(units=5),),
    )
    # 4x4 positions of 9 taps over 3 channels for 2 filters; 8 values to 5, 5 to 4.
    expected = 4 * 4 * 9 * 3 * 2 + 8 * 5 + 5 * 4
    assert total_multiply_adds(plan_layers(architecture, (6, 6, 3), 4)) == expected


def test_maxout_counts_both_pieces() -> None:
    layers = {
        layer.name: layer
        for layer in plan_layers(
            ArchitectureConfig(blocks=(BlockConfig(filters=4, activation="maxout"),)),
            (8, 8, 3),
            2,
        )
    }
    assert layers["block1_conv1"].parameters == layers["block1_conv1_b"].parameters == 112
    assert layers["block1_act1"].inputs == ("block1_conv1", "block1_conv1_b")
    assert layers["block1_conv1_b"].inputs == layers["block1_conv1"].inputs


def planned(
    *blocks: BlockConfig, shape: tuple[int, int, int] = (32, 32, 3), **options: Any
) -> dict[str, LayerPlan]:
    architecture = ArchitectureConfig(blocks=blocks, **options)
    return {layer.name: layer for layer in plan_layers(architecture, shape, 10)}


def test_a_residual_block() -> None:
    """He et al. 2015, figure 2: convolution, normalization, activation, twice, around which..."""
    layers = planned(
        BlockConfig(filters=3, convolutions=2, normalization="before", residual=True, pool="none")
    )
    assert list(layers)[:8] == [
        "block1_conv1",
        "block1_bn1",
        "block1_act1",
        "block1_conv2",
        "block1_bn2",
        "block1_add",
        "block1_act2",
        "flatten",
    ]
    assert layers["block1_add"].inputs == ("block1_bn2", "input")
    assert layers["block1_act2"].inputs == ("block1_add",)


def test_a_shortcut_of_another_shape_is_a_convolution_normalized_as_its_block() -> None:
    for normalization, parameters in (("none", 3 * 4 + 4), ("before", 3 * 4), ("after", 3 * 4)):
        layers = planned(
            BlockConfig(filters=4, stride=2, residual=True, normalization=normalization)
        )
        shortcut = layers["block1_shortcut"]
        assert (shortcut.inputs, shortcut.output_shape) == (("input",), (16, 16, 4))
        assert shortcut.parameters == parameters
        assert ("block1_shortcut_bn" in layers) is (normalization != "none")
        assert layers["block1_add"].inputs[1] == (
            "block1_shortcut" if normalization == "none" else "block1_shortcut_bn"
        )


def test_a_separable_convolution_is_two_of_which_both_are_activated() -> None:
    layers = planned(
        BlockConfig(filters=8, stride=2, separable=True, normalization="before", l2=0.1)
    )
    assert list(layers)[:6] == [
        "block1_depthwise1",
        "block1_depthwise1_bn",
        "block1_depthwise1_act",
        "block1_conv1",
        "block1_bn1",
        "block1_act1",
    ]
    depthwise, pointwise = layers["block1_depthwise1"], layers["block1_conv1"]
    assert (depthwise.output_shape, pointwise.output_shape) == ((16, 16, 3), (16, 16, 8))
    assert (depthwise.parameters, pointwise.parameters) == (9 * 3, 3 * 8)
    # Howard et al. 2017, section 3.1: D_K D_K M D_F D_F + M N D_F D_F.
    assert depthwise.multiply_adds == 3 * 3 * 3 * 16 * 16
    assert pointwise.multiply_adds == 3 * 8 * 16 * 16
    assert "l2" not in depthwise.options and pointwise.options["l2"] == 0.1


def test_what_is_normalized_at_once_has_no_bias() -> None:
    for normalization, bias in (("none", 4), ("before", 0), ("after", 4)):
        block = BlockConfig(filters=4, normalization=normalization)
        layers = planned(block, dense=(DenseConfig(units=4, normalization=normalization),))
        assert layers["block1_conv1"].parameters == 27 * 4 + bias
        assert layers["dense1"].parameters == 16 * 16 * 4 * 4 + bias
    assert list(layers)[-5:-2] == ["dense1", "dense1_act", "dense1_bn"]


def test_maxout_of_eight_normalizes_each_piece() -> None:
    layers = planned(BlockConfig(filters=2, activation="maxout", pieces=8, normalization="before"))
    pieces = layers["block1_act1"].inputs
    assert pieces == ("block1_bn1", *(f"block1_bn1_{letter}" for letter in "bcdefgh"))
    assert all(layers[name].inputs == (name.replace("bn", "conv"),) for name in pieces)


def test_no_activation_is_no_layer() -> None:
    layers = planned(BlockConfig(filters=2, activation="none", pool="none"))
    assert list(layers)[:2] == ["block1_conv1", "flatten"]


def test_a_stride_is_the_first_convolution_s_alone() -> None:
    layers = planned(BlockConfig(filters=2, convolutions=3, stride=4, pool="none"))
    assert [layers[f"block1_conv{n}"].output_shape[0] for n in (1, 2, 3)] == [8, 8, 8]


def test_receptive_fields() -> None:
    """Two 3x3 convolutions see 5x5 (Simonyan and Zisserman 2014, section 2.3)."""
    layers = planned(BlockConfig(filters=2, convolutions=2), BlockConfig(filters=2, dilation=2))
    fields = {name: layer.receptive_field for name, layer in layers.items()}
    assert (fields["block1_conv1"], fields["block1_conv2"], fields["block1_pool"]) == (3, 5, 6)
    assert fields["block2_conv1"] == 6 + 4 * 2
    assert fields["flatten"] is None and fields["probabilities"] is None


def test_memory_of_a_step() -> None:
    architecture = ArchitectureConfig(blocks=(BlockConfig(filters=2, pool="none"),))
    layers = plan_layers(architecture, (4, 4, 1), 2)
    memory = training_memory(layers, (4, 4, 1), 10, slots=1)
    # The image and the activation, which convolution and head look at again; the activation looks
    # at what it made; of the last layer 2 numbers; and two gradients of 32 on the way.
    assert memory.activations == 10 * 4 * (16 + 32 + 32 + 2 + 2 * 32)
    parameters = (9 * 2 + 2) + (32 * 2 + 2)
    assert memory.weights == memory.gradients == memory.optimizer == 4 * parameters
    assert memory.total == memory.activations + 3 * 4 * parameters
    assert training_memory(layers, (4, 4, 1), 20).activations == 2 * memory.activations
    half = training_memory(layers, (4, 4, 1), 10, half=True)
    assert (half.activations, half.weights) == (memory.activations // 2, 6 * parameters)
    assert half.optimizer == 2 * memory.optimizer


def test_needs_no_tensorflow() -> None:
    code = (
        "import sys, core.recipes, core.models.plan, core.errors;"
        "sys.exit('tensorflow' in sys.modules or 'keras' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
