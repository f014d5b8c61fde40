"""What is changed in Streamlit before it serves: the same answers, sooner."""

from __future__ import annotations

from pathlib import Path

from tests.pages.opening import open_page
from tools.streamlit_server import OneByOne


def test_one_key_is_looked_up_as_in_a_copy_of_all(runs_folder: Path):
    app = open_page("design", "Design", step="Network")
    app.number_input(key="draft.architecture.blocks.1.filters").set_value(48)
    app.run()
    held = app.session_state._state._state  # without its lock
    copied, looked_up = held.filtered_state, OneByOne(held)
    assert isinstance(copied, dict) and len(copied) > 30, "Streamlit has another way by now"
    assert looked_up == copied and list(looked_up) == list(copied)
    assert looked_up["draft.architecture.blocks.1.filters"] == 48
    assert "draft.architecture.blocks.9.filters" not in looked_up
