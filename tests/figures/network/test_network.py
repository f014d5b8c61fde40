"""The drawing of a network: what is drawn, how large, and that everything fits into it."""

from __future__ import annotations

import re
from random import Random
from xml.etree import ElementTree

import pytest

from core.config import PRESETS, ArchitectureConfig, BlockConfig
from core.figures.network import Drawing, network_drawing, network_drawings, network_words
from core.figures.network.captions import group_shape
from core.figures.network.elements import groups_of
from core.figures.network.layers import shape_words
from core.models.plan import plan_layers
from core.notation import short
from tests.figures.network.drawn import (
    NAMES,
    SVG,
    boxes,
    drawn,
    grounds,
    overprinted,
    rows_of,
    size,
    titles,
    words,
)
from tests.figures.network.networks import (
    maxout_network,
    plain_network,
    random_network,
    residual_network,
)
from tests.models.random_networks import any_architecture, classes_of

LONG = tuple(f"a class of rather many words, number {number}" for number in range(100))
WIDTHS = (330, 460, 580, 720, 900)


@pytest.mark.parametrize("name", PRESETS)
def test_every_preset_is_drawn_with_its_shapes_and_classes(name: str):
    preset = PRESETS[name]
    classes = NAMES[: preset.classes]
    drawing = drawn(preset.architecture, preset.input_shape, classes)
    shown = words(drawing)
    assert " × ".join(str(n) for n in preset.input_shape) in shown
    assert all(f"Block {n + 1}" in shown for n in range(len(preset.architecture.blocks)))
    assert set(classes) <= set(shown)
    if sum(block.convolutions for block in preset.architecture.blocks) < 10:
        assert rows_of(drawing) == 1 and drawing.width < 900, "a small preset fits a page"
        assert any(word.endswith("params") for word in shown)


@pytest.mark.parametrize("name", PRESETS)
def test_no_preset_is_overprinted_at_any_width(name: str):
    preset = PRESETS[name]
    classes = LONG[: preset.classes]
    layers = plan_layers(preset.architecture, preset.input_shape, preset.classes)
    for width in WIDTHS:
        drawing = network_drawing(layers, preset.input_shape, classes, width=width)
        assert drawing.width <= width
        assert not overprinted(drawing), width


@pytest.mark.parametrize("name", PRESETS)
def test_every_preset_s_shapes_and_parameters_are_on_it_at_any_width(name: str):
    preset = PRESETS[name]
    layers = plan_layers(preset.architecture, preset.input_shape, preset.classes)
    for width in WIDTHS:
        drawing = network_drawing(layers, preset.input_shape, NAMES[: preset.classes], width=width)
        told = words(drawing)
        shapes = {shape_words(group_shape(group)) for group in groups_of(layers)}
        assert shapes <= set(told), width
        for group in groups_of(layers):
            number = short(group.parameters)
            assert not group.parameters or {number, f"{number} params"} & set(told), width
        alone = not any(word.endswith("params") for word in told)
        assert ("small: parameters" in told) == alone, "what a number alone is, is said"


@pytest.mark.parametrize("seed", range(40))
def test_no_network_the_editor_makes_is_wider_than_its_room(seed: int):
    architecture, shape = any_architecture(Random(seed))
    layers = plan_layers(architecture, shape, classes_of(architecture))
    for width in WIDTHS:
        drawing = network_drawing(layers, shape, LONG[: classes_of(architecture)], width=width)
        assert drawing.width <= width
        assert not overprinted(drawing), width


@pytest.mark.parametrize("seed", range(40))
def test_no_network_is_overprinted_and_none_is_wider_than_its_room(seed: int):
    layers = random_network(seed)
    first = layers[0].output_shape
    for width in WIDTHS:
        drawing = network_drawing(layers, (first[0], first[1], 3), LONG, width=width)
        assert drawing.width <= width
        assert not overprinted(drawing), width
        assert set(boxes(drawing)) <= {"", *drawing.layers} and len(drawing.layers) > 2


def test_what_is_overprinted_is_found():
    start = '<svg xmlns="http://www.w3.org/2000/svg">'
    two = '<text x="5" y="20">words</text><text x="{}" y="20">words</text></svg>'
    assert overprinted(Drawing(start + two.format(20), 90, 40)) == [("words", "words")]
    assert not overprinted(Drawing(start + two.format(50), 90, 40))
    assert overprinted(Drawing(start + two.format(70), 90, 40)) == [("words", "the edge")]


def test_a_long_network_goes_on_in_the_next_row_and_is_not_higher_than_a_window():
    for layers, shape in ((plain_network(20), (128, 96, 3)), (residual_network(), (32, 32, 3))):
        assert len(layers) > 60
        for width in (580, 720, 900):
            drawing = network_drawing(layers, shape, NAMES, width=width)
            assert rows_of(drawing) in (2, 3, 4)
            assert drawing.height < 520
        assert rows_of(network_drawing(layers, shape, NAMES, width=330)) > 3
    assert rows_of(drawn(PRESETS["vgg-6"].architecture)) == 1


