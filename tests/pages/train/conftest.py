"""Pages of this section start workers; these tests see what they would start."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.config import RunConfig
from core.jobs import launch
from core.runs import Run, create_run


@pytest.fixture
def launched(monkeypatch: pytest.MonkeyPatch, runs_folder: Path) -> list[RunConfig]:
    """What the pages asked to be started; no worker is."""
    configs: list[RunConfig] = []

    def start(config: RunConfig, folder: Path | None = None) -> Run:
        configs.append(config)
        return create_run(config, folder)

    monkeypatch.setattr(launch, "start", start)
    return configs
