"""The draft that the tests of Design have in their address."""

from __future__ import annotations

from core.config import RunConfig
from core.runs.drafts import load_draft

DRAFT = "0123abcd"


def saved() -> RunConfig:
    """It as it lies on disk."""
    config = load_draft(DRAFT)
    assert config is not None
    return config
