"""The network's step on Design: anything can be tried, mended, undone, kept and taken in."""

from __future__ import annotations

import json

import pytest
from streamlit.testing.v1 import AppTest

from core.config import PRESETS, ArchitectureConfig, RunConfig, WhiteningConfig, apply_overrides
from core.models.plan import misfits
from core.recipes import find_recipe
from core.runs.drafts import save_draft
from core.runs.networks import list_networks, network_json, save_network
from tests.pages.design.drafted import DRAFT
from tests.pages.design.drafted import saved as saved_config
from tests.pages.opening import errors, healthy, metrics, open_page, seen, texts

BLOCKS = "draft.architecture.blocks"
DENSE = "draft.architecture.dense"


def opened(*changes: str) -> AppTest:
    """The step, of a draft with these changes."""
    if changes:
        save_draft(DRAFT, apply_overrides(saved_config(), list(changes)))
    return open_page("design", "Design", draft=DRAFT, step="Network")


def saved() -> ArchitectureConfig:
    return saved_config().architecture


def filters() -> list[int]:
    return [block.filters for block in saved().blocks]


def click(app: AppTest, key: str) -> None:
    app.button(key=key).click()
    healthy(app.run())


def choose(app: AppTest, key: str, option: str) -> None:
    app.menu_button(key=key).click(option)
    healthy(app.run())


def open_popover(app: AppTest, key: str) -> None:
    app.session_state[key] = True
    healthy(app.run())


def test_every_field_in_sight_changes_its_own_block_alone(draft: RunConfig):
    app = opened()
    before = saved().blocks
    app.number_input(key=f"{BLOCKS}.1.filters").set_value(48)
    app.number_input(key=f"{BLOCKS}.1.convolutions").set_value(2)
    app.number_input(key=f"{BLOCKS}.1.kernel_size").set_value(5)
    app.selectbox(key=f"{BLOCKS}.1.activation").set_value("gelu")
    app.selectbox(key=f"{BLOCKS}.1.normalization").set_value("before")
    app.selectbox(key=f"{BLOCKS}.1.pool").set_value("average")
    app.number_input(key=f"{BLOCKS}.1.dropout").set_value(0.25)
    healthy(app.run())
    assert not app.error
    changed = {
        "filters": 48,
        "convolutions": 2,
        "kernel_size": 5,
        "activation": "gelu",
        "normalization": "before",
        "pool": "average",
        "dropout": 0.25,
    }
    assert saved().blocks == (before[0], before[1].model_copy(update=changed), before[2])


def test_what_is_rarer_is_behind_more_and_drawn_only_while_it_is_open(draft: RunConfig):
    app = opened()
    assert f"{BLOCKS}.0.stride" not in {item.key for item in app.number_input}
    open_popover(app, "more_blocks_0")
    app.number_input(key=f"{BLOCKS}.0.stride").set_value(2)
    app.toggle(key=f"{BLOCKS}.0.residual").set_value(True)
    app.toggle(key=f"{BLOCKS}.0.separable").set_value(True)
    app.number_input(key=f"{BLOCKS}.0.l2").set_value(0.001)
    healthy(app.run())
    block = saved().blocks[0]
    assert (block.stride, block.residual, block.separable, block.l2) == (2, True, True, 0.001)
    assert not any(other.residual for other in saved().blocks[1:])
    assert "Stride 2, shortcut, separable, L2 0.001" in texts(app), "it is told under the row"


@pytest.mark.parametrize(
    ("activation", "field", "value"), [("leaky_relu", "slope", 0.05), ("maxout", "pieces", 4)]
)
def test_an_activation_with_a_number_has_a_field_for_it(draft, activation, field, value):
    app = opened()
    open_popover(app, "more_blocks_1")
    assert f"{BLOCKS}.1.{field}" not in {item.key for item in app.number_input}
    app.selectbox(key=f"{BLOCKS}.1.activation").set_value(activation)
    healthy(app.run())
    app.number_input(key=f"{BLOCKS}.1.{field}").set_value(value)
    healthy(app.run())
    assert getattr(saved().blocks[1], field) == value


