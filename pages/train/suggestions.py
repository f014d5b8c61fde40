"""What a range test suggests: the recommended rate above the curve, all of them below it.

Knows nothing of how they are found; what is taken over goes into the draft.
"""

from __future__ import annotations

import streamlit as st

from core.config import RangeTestConfig, ScheduleConfig, apply_changes
from core.runs import RangeTestResult, RateSuggestion, Run
from core.training.lr_suggestion import adopt, is_adopted
from pages.session import cache, state, titles
from pages.train import start_panel
from pages.widgets import page
from pages.widgets.text import as_is, format_count, format_learning_rate

_OLD_NAME = "Suggested"  # in records of the versions before, which had one


def of(result: RangeTestResult) -> tuple[RateSuggestion, ...]:
    """All of them; of a record of a version before the one that it has."""
    if result.suggestions or result.suggestion is None:
        return result.suggestions
    only = RateSuggestion(name=_OLD_NAME, learning_rate=result.suggestion, why=result.reason)
    return (only,)


def recommended(result: RangeTestResult) -> str:
    """The name of the recommended one; empty where there is none."""
    return result.recommended or (_OLD_NAME if result.suggestion is not None else "")


def panel(run: Run, result: RangeTestResult) -> None:
    """The learning rate that is recommended and why, or why there is none."""
    best = next((one for one in of(result) if one.name == recommended(result)), None)
    if best is None:
        words = f"No suggestion. {as_is(result.reason)} {_ended(result)}"
        with st.container(horizontal=True, vertical_alignment="center"):
            st.warning(words, icon=":material/warning:", width="stretch")
            if result.instead is not None:
                _try(run, result.instead)
        return
    number, why, buttons = st.columns([2, 4.5, 3.5], vertical_alignment="center")
    number.metric("Recommended learning rate", best.in_words)
    drafted = titles.learning_rates(state.current_draft().schedule)
    why.markdown(f"{as_is(result.reason)} {_good_to_use(result)} **The draft uses {drafted}.**")
    with buttons, st.container(horizontal=True, horizontal_alignment="right"):
        rate = best.in_words
        _button(run, best, f"Use {rate} in the draft", f"{rate} is in the draft", best=True)
        page.link("pages/train/train.py", "On to Train", icon=":material/arrow_forward:")


def _try(run: Run, instead: RangeTestConfig) -> None:
    """One click starts another test of the same."""
    tested = cache.run_config(run).range_test
    changed = []
    if instead.spacing != tested.spacing:
        changed.append(f"{instead.spacing} steps")
    if instead.start != tested.start:
        changed.append(f"from {format_learning_rate(instead.start)}")
    if instead.iterations != tested.iterations:
        changed.append(f"{format_count(instead.iterations)} iterations")
    st.button(
        f"Test again: {', '.join(changed)}",
        icon=":material/play_arrow:",
        on_click=page.attempt,
        args=(_test_anew, run, instead),
        key=f"instead_{run.id}",
    )


def _test_anew(run: Run, instead: RangeTestConfig) -> None:
    """Of what was tested, whatever is drafted by now; a draft of the same gets the settings, too.

    Raises UserError where it cannot be started.
    """
    tested, draft = cache.run_config(run), state.current_draft()
    start_panel.launch_and_select(tested.model_copy(update={"range_test": instead}))
    unlike = {"range_test": tested.range_test, "job": tested.job, "title": tested.title}
    if draft.model_copy(update=unlike) == tested:
        _draft("range_test", instead)
    st.rerun()  # all of the page, which now shows the new test


def table(run: Run, result: RangeTestResult) -> None:
    """A row for each, its name and rate, a sentence, a button; and how far the test came.

    A rule that says none has its row before them, with the reason: most lie at the lower end.
    """
    if len(of(result)) < 2:
        return
    with st.container(gap="xxsmall"):
        _rows(run, result)
    st.caption(_ended(result))


def _rows(run: Run, result: RangeTestResult) -> None:
    for rule in result.refused:
        st.markdown(f"**{as_is(rule.name)}** &ensp; none  \n:gray[:small[{as_is(rule.why)}]]")
    for one in of(result):
        with st.container(horizontal=True, vertical_alignment="center", wrap=False):
            badge = " :green-badge[recommended]" if one.name == recommended(result) else ""
            st.markdown(
                f"**{as_is(one.name)}** &ensp; {one.in_words}{badge}  \n"
                f":gray[:small[{as_is(one.why)}]]",
                width="stretch",
            )
            _button(run, one, "Use", "In the draft", best=False)


def _button(run: Run, one: RateSuggestion, offer: str, taken: str, *, best: bool) -> None:
    """One click puts it into the draft."""
    there = is_adopted(state.current_draft().schedule, one)
    st.button(
        taken if there else offer,
        type="primary" if best else "secondary",
        icon=":material/check:" if there else ":material/edit_note:",
        disabled=there,
        on_click=page.attempt,
        args=(_use, one),
        key=f"use_{'best' if best else one.name}_{run.id}",
    )


def _use(one: RateSuggestion) -> None:
    """Raises ConfigError where the schedule's other rates would leave what is allowed."""
    _draft("schedule", adopt(state.current_draft().schedule, one))
    st.rerun()  # all of the page: the draft stands outside of what is watched too


def _draft(section: str, value: RangeTestConfig | ScheduleConfig) -> None:
    changes = [(section, value.model_dump(mode="json"))]
    state.update_draft(apply_changes(state.current_draft(), changes))


def _good_to_use(result: RangeTestResult) -> str:
    if result.good is None:
        return ""
    low, high = (format_learning_rate(end, 2) for end in result.good)
    return f"Good to use, shaded: {low} to {high}."


def _ended(result: RangeTestResult) -> str:
    """How far the test came, and of how many seeds."""
    if result.seeds > 1:
        return (
            f"Judged by the mean of {result.seeds} seeds, over the rates that all of them reached."
        )
    words = f"The test stopped at iteration {format_count(result.stopped_at)}"
    return f"{words} because the loss diverged." if result.diverged else f"{words}."
