"""The drawing of the network on the Design page, and what it tells of a layer chosen there."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from core.config import apply_overrides
from core.recipes import find_recipe
from core.runs.drafts import save_draft
from tests.pages.opening import healthy, open_page, texts

DRAFT = "0123abcd"
HINT = "A click on a layer tells more of it."


@pytest.fixture
def app(runs_folder: Path) -> AppTest:
    save_draft(DRAFT, find_recipe("digits-quick").config)
    return open_page("design", "Design", draft=DRAFT, step="Network")


def choose(app: AppTest, layer: Any) -> AppTest:
    """As the drawing does when a layer is clicked; what it sends may be anything."""
    app.session_state["network_drawing"] = {"layer": layer}
    return healthy(app.run())


def sent(app: AppTest) -> dict[str, Any]:
    found = [item.proto for item in app.get("bidi_component")]
    sent = next(p.json for p in found if p.component_name == "convscope.network")
    data: dict[str, Any] = json.loads(sent)
    return data


def test_before_a_choice_the_page_says_that_there_is_one(app: AppTest):
    assert HINT in texts(app)
    data = sent(app)
    assert data["chosen"] is None
    assert len(data["drawings"]) > 1, "for a phone and for a wide window"
    assert "block1_conv1" in data["layers"] and "block1_act1" not in data["layers"]


def test_a_chosen_layer_is_told_with_its_numbers_and_its_block(app: AppTest):
    told = texts(choose(app, "block2_conv1"))
    assert HINT not in told
    assert "**block2_conv1** · convolution · 32 filters of 3 × 3, padding same" in told
    for words in ("16 × 16 × 32", "4,640 (5.2 %)", "1,179,648"):
        assert words in told
    assert "Takes block1_pool. Then block2_act1: ReLU." in told
    assert "Block 2 has 4,768 parameters in all and takes 1,179,648 multiply-adds" in told
    assert sent(app)["chosen"] == "block2_conv1"


def test_a_vector_has_the_whole_image_in_sight(app: AppTest):
    told = texts(choose(app, "dense1"))
    assert "**dense1** · dense layer · 64 units" in told
    assert "the whole image" in told


def test_a_maxout_is_told_as_one(app: AppTest):
    changed = apply_overrides(
        find_recipe("digits-quick").config, ["architecture.activation=maxout"]
    )
    save_draft(DRAFT, changed)
    told = texts(choose(app, "block1_conv1"))
    assert "One of 2 alike, of which the largest value counts." in told


@pytest.mark.parametrize("layer", ["block9_conv1", "block1_act1", "", None, 7, ["block1_conv1"]])
def test_what_the_network_does_not_have_is_not_chosen(app: AppTest, layer: Any):
    choose(app, layer)
    assert HINT in texts(app)
    assert sent(app)["chosen"] is None


def test_a_layer_that_is_taken_away_is_no_longer_chosen(app: AppTest):
    choose(app, "block3_conv1")
    app.menu_button(key="menu_blocks_2").click("Delete")
    healthy(app.run())
    assert HINT in texts(app)
