"""What the tests of Design begin with."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.config import RunConfig
from core.recipes import find_recipe
from core.runs.drafts import save_draft
from tests.pages.design.drafted import DRAFT


@pytest.fixture
def draft(runs_folder: Path) -> RunConfig:
    """The first recipe, saved under DRAFT."""
    config = find_recipe("digits-quick").config
    save_draft(DRAFT, config)
    return config
