"""What is saved opens in stock Keras alone and says the same."""

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import keras
import numpy as np
import pytest

from core.config.presets import PRESETS
from core.errors import ModelError
from core.models.builder import build_model
from core.models.export import load_model, load_model_for, save_model, to_stock
from core.models.layers.quick import ByteDropout, FusedBatchNormalization
from tests.models.architectures import ODD

STRANGER = """
import sys
import keras, numpy as np
model = keras.saving.load_model(sys.argv[1], safe_mode=True)
policies = {layer.dtype_policy.name for layer in model.layers}
assert policies == {"float32"}, policies
assert all(type(layer).__module__.startswith("keras.") for layer in model.layers)
assert not any(name.split(".")[0] == "core" for name in sys.modules)
np.save(sys.argv[3], model.predict(np.load(sys.argv[2]), verbose=0))
"""


def _trained(policy: str) -> tuple[keras.Model, np.ndarray]:
    """A model whose moving statistics are no longer the initial ones, and some pixels."""
    pixels = np.random.default_rng(0).integers(0, 256, (16, 32, 32, 3), dtype=np.uint8)
    preset = PRESETS["vgg-6"]
    keras.mixed_precision.set_global_policy(policy)
    try:
        model = build_model(
            preset.architecture, preset.input_shape, preset.classes, preprocessing="samplewise"
        )
    finally:
        keras.mixed_precision.set_global_policy("float32")
    for _ in range(3):
        model(pixels, training=True)
    return model, pixels


def test_a_fresh_process_without_core_predicts_the_same(tmp_path: Path) -> None:
    model, pixels = _trained("float32")
    save_model(model, tmp_path / "model.keras")
    np.save(tmp_path / "pixels.npy", pixels)
    files = [str(tmp_path / name) for name in ("model.keras", "pixels.npy", "out.npy")]
    subprocess.run([sys.executable, "-c", STRANGER, *files], check=True, cwd=tmp_path)
    expected = model.predict(pixels.astype(np.float32), verbose=0)
    np.testing.assert_allclose(np.load(tmp_path / "out.npy"), expected, atol=1e-5)


def test_a_bfloat16_model_is_saved_in_float32(tmp_path: Path) -> None:
    model, pixels = _trained("mixed_bfloat16")
    save_model(model, tmp_path / "model.keras")
    loaded = load_model(tmp_path / "model.keras")
    assert {layer.compute_dtype for layer in loaded.layers} == {"float32"}
    with zipfile.ZipFile(tmp_path / "model.keras") as archive:
        assert b"bfloat16" not in archive.read("config.json")
    np.testing.assert_allclose(loaded(pixels), model(pixels), atol=2e-2)


def test_stock_copy_has_the_same_weights_and_no_quick_layer() -> None:
    model, _ = _trained("mixed_bfloat16")
    stock = to_stock(model)
    assert not any(
        isinstance(layer, (FusedBatchNormalization, ByteDropout)) for layer in stock.layers
    )
    for ours, theirs in zip(model.get_weights(), stock.get_weights(), strict=True):
        np.testing.assert_array_equal(ours, theirs)
    assert [layer.name for layer in stock.layers] == [layer.name for layer in model.layers]


@pytest.mark.parametrize("name", ODD)
@pytest.mark.parametrize("preprocessing", ["rescale", "standardize"])
def test_odd_networks_survive(tmp_path: Path, name: str, preprocessing: str) -> None:
    architecture, shape, classes = ODD[name]
    numbers = {"mean": [100.0] * shape[2], "variance": [900.0] * shape[2]}
    model = build_model(architecture, shape, classes, preprocessing=preprocessing, **numbers)
    save_model(model, tmp_path / "model.keras")
    pixels = np.random.default_rng(0).integers(0, 256, (3, *shape), dtype=np.uint8)
    loaded = load_model(tmp_path / "model.keras")
    np.testing.assert_allclose(loaded(pixels), model(pixels), atol=1e-5)


def test_saving_leaves_no_temporary_file(tmp_path: Path) -> None:
    model, _ = _trained("float32")
    save_model(model, tmp_path / "model.keras")
    save_model(model, tmp_path / "model.keras")
    assert [path.name for path in tmp_path.iterdir()] == ["model.keras"]


def test_missing_model(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="There is no model at"):
        load_model(tmp_path / "model.keras")


def test_torn_model(tmp_path: Path) -> None:
    model, _ = _trained("float32")
    path = tmp_path / "model.keras"
    save_model(model, path)
    path.write_bytes(path.read_bytes()[:-500])
    with pytest.raises(ModelError, match="only a part"):
        load_model(path)


def test_foreign_archive(tmp_path: Path) -> None:
    path = tmp_path / "model.keras"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("hello.txt", "not a model")
    with pytest.raises(ModelError, match="cannot be opened"):
        load_model(path)


def _with_member(path: Path, name: str, data: bytes) -> None:
    """Write the file anew with another member of that name."""
    with zipfile.ZipFile(path) as archive:
        members = {**{key: archive.read(key) for key in archive.namelist()}, name: data}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for key, content in members.items():
            archive.writestr(key, content)


@pytest.mark.parametrize(
    ("description", "words"),
    [
        (b"[" * 100_000, "cannot be opened"),
        (b'{"module": "no.such.module", "class_name": "X", "config": {}}', "cannot be opened"),
        (b'{"module": "os", "class_name": "system", "config": "true"}', "cannot be opened"),
        (b"\xff\xfe", "cannot be opened"),
        (b" " * 100_000_000, "would take"),
    ],
)
def test_an_edited_description_is_one_sentence(tmp_path: Path, description, words) -> None:
    model, _ = _trained("float32")
    path = tmp_path / "model.keras"
    save_model(model, path)
    _with_member(path, "config.json", description)
    with pytest.raises(ModelError, match=words):
        load_model(path)


def test_keras_own_words_about_an_edited_layer_are_not_passed_on(tmp_path: Path) -> None:
    model, _ = _trained("float32")
    path = tmp_path / "model.keras"
    save_model(model, path)
    with zipfile.ZipFile(path) as archive:
        description = json.loads(archive.read("config.json"))
    description["config"]["layers"][1]["config"] = {"name": 5}
    _with_member(path, "config.json", json.dumps(description).encode())
    with pytest.raises(ModelError, match="It is damaged, or was edited") as caught:
        load_model(path)
    assert "<class" in str(caught.value.__cause__)
    assert "<class" not in str(caught.value)


def test_a_model_of_another_shape_is_told_apart(tmp_path: Path) -> None:
    model, _ = _trained("float32")
    path = tmp_path / "model.keras"
    save_model(model, path)
    shape, classes = model.input_shape[1:], model.output_shape[1]
    assert load_model_for(path, shape, classes).count_params() == model.count_params()
    with pytest.raises(ModelError, match="images of another shape"):
        load_model_for(path, (64, 64, 3), classes)
    with pytest.raises(ModelError, match="other classes"):
        load_model_for(path, shape, classes + 1)


@pytest.mark.parametrize("place", ["/dev/zero", "folder", "pipe"])
def test_what_is_no_file_is_no_model(tmp_path: Path, place: str) -> None:
    path = Path(place) if place.startswith("/") else tmp_path / place
    if place == "folder":
        path.mkdir()
    if place == "pipe":
        os.mkfifo(path)
    with pytest.raises(ModelError):
        load_model(path)
