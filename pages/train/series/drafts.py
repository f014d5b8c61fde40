"""What a study or a search has tried, made the draft. Knows nothing of why."""

from __future__ import annotations

import streamlit as st

from core.config import RunConfig
from core.runs.drafts import new_draft_id
from pages.session import address, state


def use(config: RunConfig) -> None:
    """A draft of its own: what was drafted before stays under its own id."""
    state.set_draft_id(new_draft_id())
    state.update_draft(config)
    address.write("draft", state.draft_id())
    st.toast("It is the draft now.", icon=":material/check:")
