"""The drawing of a network: what is drawn, how large, and that any names fit into it."""

from xml.etree import ElementTree

import pytest

from core.config import PRESETS, ArchitectureConfig, BlockConfig
from core.figures.network import Drawing, network_drawing, network_words
from core.models.plan import plan_layers

SVG = "{http://www.w3.org/2000/svg}"
NAMES = tuple("abcdefghij")


def drawn(
    architecture: ArchitectureConfig,
    shape: tuple[int, int, int] = (32, 32, 3),
    classes: tuple[str, ...] = NAMES,
    **options: bool,
) -> Drawing:
    layers = plan_layers(architecture, shape, len(classes))
    return network_drawing(layers, shape, classes, **options)


def words(drawing: Drawing) -> list[str]:
    return [item.text or "" for item in ElementTree.fromstring(drawing.svg).iter(f"{SVG}text")]


def boxes(drawing: Drawing) -> dict[str, tuple[float, float]]:
    """Name of a layer -> thickness and height of its box."""
    found = {}
    for group in ElementTree.fromstring(drawing.svg).iter(f"{SVG}g"):
        title = group.find(f"{SVG}title")
        front = group.find(f"{SVG}polygon")
        if title is not None and front is not None:
            points = [tuple(map(float, pair.split(","))) for pair in front.attrib["points"].split()]
            (left, top), (right, bottom) = points[0], points[2]
            found[(title.text or "").partition(":")[0]] = (right - left, bottom - top)
    return found


@pytest.mark.parametrize("name", PRESETS)
def test_every_preset_is_drawn_with_its_shapes_and_classes(name: str):
    preset = PRESETS[name]
    classes = NAMES[: preset.classes]
    drawing = drawn(preset.architecture, preset.input_shape, classes)
    shown = words(drawing)
    assert " × ".join(str(n) for n in preset.input_shape) in shown
    assert [f"Block {n + 1}" in shown for n in range(len(preset.architecture.blocks))]
    assert shown[-len(classes) - 10 :] and set(classes) <= set(shown)
    assert drawing.width < 1000, "a preset fits a page"


def test_higher_maps_are_higher_and_more_channels_thicker():
    found = boxes(drawn(PRESETS["vgg-6"].architecture))
    first, last = found["block1_conv1"], found["block3_conv1"]
    assert first[1] > found["block2_conv1"][1] > last[1]
    assert first[0] < found["block2_conv1"][0] < last[0]
    assert found["block1_pool"][1] == pytest.approx(found["block2_conv1"][1], abs=0.2)


def test_an_edit_changes_the_drawing():
    one = ArchitectureConfig(blocks=(BlockConfig(filters=8),))
    other = ArchitectureConfig(blocks=(BlockConfig(filters=8), BlockConfig(filters=8)))
    assert "Block 2" not in words(drawn(one))
    assert "Block 2" in words(drawn(other))


def test_a_hundred_classes_are_told_by_some_of_their_names():
    classes = tuple(f"class {number}" for number in range(100))
    shown = words(drawn(PRESETS["vgg-6"].architecture, classes=classes))
    assert shown.count("…") == 1
    assert "class 0" in shown and "class 99" in shown and "class 50" not in shown
    assert "100" in shown


def test_names_are_data():
    classes = ("<script>alert(1)</script>", "a & b", 'q" onload="x', "n" * 300)
    drawing = drawn(PRESETS["compact"].architecture, classes=classes)
    tags = {item.tag for item in ElementTree.fromstring(drawing.svg).iter()}
    assert tags == {SVG + name for name in ("svg", "g", "title", "polygon", "path", "text", "rect")}
    assert "a & b" in words(drawing)
    assert max(len(word) for word in words(drawing)) < 40


def test_a_small_one_has_no_words_and_fits_an_address():
    drawing = drawn(PRESETS["compact"].architecture, words=False)
    assert words(drawing) == []
    assert drawing.uri.startswith("data:image/svg+xml;base64,")
    assert drawing.width < drawn(PRESETS["compact"].architecture).width


def test_every_kind_of_layer_has_a_box_and_tiny_or_oblong_maps_too():
    architecture = ArchitectureConfig(
        blocks=(
            BlockConfig(filters=1, pool="average", dropout=0.1),
            BlockConfig(filters=2048, convolutions=8, pool="none"),
        ),
        activation="maxout",
        batch_normalization=True,
        flatten="global_average",
        flatten_dropout=0.5,
        dense=(1, 8192),
        dense_dropout=0.5,
    )
    layers = plan_layers(architecture, (2, 512, 3), 2)
    drawing = network_drawing(layers, (2, 512, 3), ("a", "b"))
    hidden = [layer for layer in layers if layer.type in ("Activation", "Maximum")]
    assert len(boxes(drawing)) == len(layers) - len(hidden) + 1  # and the image
    assert all(width > 0 and height > 0 for width, height in boxes(drawing).values())


def test_it_is_told_in_words():
    layers = plan_layers(PRESETS["compact"].architecture, (32, 32, 1), 10)
    told = network_words(layers, (32, 32, 1), NAMES)
    assert "Block 1 32 × 32 × 16 then 16 × 16" in told
    assert told.endswith("10 classes.")
