"""Architectures: every row speaks for itself, and what was once said of all is understood."""

import json

import pytest

from core.config import (
    ArchitectureConfig,
    BlockConfig,
    DenseConfig,
    RunConfig,
    apply_changes,
    apply_overrides,
    parse_config,
)
from core.errors import ConfigError

OLD = {
    "blocks": [{"filters": 8}, {"filters": 16, "convolutions": 2}],
    "padding": "valid",
    "activation": "maxout",
    "batch_normalization": True,
    "dense": [64, 32],
    "dense_dropout": 0.5,
}


def architecture(data: dict[str, object]) -> ArchitectureConfig:
    return parse_config({"architecture": data}).architecture


def test_what_was_said_of_the_whole_network_goes_to_its_rows() -> None:
    block = {"padding": "valid", "activation": "maxout", "normalization": "after"}
    assert architecture(OLD) == ArchitectureConfig(
        blocks=(
            BlockConfig(filters=8, **block),
            BlockConfig(filters=16, convolutions=2, **block),
        ),
        # Batch normalization of before left dense layers alone.
        dense=(
            DenseConfig(units=64, activation="maxout", dropout=0.5),
            DenseConfig(units=32, activation="maxout", dropout=0.5),
        ),
    )


@pytest.mark.parametrize("letters", [250, 251, 1_000_000])
def test_a_long_name_is_cut_and_the_network_read(letters: int) -> None:
    found = architecture({"blocks": [{"filters": 8}], "name": "n" * letters})
    assert len(found.name) == 250 and found.name.endswith("n" if letters == 250 else "n…")
    assert parse_config({"architecture": found.model_dump(mode="json")}).architecture == found


def test_what_is_saved_is_the_new_form_and_means_the_same() -> None:
    config = parse_config({"architecture": OLD})
    saved = json.loads(config.to_json())
    old_words = {"padding", "activation", "batch_normalization", "dense_dropout"}
    assert not old_words & saved["architecture"].keys()
    assert saved["architecture"]["dense"][0]["units"] == 64
    assert parse_config(saved) == config


def test_no_batch_normalization_is_none_and_the_words_of_truth_are_pydantics() -> None:
    for word, means in ((False, "none"), ("yes", "after"), (0, "none")):
        found = architecture({"blocks": [{"filters": 8}], "batch_normalization": word})
        assert found.blocks[0].normalization == means
    with pytest.raises(ConfigError, match=r"batch_normalization is 'perhaps'; it must be true"):
        architecture({"blocks": [{"filters": 8}], "batch_normalization": "perhaps"})


def test_a_row_s_own_word_stands_above_the_network_s() -> None:
    found = architecture(
        {
            "blocks": [{"filters": 8, "activation": "tanh"}, {"filters": 8}],
            "dense": [{"units": 4, "activation": "none"}, 5],
            "activation": "elu",
        }
    )
    assert [block.activation for block in found.blocks] == ["tanh", "elu"]
    assert [dense.activation for dense in found.dense] == ["none", "elu"]


def test_models_are_not_changed_by_what_is_made_of_them() -> None:
    block = BlockConfig(filters=8)
    found = ArchitectureConfig(blocks=(block, block), activation="tanh")
    assert [row.activation for row in found.blocks] == ["tanh", "tanh"]
    assert block.activation == "relu"


@pytest.mark.parametrize(
    ("assignment", "of_blocks", "of_dense"),
    [
        ("activation=tanh", {"activation": "tanh"}, {"activation": "tanh"}),
        ("padding=valid", {"padding": "valid"}, {}),
        ("batch_normalization=false", {"normalization": "none"}, {}),
        ("batch_normalization=true", {"normalization": "after"}, {}),
        ("dense_dropout=0.1", {}, {"dropout": 0.1}),
    ],
)
def test_an_override_of_before_sets_all_rows(assignment, of_blocks, of_dense) -> None:
    config = RunConfig(architecture="vgg-6")
    changed = apply_overrides(config, [f"architecture.{assignment}"]).architecture
    before = config.architecture
    assert changed.blocks == tuple(b.model_copy(update=of_blocks) for b in before.blocks)
    assert changed.dense == tuple(d.model_copy(update=of_dense) for d in before.dense)


