"""The shipped networks have exactly the parameters that write-ups and papers report."""

import keras
import numpy as np
import pytest

from core.config.presets import PRESETS
from core.models.plan import (
    LayerPlan,
    plan_layers,
    smallest_side,
    total_parameters,
    total_trainable,
)

COUNTS = {
    "plain-4": ((32, 32, 3), 2_168_362, 2_168_362),
    "batchnorm-6": ((32, 32, 3), 2_397_226, 2_396_330),
    "catdog-4": ((150, 150, 3), 3_453_121, 3_453_121),
    "vgg-6": ((32, 32, 3), 552_362, 551_466),
    "vgg-6-code": ((32, 32, 3), 552_874, 551_722),
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


def test_lenet_5_is_what_it_is_taken_for_today() -> None:
    """Two convolutions of 5x5 (156 and 2,416), then 400-120-84-10: 61,706."""
    assert PRESETS["lenet-5"].parameters == (
        (25 * 1 + 1) * 6 + (25 * 6 + 1) * 16 + 401 * 120 + 121 * 84 + 85 * 10
    )
    shapes = {item.name: item.output_shape for item in _layers("lenet-5")}
    # LeCun et al. 1998, figure 2: C1, S2, C3, S4.
    assert shapes["block1_conv1"] == (28, 28, 6) and shapes["block1_pool"] == (14, 14, 6)
    assert shapes["block2_conv1"] == (10, 10, 16) and shapes["block2_pool"] == (5, 5, 16)


def test_resnet_20_is_the_papers_with_projections() -> None:
    """He et al. 2015, table 6: 0.27 million; with zeros in the place of projections 269,722."""
    layers = _layers("resnet-20")
    convolutions = [item for item in layers if item.type == "Conv2D"]
    projections = [item for item in layers if item.name.partition("_")[2].startswith("shortcut")]
    assert len(convolutions) - 2 + 1 == 20  # without projections, and the dense layer
    assert total_trainable(layers) - sum(item.trainable_parameters for item in projections) == (
        269_722
    )
    assert round(total_trainable(layers) / 1e6, 2) == 0.27
    shapes = {item.output_shape for item in layers if item.name.endswith("add")}
    assert shapes == {(32, 32, 16), (16, 16, 32), (8, 8, 64)}


def test_all_cnn_c_is_the_papers() -> None:
    """Springenberg et al. 2014, table 1."""
    widths = [(9, 3, 96), (9, 96, 96), (9, 96, 96), (9, 96, 192), *[(9, 192, 192)] * 3]
    widths += [(1, 192, 192), (1, 192, 10)]
    count = sum((taps * taken + 1) * made for taps, taken, made in widths)
    assert PRESETS["all-cnn-c"].parameters == count == 1_369_738
    shapes = [item.output_shape for item in _layers("all-cnn-c") if item.type == "Conv2D"]
    assert shapes[-1] == (6, 6, 192), "the paper averages over 6x6 positions"


def test_a_global_average_before_the_classes_is_the_same_as_after() -> None:
    """Springenberg et al. have it after a 1x1 convolution to the classes; both are linear."""
    keras.utils.set_random_seed(0)
    maps = np.random.default_rng(0).normal(size=(3, 6, 6, 8)).astype(np.float32)
    convolution, dense = keras.layers.Conv2D(4, 1), keras.layers.Dense(4)
    average = keras.layers.GlobalAveragePooling2D()
    after = average(convolution(maps))
    dense.build((None, 8))
    kernel, bias = convolution.get_weights()
    dense.set_weights([kernel[0, 0], bias])
    np.testing.assert_allclose(dense(average(maps)), after, atol=1e-5)


def test_mobilenet_has_the_layers_of_keras_own() -> None:
    """Howard et al. 2017, table 1, at a quarter of the width, as stock Keras builds it."""
    stock = keras.applications.MobileNet((32, 32, 3), alpha=0.25, weights=None, classes=10)
    preset = PRESETS["mobilenet-quarter"]
    assert preset.parameters == stock.count_params()
    trained = sum(int(np.prod(weight.shape)) for weight in stock.trainable_weights)
    assert preset.trainable == trained
    # Table 6 says 0.5 million at this width, of ImageNet's 1,000 classes.
    many = plan_layers(preset.architecture, preset.input_shape, 1000)
    assert round(total_trainable(many) / 1e6, 1) == 0.5
    kinds = ("Conv2D", "DepthwiseConv2D", "BatchNormalization")
    ours = [item.type for item in _layers("mobilenet-quarter") if item.type in kinds]
    theirs = [type(layer).__name__ for layer in stock.layers if type(layer).__name__ in kinds]
    assert ours == theirs[:-1], "stock Keras ends with a convolution to the classes"


def _layers(name: str) -> list[LayerPlan]:
    preset = PRESETS[name]
    return plan_layers(preset.architecture, preset.input_shape, preset.classes)