def test_rows_are_filled_evenly():
    drawing = network_drawing(plain_network(20), (128, 96, 3), NAMES, width=720)
    ends: dict[float, float] = {}
    for _, box in grounds(drawing):
        ends[box[1]] = max(ends.get(box[1], 0), box[2])
    assert min(ends.values()) > 0.6 * max(ends.values())


def test_blocks_are_numbers_where_there_is_no_room_for_more():
    full = words(network_drawing(plain_network(6), (128, 96, 3), NAMES, width=900))
    assert "Block 6" in full and any(word.endswith("params") for word in full)
    crowded = words(network_drawing(plain_network(32), (128, 96, 3), NAMES, width=580))
    assert "32" in crowded and "Block 32" not in crowded
    assert not any(word.endswith("params") for word in crowded)
    said = [word for word in crowded if "×" in word]
    assert len(said) == len(set(said)) < 32, "a shape is said where it changes"


def test_a_shortcut_is_an_arc_from_before_its_block_to_the_sign_of_its_sum():
    layers = residual_network()
    drawing = network_drawing(layers, (32, 32, 3), NAMES, width=900)
    found = boxes(drawing)
    arcs = arcs_of(drawing)
    assert len(arcs) == 9
    for number, (start, top, end) in zip(range(2, 11), arcs, strict=True):
        first, last = found[f"block{number}_conv1"], found[f"block{number}_bn2"]
        assert start < first[0] and last[2] < end, number
        assert top < min(first[1], last[1]), "above the boxes"
        assert f"block{number}_add" in titles(drawing)
    assert words(drawing).count("1 × 1") == 2
    for number in (5, 8):
        projection, (start, top, end) = found[f"block{number}_shortcut"], arcs[number - 2]
        assert start < projection[0] and projection[2] < end
        assert projection[1] < top < projection[3], "it stands on the arc"
    assert "1 × 1, stride 2" in titles(drawing)["block5_shortcut"]
    assert "sum with a shortcut" in words(drawing)
    assert "Block 2 32 × 32 × 16 with a shortcut" in network_words(layers, (32, 32, 3), NAMES)


def arcs_of(drawing: Drawing) -> list[tuple[float, float, float]]:
    """Where each begins, its level, and where it ends."""
    found = []
    for item in ElementTree.fromstring(drawing.svg).iter(f"{SVG}path"):
        path = re.fullmatch(
            r"M([\d.]+) [\d.]+V([\d.]+)q0 -[\d.]+ ([\d.]+) .*H([\d.]+)q.*V.*m.*", item.attrib["d"]
        )
        if path:
            start, level, curve, end = (float(part) for part in path.groups())
            found.append((start, level - curve, end + curve))
    return found


def test_the_pieces_of_a_maxout_are_one_box():
    layers = maxout_network(3)
    drawing = network_drawing(layers, (32, 32, 3), NAMES)
    assert [name for name in boxes(drawing) if name.startswith("block1")] == [
        "block1_conv1",
        "block1_bn1",
    ]
    assert "one of 3 alike; the largest value counts" in titles(drawing)["block1_conv1"]
    pieces = [layer for layer in layers if layer.name.startswith("block1")]
    of_all = sum(layer.parameters for layer in pieces)
    assert of_all == 3 * 432 + 3 * 64
    assert "1.49 k params" in [word.replace("\u00a0", " ") for word in words(drawing)]
    planned = drawn(ArchitectureConfig(blocks=(BlockConfig(filters=8),), activation="maxout"))
    assert "block1_conv1_b" not in boxes(planned)


def test_a_layer_of_an_unknown_type_is_drawn_and_named():
    layers = random_network(3)
    unknown = [layer.name for layer in layers if layer.type == "UnheardOf"]
    drawing = network_drawing(layers, (32, 32, 3), NAMES)
    assert unknown and set(unknown) <= set(boxes(drawing))
    assert titles(drawing)[unknown[0]].startswith(f"{unknown[0]}: UnheardOf\n")


def test_all_that_is_known_of_a_layer_is_said_where_the_pointer_rests():
    said = titles(network_drawing(residual_network(), (32, 32, 3), NAMES))
    assert said["block5_conv1"].split("\n") == [
        "block5_conv1: convolution",
        "32 filters of 3 × 3, stride 2, padding same",
        "makes 16 × 16 × 32",
        "4,608 parameters, 32,256 multiply-adds an image",
        "receptive field 27 × 27 pixels",
    ]
    assert said["block5_bn1"].endswith("then ReLU")
    assert said["block5_add"].split("\n")[0] == "block5_add: sum"