def test_a_value_out_of_bounds_is_said_under_its_row_and_changes_nothing(draft: RunConfig):
    app = opened()
    app.number_input(key=f"{BLOCKS}.1.kernel_size").set_value(12)
    healthy(app.run())
    assert errors(app) == ["Received 12; allowed is 1 to 11. The draft keeps what it had."]
    assert saved() == draft.architecture
    app.number_input(key=f"{DENSE}.0.units").set_value(0)
    healthy(app.run())
    assert errors(app) == ["Received 0; allowed is 1 to 8,192. The draft keeps what it had."]
    app.number_input(key=f"{DENSE}.0.units").set_value(9)
    healthy(app.run())
    assert not app.error and saved().dense[0].units == 9


def test_blocks_are_added_copied_moved_and_deleted(draft: RunConfig):
    app = opened()
    assert filters() == [16, 32, 64]
    choose(app, "menu_blocks_2", "Move up")
    assert filters() == [16, 64, 32]
    assert app.number_input(key=f"{BLOCKS}.1.filters").value == 64, "the fields moved along"
    choose(app, "menu_blocks_0", "Move down")
    assert filters() == [64, 16, 32]
    choose(app, "menu_blocks_0", "Copy")
    assert filters() == [64, 64, 16, 32]
    choose(app, "menu_blocks_1", "Delete")
    assert filters() == [64, 16, 32]
    click(app, "add_block")
    assert filters() == [64, 16, 32, 32]
    assert app.number_input(key=f"{BLOCKS}.3.filters").value == 32


def test_menus_offer_only_what_can_be_done(draft: RunConfig):
    app = opened('architecture.blocks=[{"filters": 8}]')
    assert app.menu_button(key="menu_blocks_0").options == ["Copy"]
    app = opened(f"architecture.blocks={json.dumps([{'filters': 2, 'pool': 'none'}] * 32)}")
    assert app.menu_button(key="menu_blocks_0").options == ["Move down", "Delete"]
    assert app.menu_button(key="menu_blocks_31").options == ["Move up", "Delete"]
    assert app.button(key="add_block").disabled
    assert not app.error


def test_dense_layers_are_rows_too(draft: RunConfig):
    app = opened()
    app.number_input(key=f"{DENSE}.0.units").set_value(32)
    app.selectbox(key=f"{DENSE}.0.normalization").set_value("after")
    healthy(app.run())
    assert (saved().dense[0].units, saved().dense[0].normalization) == (32, "after")
    click(app, "add_dense")
    assert len(saved().dense) == 2 and saved().dense[1] == saved().dense[0]
    open_popover(app, "more_dense_1")
    app.number_input(key=f"{DENSE}.1.l2").set_value(0.01)
    healthy(app.run())
    assert [dense.l2 for dense in saved().dense] == [0.0, 0.01]
    choose(app, "menu_dense_0", "Delete")
    choose(app, "menu_dense_0", "Delete")
    assert saved().dense == () and not app.error
    app.selectbox(key=f"{BLOCKS}.2.activation").set_value("tanh")
    healthy(app.run())
    click(app, "add_dense")
    assert saved().dense[0].activation == "tanh", "as the last block's"


def test_what_is_of_the_whole_network_can_be_set(draft: RunConfig):
    app = opened()
    whole = "draft.architecture"
    app.selectbox(key=f"{whole}.flatten").set_value("flatten")
    app.number_input(key=f"{whole}.flatten_dropout").set_value(0.4)
    app.selectbox(key=f"{whole}.initializer").set_value("he_normal")
    app.selectbox(key=f"{whole}.dense_initializer").set_value("he_uniform")
    app.number_input(key=f"{whole}.batch_normalization_momentum").set_value(0.8)
    healthy(app.run())
    now = saved()
    assert (now.flatten, now.flatten_dropout) == ("flatten", 0.4)
    assert (now.initializer, now.dense_initializer) == ("he_normal", "he_uniform")
    assert now.batch_normalization_momentum == 0.8


