"""Drawing every page and calling a command, and judging whether a person was told sentences."""

from __future__ import annotations

import re

import pytest
from streamlit.testing.v1 import AppTest

from core.cli.commands import main
from tests.pages.opening import PAGES, healthy, open_app, seen

TITLES = {
    "browse": "Browse",
    "design": "Design",
    "lr_range": "Learning-rate range test",
    "train": "Train",
    "evaluate": "Evaluate",
    "mistakes": "Mistakes",
    "feature_maps": "Feature maps",
    "classify": "Classify a photo",
}
# Python's own words, which no sentence for a person has.
_PYTHON = re.compile(
    r"Traceback|<class |\bErrno\b|object at 0x|NoneType|ZipInfo|\w+Error\b|allow_pickle|unhashable"
)


def draw_every_page(run_id: str) -> None:
    """Start, then each other page in the same session, with that run in the address."""
    app = open_app(run=run_id)
    _only_sentences(app)
    for name, title in TITLES.items():
        app.switch_page(PAGES[name])
        app.query_params.clear()
        app.query_params["run"] = run_id
        app.run()
        assert app.title[0].value == title
        healthy(app)
        _only_sentences(app)


def _only_sentences(app: AppTest) -> None:
    for element in (*app.error, *app.toast):
        assert is_sentence(seen(element.value)), element.value
    for element in (*app.warning, *app.info):  # these may quote a record word by word
        assert not _PYTHON.search(seen(element.value)), element.value


def call(capsys: pytest.CaptureFixture, *arguments: str) -> int:
    """One command, in this process; what it prints on standard error is one sentence."""
    capsys.readouterr()
    status = main(list(arguments))
    told = capsys.readouterr().err
    assert status in (0, 1)
    assert not told or (told.startswith("error: ") and is_sentence(told)), told
    return status


def is_sentence(text: str) -> bool:
    """Words for a person: with a beginning and an end, and none of Python's own."""
    text = text.strip()
    return bool(text) and text[-1] in ".!?…" and not _PYTHON.search(text)
