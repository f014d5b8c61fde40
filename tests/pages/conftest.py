"""For pages opened without a server: nothing is loaded behind their back.

So what a page imports is its own doing, and no thread goes on when a test has ended.
"""

from __future__ import annotations

import pytest

from pages.session import ahead


@pytest.fixture(autouse=True)
def nothing_loaded_ahead(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ahead, "begin", lambda wanted: None)