def test_rows_that_replace_others_are_like_them_where_they_say_nothing() -> None:
    """As before, when what they do not say was said beside them."""
    config = apply_overrides(RunConfig(architecture="vgg-6"), ["architecture.activation=elu"])
    changes = ['architecture.blocks=[{"filters": 4}, {"filters": 5, "normalization": "none"}]']
    changed = apply_overrides(config, [*changes, "architecture.dense=[7, 8]"]).architecture
    assert changed.blocks == (
        BlockConfig(filters=4, activation="elu", normalization="after"),
        BlockConfig(filters=5, activation="elu"),
    )
    assert changed.dense == (
        DenseConfig(units=7, activation="elu", dropout=0.5),
        DenseConfig(units=8, activation="elu", dropout=0.5),
    )


def test_dense_layers_where_there_were_none() -> None:
    config = RunConfig(architecture=ArchitectureConfig(blocks=(BlockConfig(filters=4),)))
    orders = [
        [
            "architecture.activation=tanh",
            "architecture.dense_dropout=0.3",
            "architecture.dense=[9]",
        ],
        [
            "architecture.dense=[9]",
            "architecture.dense_dropout=0.3",
            "architecture.activation=tanh",
        ],
    ]
    for order in orders:
        changed = apply_overrides(config, order).architecture
        assert changed.dense == (DenseConfig(units=9, activation="tanh", dropout=0.3),)


def test_rows_that_differ_hand_nothing_on() -> None:
    blocks = (BlockConfig(filters=4, activation="elu"), BlockConfig(filters=4))
    config = RunConfig(architecture=ArchitectureConfig(blocks=blocks))
    changed = apply_overrides(config, ['architecture.blocks=[{"filters": 9}]'])
    assert changed.architecture.blocks == (BlockConfig(filters=9),)


def test_a_number_in_a_dense_layer_s_place_is_its_units() -> None:
    config = apply_overrides(RunConfig(architecture="vgg-6"), ["architecture.dense.0=99"])
    assert config.architecture.dense == (DenseConfig(units=99, dropout=0.5),)


def test_a_whole_architecture_of_before_may_be_set_and_changed_on() -> None:
    config = RunConfig(architecture="vgg-6")
    changed = apply_changes(config, [("architecture", OLD), ("architecture.dense.1.units", 3)])
    assert [dense.units for dense in changed.architecture.dense] == [64, 3]


@pytest.mark.parametrize(
    ("assignments", "words"),
    [
        (["architecture.blocks=5"], "architecture.blocks: received 5"),
        (
            ["architecture.blocks=[]"],
            "blocks is empty; a network has at least one block",
        ),
        (["architecture.blocks=[3]"], "architecture.blocks.0: received 3"),
        (["architecture.blocks=5", "architecture.activation=tanh"], "received 5"),
        (["architecture.dense=3"], "architecture.dense: received 3"),
        (['architecture.dense=["many"]'], r"architecture.dense.0.units: received 'many'"),
        (["architecture.padding=round"], r"blocks.0.padding: received 'round'"),
        (["architecture.batch_normalization=5"], "batch_normalization is 5; it must be true"),
        (["architecture.blocks.0.pieces=9"], "blocks.0.pieces: received 9"),
        (["architecture.blocks.0.stride=0"], "blocks.0.stride: received 0"),
        (["architecture.blocks.0.l2=2"], "blocks.0.l2: received 2"),
        (["architecture.dense.0.batch_normalization=true"], "no such field"),
    ],
)
def test_what_makes_no_sense_is_a_sentence(assignments, words) -> None:
    with pytest.raises(ConfigError, match=words):
        apply_overrides(RunConfig(architecture="vgg-6"), assignments)


@pytest.mark.parametrize(
    ("head", "classes", "suited"),
    [("sigmoid", 2, "sigmoid"), ("sigmoid", 10, "softmax"), ("softmax", 2, "softmax")],
)
def test_one_sigmoid_tells_two_classes_apart(head: str, classes: int, suited: str) -> None:
    network = architecture({"blocks": [{"filters": 8}], "head": head})
    assert network.suited_to(classes).head == suited
    assert network.head == head