def test_a_first_layer_that_whitens_comes_and_goes(draft: RunConfig):
    app = opened()
    patches = app.selectbox(key="draft.architecture.whitening_variant")
    healthy(patches.set_value("2").run())
    assert saved().whitening == WhiteningConfig(kernel_size=2)
    app.selectbox(key="draft.architecture.whitening_variant").set_value("none")
    healthy(app.run())
    assert saved().whitening is None


def test_a_pool_comes_first_where_it_can_and_is_refused_where_not(draft: RunConfig):
    app = opened()
    open_popover(app, "more_blocks_0")
    healthy(app.toggle(key=f"{BLOCKS}.0.early_pool").set_value(True).run())
    assert saved().blocks[0].early_pool
    assert "Pool first" in texts(app), "it is told under the row"
    app.toggle(key=f"{BLOCKS}.0.residual").set_value(True)
    app.run()
    assert not app.exception
    assert "early_pool cannot be on with residual" in errors(app)[0]
    assert not saved().blocks[0].residual


def test_a_block_s_dilation_and_padding_can_be_set(draft: RunConfig):
    app = opened()
    open_popover(app, "more_blocks_0")
    app.number_input(key=f"{BLOCKS}.0.dilation").set_value(2)
    app.selectbox(key=f"{BLOCKS}.0.padding").set_value("valid")
    healthy(app.run())
    assert (saved().blocks[0].dilation, saved().blocks[0].padding) == (2, "valid")


def test_what_cannot_work_is_said_at_its_row_with_what_mends_it(draft: RunConfig):
    app = opened(
        "architecture.blocks.0.stride=2",
        "architecture.blocks.0.dilation=2",
        "architecture.blocks.2.padding=valid",
        "architecture.blocks.2.residual=true",
    )
    told = errors(app)
    assert any("stride of 2 and a dilation of 2" in words for words in told)
    assert any("shortcut of block 3" in words for words in told)
    assert "as if what is outlined could work" in texts(app), "still drawn"
    assert "Parameters" not in metrics(app), "what it would cost is not known"
    assert app.button(key="mend_block_0_0_1").label == "No dilation in block 1"
    click(app, "mend_block_0_0_1")
    assert saved().blocks[0].dilation == 1 and saved().blocks[0].stride == 2
    (left,) = misfits(saved(), (32, 32, 1), 10)
    assert left.block == 3
    click(app, "mend_block_2_0_0")
    assert saved().blocks[2].padding == "same"
    assert not app.error


def test_a_network_is_saved_chosen_again_and_deleted(draft: RunConfig):
    app = opened("architecture.blocks.0.filters=24")
    open_popover(app, "save_network")
    app.text_input(key="network_name").set_value("  *mine* / 2 ")
    healthy(app.run())
    click(app, "save_network_now")
    assert list(list_networks()) == ["*mine* / 2"]
    assert saved().name == "*mine* / 2"
    assert app.button(key="network_undo").disabled, "a name is no step"
    key = "preset_own_" + b"*mine* / 2".hex()
    assert seen(app.button(key=key).label) == "*mine* / 2"
    click(app, "preset_compact")
    assert filters()[0] == 16
    click(app, key)
    assert filters()[0] == 24
    assert "*mine* / 2" in seen(texts(app))
    assert "(changed)" not in texts(app)
    click(app, "add_block")
    assert "*mine* / 2 (changed)" in seen(texts(app))
    click(app, "network_undo")
    open_popover(app, "save_network")
    click(app, "delete_network_now")
    assert not list_networks() and filters()[0] == 24
    assert key not in {button.key for button in app.button}


@pytest.mark.parametrize(
    ("name", "words"), [("", "needs a name"), ("vgg-6", "network that ships"), (" ", "needs a")]
)
def test_a_name_that_cannot_be_one_is_a_sentence(draft: RunConfig, name: str, words: str):
    app = opened()
    open_popover(app, "save_network")
    app.text_input(key="network_name").set_value(name)
    healthy(app.run())
    click(app, "save_network_now")
    assert words in seen(app.toast[0].value)
    assert not list_networks()


