"""A new study: a question that ships, or one field of one's own, asked of the draft."""

from __future__ import annotations

import streamlit as st

from core.config import RunConfig
from core.data.catalog import find_dataset
from core.errors import UserError
from core.studies import QUESTIONS, Question, StudyConfig, create_study
from core.studies.questions import FACTORS, Factor, read_values, vary
from pages.session import state, titles
from pages.train.series import row
from pages.widgets import page
from pages.widgets.text import as_is

_OWN = "own"
_WIDE = 360  # pixels
_ASKED, _FACTOR, _VALUES, _CHOICES = "question", "factor", "factor_values", "factor_choices"


def popover(primary: bool) -> None:
    """The button, and behind it what can be asked."""
    row.new("study", _WIDE, _ask, primary=primary)


def _ask() -> None:
    draft = state.current_draft()
    st.markdown(f"Of the draft, **{as_is(titles.config_title(draft))}**, ask:")
    asked = st.radio(
        "Question",
        [*QUESTIONS, _OWN],
        format_func=lambda one: QUESTIONS[one].title if one in QUESTIONS else "One of my own",
        key=_ASKED,
        label_visibility="collapsed",
    )
    if asked in QUESTIONS:
        st.caption(as_is(QUESTIONS[asked].words))
    else:
        _own()
    st.button(
        "Plan it",
        type="primary",
        key="plan_study",
        help="Nothing is trained before you start it.",
        on_click=page.attempt,
        args=(_plan,),
    )


def _own() -> None:
    factor = st.selectbox("What differs", FACTORS, format_func=lambda one: one.title, key=_FACTOR)
    if factor.choices:
        st.multiselect(
            "Its values", factor.choices, list(factor.choices[:2]), key=f"{_CHOICES}_{factor.path}"
        )
    else:
        st.text_input(
            "Its values",
            placeholder="0.001, 0.003, 0.01",
            key=_VALUES,
            help="Numbers with commas between them. The first is the control.",
        )


def _plan() -> None:
    """Write the study, and show it."""
    draft = state.current_draft()
    record = create_study(_asked(draft))
    row.planned("study", record.id)


def _asked(draft: RunConfig) -> StudyConfig:
    question: Question | None = QUESTIONS.get(state.widget_value(_ASKED))
    if question is not None:
        return question.make(draft, _training_images(draft))
    factor: Factor = state.widget_value(_FACTOR)
    if factor.choices:
        return vary(draft, factor, state.widget_value(f"{_CHOICES}_{factor.path}"))
    return vary(draft, factor, read_values(state.widget_value(_VALUES) or ""))


def _training_images(draft: RunConfig) -> int:
    """About how many; what is not known is one epoch of a thousand steps' worth."""
    try:
        found = find_dataset(draft.dataset.name).sizes.get("train", 0)
    except UserError:
        found = 0
    images = found or 1000 * draft.training.batch_size
    return min(images, draft.dataset.limit or images)
