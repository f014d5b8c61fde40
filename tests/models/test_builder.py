"""The built model is the plan, name for name, and reads pixels as it should."""

import keras
import numpy as np
import pytest

from core.config.presets import PRESETS
from core.models.builder import build_model
from core.models.layers.quick import ByteDropout, FusedBatchNormalization
from core.models.plan import plan_layers, total_parameters, total_trainable
from tests.models.architectures import ODD

CASES = {
    name: (preset.architecture, preset.input_shape, preset.classes)
    for name, preset in PRESETS.items()
} | ODD


@pytest.fixture
def bfloat16():
    keras.mixed_precision.set_global_policy("mixed_bfloat16")
    yield
    keras.mixed_precision.set_global_policy("float32")


@pytest.fixture
def pixels() -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (4, 32, 32, 3), dtype=np.uint8)


@pytest.mark.parametrize("name", CASES)
def test_model_is_the_plan(name: str) -> None:
    plan = plan_layers(*CASES[name])
    model = build_model(*CASES[name])
    built = model.layers[2:]  # after the input and the preprocessing
    assert sorted(layer.name for layer in built) == sorted(item.name for item in plan)
    for item in plan:
        layer = model.get_layer(item.name)
        assert layer.output.shape[1:] == item.output_shape, item.name
        assert layer.count_params() == item.parameters, item.name
        trained = sum(int(np.prod(weight.shape)) for weight in layer.trainable_weights)
        assert trained == item.trainable_parameters, item.name
    assert model.count_params() == total_parameters(plan)
    trained = sum(int(np.prod(weight.shape)) for weight in model.trainable_weights)
    assert trained == total_trainable(plan)


def _preprocessed(model: keras.Model, images: np.ndarray) -> np.ndarray:
    part = keras.Model(model.input, model.get_layer("preprocessing").output)
    return np.asarray(part(images.astype(np.float32)))


def _build(**options) -> keras.Model:
    preset = PRESETS["vgg-6"]
    return build_model(preset.architecture, preset.input_shape, preset.classes, **options)


def test_rescale(pixels: np.ndarray) -> None:
    np.testing.assert_allclose(_preprocessed(_build(), pixels), pixels / 255.0, rtol=1e-6)


def test_standardize(pixels: np.ndarray) -> None:
    mean, std = pixels.mean(axis=(0, 1, 2)), pixels.std(axis=(0, 1, 2))
    model = _build(preprocessing="standardize", mean=mean, variance=std**2)
    np.testing.assert_allclose(_preprocessed(model, pixels), (pixels - mean) / std, atol=1e-5)
    assert model.count_params() == PRESETS["vgg-6"].parameters


def test_standardize_needs_numbers() -> None:
    with pytest.raises(ValueError, match="needs the mean and variance"):
        _build(preprocessing="standardize")


def test_unknown_preprocessing() -> None:
    with pytest.raises(ValueError, match="'whiten'"):
        _build(preprocessing="whiten")


def test_samplewise(pixels: np.ndarray) -> None:
    mean = pixels.mean(axis=(1, 2, 3), keepdims=True)
    std = pixels.std(axis=(1, 2, 3), keepdims=True)
    seen = _preprocessed(_build(preprocessing="samplewise"), pixels)
    np.testing.assert_allclose(seen, (pixels - mean) / (std + 1e-6), atol=1e-4)


@pytest.mark.usefixtures("bfloat16")
def test_preprocessing_keeps_its_digits_in_bfloat16() -> None:
    images = np.full((1, 32, 32, 3), 200.3, np.float32)  # 200 in bfloat16
    seen = _preprocessed(_build(), images)
    assert seen.dtype == np.float32
    np.testing.assert_allclose(seen, 200.3 / 255.0, rtol=1e-6)


@pytest.mark.usefixtures("bfloat16")
def test_probabilities_are_float32_in_bfloat16(pixels: np.ndarray) -> None:
    model = _build()
    assert model.get_layer("block1_conv1").compute_dtype == "bfloat16"
    probabilities = np.asarray(model(pixels.astype(np.float32)))
    assert probabilities.dtype == np.float32
    np.testing.assert_allclose(probabilities.sum(axis=1), 1.0, atol=1e-6)


def test_head_gives_the_logits(pixels: np.ndarray) -> None:
    model = _build()
    logits = keras.Model(model.input, model.get_layer("head").output)(pixels)
    expected = np.asarray(keras.ops.softmax(logits))
    np.testing.assert_allclose(np.asarray(model(pixels)), expected, atol=1e-6)


def test_variables_hold_the_dropout_seeds() -> None:
    model = _build()
    seeds = [variable for variable in model.variables if "seed" in variable.path]
    dropouts = [layer for layer in model.layers if isinstance(layer, keras.layers.Dropout)]
    assert len(seeds) == len(dropouts) == 4


def test_state_of_variables_repeats_training_exactly(pixels: np.ndarray) -> None:
    """Putting every variable back makes dropout and moving statistics go on as before."""
    model = _build()
    state = [variable.numpy() for variable in model.variables]
    first = np.asarray(model(pixels, training=True))
    moved = np.asarray(model(pixels, training=True))
    for variable, value in zip(model.variables, state, strict=True):
        variable.assign(value)
    again = np.asarray(model(pixels, training=True))
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, moved)


def test_quick_layers_are_optional() -> None:
    def quick_layers(model: keras.Model) -> int:
        quick = (FusedBatchNormalization, ByteDropout)
        return sum(isinstance(layer, quick) for layer in model.layers)

    assert (quick_layers(_build()), quick_layers(_build(fused=False))) == (10, 0)
