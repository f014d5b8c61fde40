"""Design in one tab while another one changes the same draft: no click is lost without a word."""

from __future__ import annotations

import json

import pytest
from streamlit.testing.v1 import AppTest

from core.config import PRESETS, RunConfig, apply_overrides
from core.recipes import find_recipe
from core.runs.drafts import save_draft
from tests.bases import NAME
from tests.pages.design.drafted import DRAFT, saved
from tests.pages.opening import errors, healthy, open_page


def opened(step: str = "Network") -> AppTest:
    return open_page("design", "Design", draft=DRAFT, step=step)


def elsewhere(*changes: str) -> RunConfig:
    """What another tab makes of the draft."""
    changed = apply_overrides(saved(), list(changes))
    save_draft(DRAFT, changed)
    return changed


def click(app: AppTest, key: str) -> None:
    app.button(key=key).click()
    healthy(app.run())


@pytest.fixture
def with_base(runs_folder) -> None:
    config = find_recipe("digits-quick").config
    save_draft(DRAFT, apply_overrides(config, [f"architecture={NAME}"]))


def test_a_preset_is_taken_though_fine_tuning_was_switched_on_meanwhile(with_base):
    app = opened()
    elsewhere('training.fine_tuning={"frozen_epochs": 2}')
    click(app, "preset_compact")
    assert saved().architecture == PRESETS["compact"].architecture
    assert saved().training.fine_tuning is None and not errors(app)


def test_why_nothing_more_can_be_added_is_said(draft: RunConfig):
    app = opened()
    full = elsewhere(f"architecture.blocks={json.dumps([{'filters': 2, 'pool': 'none'}] * 32)}")
    click(app, "add_block")
    assert saved() == full
    (told,) = errors(app)
    assert "at most 32" in told
