"""Starting a job on the draft, in one row: what would run, a way to change it, the button.

Shared by Train and the range test. Whether it may start is core.jobs.preflight's to say.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import streamlit as st

from core.config import RunConfig
from core.jobs import launch, preflight
from core.jobs.preflight import Preflight
from core.runs import Run
from core.runs.drafts import keep_draft
from pages.session import cache, run_list, state, titles
from pages.widgets import datasets, misfit, page
from pages.widgets.download.weights import offer_weights
from pages.widgets.text import as_is, format_count, format_learning_rate

Job = Literal["train", "range-test"]

_WHAT_A_DRAFT_IS = (
    "The draft is what you are putting together on Design: data, network and how to train it. "
    "It is kept as you change it, and nothing is trained before you start it here."
)


def row(
    draft: RunConfig,
    label: str,
    job: Job,
    *,
    beside: Run | None = None,
    settings: Callable[[], None] | None = None,
) -> None:
    """The draft in a line, a way to change it, and the button that starts the job.

    Args:
        beside: the run that the page shows: its title is not said again.
        settings: draws what else can be set, between the words and the button.
    """
    found = preflight.inspect(draft.model_copy(update={"job": job}))
    with st.container(
        horizontal=True, vertical_alignment="center", gap="small", key=f"start_row_{job}"
    ):
        st.markdown(_words(draft, job, beside), help=_WHAT_A_DRAFT_IS, width="stretch")
        if settings is not None:
            settings()
        page.link("pages/design/design.py", "Change it", icon=":material/tune:")
        st.button(
            label,
            type="primary",
            icon=":material/play_arrow:",
            key=f"start_{job}",
            disabled=found.problem is not None,
            on_click=page.attempt,
            args=(_start, job),
        )
    _say_what_is_in_the_way(draft, found, job)


def _words(draft: RunConfig, job: Job, beside: Run | None) -> str:
    """E.g. "Draft: **Digits** · 20 epochs · batch 64 · Adam at 0.001, one cycle"."""
    shown = cache.run_config(beside) if beside is not None else None
    as_drafted = {"job": draft.job, "title": draft.title}  # a run's own title may have a number
    if shown is not None and shown.model_copy(update=as_drafted) == draft:
        return "The draft is the same as this run."
    title = titles.config_title(draft)
    same_title = shown is not None and titles.config_title(shown) == title
    words = [] if same_title else [f"**{as_is(title)}**"]
    test = draft.range_test
    if job == "range-test":
        ends = f"{format_learning_rate(test.start)} to {format_learning_rate(test.end)}"
        words.append(f"{ends} in {format_count(test.iterations)} iterations")
        if test.seeds > 1:
            words.append(f"{test.seeds} seeds")
    else:
        training = draft.training
        epochs = f"{format_count(training.epochs)} epoch{'s' if training.epochs != 1 else ''}"
        words += [epochs, f"batch {format_count(training.batch_size)}"]
    words.append(f"learning rate {titles.learning_rates(draft.schedule)}")
    return f"Draft: {' · '.join(words)}"


def _start(job: Job) -> None:
    """Start the draft as it is now, and select the run.

    Asked before the page is drawn anew, in a callback: what interrupts the drawing cannot
    lose the click.

    Raises:
        UserError: the draft cannot be started as it is.
    """
    launch_and_select(state.current_draft().model_copy(update={"job": job}))
    keep_draft(state.draft_id())


def launch_and_select(config: RunConfig) -> None:
    """Raises UserError where it cannot be started."""
    preflight.check(config)  # something may have changed since the page was drawn
    title = titles.config_title(config)  # else runs without one could not be told apart
    run = launch.start(config.model_copy(update={"title": title}))
    run_list.select(run.id)


def _say_what_is_in_the_way(draft: RunConfig, found: Preflight, job: Job) -> None:
    if found.info is not None and found.needs_download:
        datasets.offer_download(found.info, job)
    elif found.problem is not None and found.problem is found.network_problem:
        misfit.offer(found, job)
    elif found.missing_base is not None and found.problem is found.weights_problem:
        offer_weights(found.missing_base, job)
    elif found.problem is not None:
        page.show_error(found.problem)