def take_in(app: AppTest, name: str, data: bytes) -> None:
    open_popover(app, "import_network")
    app.file_uploader[0].set_value((name, data, "application/json"))
    healthy(app.run())


def test_a_network_is_taken_in_and_given_out(draft: RunConfig):
    given = PRESETS["mobilenet-quarter"].architecture
    app = opened()
    take_in(app, "it.json", network_json(given))
    assert saved() == given and not app.error
    assert app.get("download_button")
    old = {"blocks": [{"filters": 8}], "activation": "elu", "dense": [5]}
    take_in(app, "old.json", json.dumps(old).encode())
    assert saved().dense[0].units == 5 and saved().blocks[0].activation == "elu"
    run = find_recipe("cifar10-2018").config
    take_in(app, "config.json", run.to_json().encode())
    assert saved() == run.architecture
    assert saved_config().dataset == draft.dataset, "of a run its network alone is taken"


def test_a_network_with_a_very_long_name_leaves_the_draft_readable(draft: RunConfig):
    app = opened("epochs=3")
    named = {"blocks": [{"filters": 8}], "name": "n" * 1_048_400}  # in a file of 1 MB
    take_in(app, "it.json", json.dumps(named).encode())
    assert filters() == [8] and saved().name.startswith("nnn")
    assert saved_config().training.epochs == 3


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"no JSON", "it.json is not JSON"),
        (b"[" * 9000, "nested too deeply"),
        (b"\xff\xfe", "it.json is not JSON"),
        (
            b'{"blocks": [{"filters": %s}]}' % (b"9" * 5000),
            "it.json holds a number that is too long",
        ),
        (b"[]", "valid dictionary"),
        (b'{"blocks": [{"filters": 0}]}', "blocks.0.filters: received 0"),
        (b'{"blocks": [{"filters": 8, "shape": 1}]}', "no such field"),
        (b'{"blocks": [{"filters": 8}], "name": "\\u0000"}', "null character"),
        (b" " * 2_000_000, "larger than 1 MB"),
    ],
)
def test_a_file_that_is_no_network_is_a_sentence(draft: RunConfig, data: bytes, words: str):
    app = opened()
    take_in(app, "it.json", data)
    assert words in seen(app.toast[0].value)
    assert saved() == draft.architecture


def test_a_saved_network_that_cannot_take_these_images_says_what_it_needs(draft: RunConfig):
    big = ArchitectureConfig(blocks=[{"filters": 2, "kernel_size": 11, "padding": "valid"}] * 4)
    both = ArchitectureConfig(blocks=[{"filters": 2, "stride": 2, "dilation": 2}])
    save_network("big", big)
    save_network("both", both)
    save_network("deep", ArchitectureConfig(blocks=[{"filters": 2}] * 32))
    app = opened()
    shown = texts(app)
    assert "4294967296" not in shown
    assert "Needs 166 × 166 pixels" in shown and "Something in it cannot work" in shown
    click(app, "preset_own_" + b"both".hex())
    assert "a stride of 2 and a dilation of 2" in errors(app)[0]


def test_parameters_are_said_once(draft: RunConfig):
    shown = metrics(app := opened())
    assert shown["Parameters"] == "89,994" and shown["Multiply-adds"] == "2.57 million"
    line = next(item.value for item in app.markdown if "learning rate" in item.value)
    assert "parameters" not in line and "an epoch here" not in line and "in all" in line
    other = open_page("design", "Design", draft=DRAFT, step="Training")
    assert "89,994 parameters" in texts(other)


def test_the_table_tells_how_far_a_layer_sees_and_how_it_is_made(draft: RunConfig):
    app = opened("architecture=resnet-20", "dataset.name=digits")
    table = app.dataframe[0].value
    assert list(table["Sees"])[:2] == ["3 px", "3 px"] and list(table["Sees"])[-1] == "all"
    row = table[table["Layer"] == "block5_shortcut"].iloc[0]
    assert row["Options"] == "32 filters of 1 × 1, stride 2, padding same"