def test_higher_maps_are_higher_and_more_channels_thicker():
    found = {name: size(box) for name, box in boxes(drawn(PRESETS["vgg-6"].architecture)).items()}
    first, last = found["block1_conv1"], found["block3_conv1"]
    assert first[1] > found["block2_conv1"][1] > last[1]
    assert first[0] < found["block2_conv1"][0] < last[0]
    assert found["block1_pool"][1] == pytest.approx(found["block2_conv1"][1], abs=0.2)


def test_an_edit_changes_the_drawing():
    one = ArchitectureConfig(blocks=(BlockConfig(filters=8),))
    other = ArchitectureConfig(blocks=(BlockConfig(filters=8), BlockConfig(filters=8)))
    assert "Block 2" not in words(drawn(one))
    assert "Block 2" in words(drawn(other))


def test_the_legend_tells_what_occurs_and_nothing_else():
    shown = words(drawn(ArchitectureConfig(blocks=(BlockConfig(filters=8, pool="none"),))))
    assert {"convolution", "activation", "dense layer"} <= set(shown)
    assert not {"pooling", "dropout", "batch normalization", "sum with a shortcut"} & set(shown)


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
    assert tags <= {SVG + name for name in ("svg", "g", "title", "path", "text", "rect", "circle")}
    assert "a & b" in words(drawing)
    assert max(len(word) for word in words(drawing)) < 40
    assert not overprinted(drawing)


def test_one_width_after_the_other_is_drawn_once():
    layers = residual_network()
    found = network_drawings(layers, (32, 32, 3), NAMES)
    assert 1 < len(found) <= len(WIDTHS)
    assert len({drawing.svg for drawing in found}) == len(found)
    assert [drawing.width for drawing in found] == sorted(drawing.width for drawing in found)
    assert found[0].width <= 330
    assert found[0].layers == found[-1].layers and "block5_shortcut" in found[0].layers
    assert "block5_act1" not in found[0].layers, "it is part of the layer before it"


def test_a_small_one_has_no_words_and_fits_an_address():
    drawing = drawn(PRESETS["compact"].architecture, words=False)
    assert words(drawing) == [] and titles(drawing) == {}
    assert drawing.uri.startswith("data:image/svg+xml;base64,")
    assert drawing.width < drawn(PRESETS["compact"].architecture).width


def test_a_small_one_of_a_long_network_still_fills_its_card():
    drawing = network_drawing(residual_network(), (32, 32, 3), (), words=False)
    assert 1.5 < drawing.width / drawing.height < 4.5
    assert len(drawing.uri) < 50_000


def test_every_kind_of_layer_has_a_box_and_tiny_or_oblong_maps_too():
    architecture = ArchitectureConfig(
        blocks=(
            BlockConfig(filters=1, pool="average", dropout=0.1),
            BlockConfig(filters=2048, convolutions=8, pool="none"),
        ),
        batch_normalization=True,
        flatten="global_average",
        flatten_dropout=0.5,
        dense=(1, 8192),
        dense_dropout=0.5,
    )
    layers = plan_layers(architecture, (2, 512, 3), 2)
    drawing = network_drawing(layers, (2, 512, 3), ("a", "b"))
    hidden = [layer for layer in layers if layer.type == "Activation"]
    assert len(boxes(drawing)) == len(layers) - len(hidden) + 1  # and the image
    assert all(wide > 0 and high > 0 for wide, high in map(size, boxes(drawing).values()))


def test_it_is_told_in_words():
    layers = plan_layers(PRESETS["compact"].architecture, (32, 32, 1), 10)
    told = network_words(layers, (32, 32, 1), NAMES)
    assert "Block 1 32 × 32 × 16 then 16 × 16" in told
    assert told.endswith("10 classes.")


@pytest.mark.parametrize("flatten", ["flatten", "global_average", "global_max"])
@pytest.mark.parametrize("base", ["mobilenet_v3_small", None])
def test_what_makes_a_vector_is_one_group_with_its_dropout(flatten: str, base: str | None):
    begin = {"base": base} if base else {"blocks": [BlockConfig(filters=8)]}
    network = ArchitectureConfig(**begin, flatten=flatten, flatten_dropout=0.2)
    layers = plan_layers(network, (96, 96, 3), 10)
    assert network_words(layers, (96, 96, 3), NAMES).count("Vector") == 1
    drawn = network_drawing(layers, (96, 96, 3), NAMES)
    assert words(drawn).count("Vector") == 1
    assert {flatten, "flatten_dropout"} <= boxes(drawn).keys()


def test_a_base_that_others_trained_is_one_box_under_its_own_name():
    network = ArchitectureConfig(base="efficientnet_v2_b0", flatten="global_average")
    layers = plan_layers(network, (96, 96, 3), 10)
    drawn = network_drawing(layers, (96, 96, 3), ())
    assert "EfficientNetV2-B0" in drawn.svg and "5.92\N{NO-BREAK SPACE}M params" in drawn.svg
    assert drawn.svg.count('data-layer="base"') == 1
    assert "EfficientNetV2-B0" in network_words(layers, (96, 96, 3), ())
