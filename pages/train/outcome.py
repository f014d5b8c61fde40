"""What came of a run that has ended, in a sentence, and where to go from there."""

from __future__ import annotations

import streamlit as st

from core.config import RunConfig
from core.errors import RunError
from core.runs import Run, State, Status, TrainingResult
from core.runs.drafts import new_draft_id
from core.training import failures
from pages.session import address, state, titles
from pages.train.charts import Rows
from pages.widgets import page
from pages.widgets.text import (
    DASH,
    as_is,
    format_count,
    format_duration,
    format_learning_rate,
    format_percent,
)

_KEPT = {
    "last": "the last",
    "best_val_accuracy": "the one with the best validation accuracy",
    "best_val_loss": "the one with the lowest validation loss",
    "early_stopping": "the best by what early stopping looks at",
}


def show(run: Run, config: RunConfig, status: Status) -> None:
    """How it ended; whatever went wrong comes with the way out that fits."""
    if status.state is State.FAILED and status.lost_learning_rate is not None:
        page.show_error(status.error)
        lower_draft(run, config, status)
    elif status.state in (State.FAILED, State.CRASHED):
        went_wrong(status, "Resume goes on from its last checkpoint.")
    elif status.outcome is not None:
        _result(run, status, status.outcome)
    else:
        _without_result(status)


def went_wrong(status: Status, crashed: str) -> None:
    """Why a run ended before its time.

    Args:
        crashed: what to do where its worker is gone without a word.
    """
    if status.state is State.FAILED:
        text = f"{status.error} {status.advice}".strip()
        page.show_error(text or "The worker failed. The log says more.")
    elif status.state is State.CRASHED:
        reason = status.error or "Its worker ended without a word."
        page.show_error(f"This run crashed. {reason} {crashed}")


def lower_draft(run: Run, config: RunConfig, status: Status) -> None:
    """One click makes a new draft of the run, with a tenth of its learning rates or less.

    To resume such a run would only repeat what ended it.
    """
    frozen = config.training.frozen_epochs
    fine_tuned = frozen is not None and status.epoch >= frozen
    lower = failures.lowered(config, fine_tuned=fine_tuned)
    wanted = lower.model_copy(update={"title": _own_title(config)})
    tuning = lower.training.fine_tuning if fine_tuned else None
    lr = (
        format_learning_rate(tuning.learning_rate)
        if tuning is not None
        else titles.learning_rates(lower.schedule)
    )
    there = state.current_draft() == wanted
    of_what = "learning rate of fine-tuning" if fine_tuned else "learning rate"
    with st.container(horizontal=True, vertical_alignment="center", key="way_out"):
        st.button(
            f"The draft has a {of_what} of {lr}"
            if there
            else f"New draft with a lower {of_what}: {lr}",
            key=f"lower_{run.id}",
            icon=":material/check:" if there else ":material/south_east:",
            type="primary",
            disabled=there,
            on_click=page.attempt,
            args=(_begin_draft, wanted),
        )
        if not fine_tuned:  # a range test leaves the base as it is
            page.link(
                "pages/train/lr_range.py",
                "Find one by a range test",
                icon=":material/troubleshoot:",
            )


def _own_title(config: RunConfig) -> str:
    """Empty where the title was made of data and network, which the draft may change."""
    untitled = config.model_copy(update={"title": ""})
    return "" if config.title.startswith(titles.config_title(untitled)) else config.title


def _begin_draft(config: RunConfig) -> None:
    """A draft of its own: what was drafted before stays under its own id."""
    state.set_draft_id(new_draft_id())
    state.update_draft(config)
    address.write("draft", state.draft_id())
    st.rerun()  # all of the page: what is to be started stands outside of what is watched


def _result(run: Run, status: Status, result: TrainingResult) -> None:
    words, links = st.columns([5, 6], vertical_alignment="center")
    words.markdown(f"**{format_percent(result.test_accuracy)}** {_sentence(run, status, result)}")
    with links, st.container(horizontal=True, horizontal_alignment="right"):
        page.link("pages/understand/evaluate.py", "Evaluate", icon=":material/grid_on:")
        page.link("pages/understand/mistakes.py", "Mistakes", icon=":material/rule:")
        page.link("pages/understand/feature_maps.py", "Feature maps", icon=":material/layers:")
        page.link("pages/use/classify.py", "Classify a photo", icon=":material/add_a_photo:")
    if result.note:
        st.warning(as_is(result.note), icon=":material/warning:")


def _sentence(run: Run, status: Status, result: TrainingResult) -> str:
    """E.g. "of 360 test images are right, after 20 epochs in 11 s."."""
    try:
        images = run.dataset().sizes.get("test")
    except RunError:  # the record of the data is damaged: what it came to is still true
        images = None
    of = f"of {format_count(images)} test images" if images else "of the test images"
    after = f"after {_epochs(status.epoch)} in {format_duration(result.seconds)}"
    words = f"{of} are right, {after}."
    if result.one_view_accuracy is not None:
        at_once = format_percent(result.one_view_accuracy)
        words = f"{of} are right, {at_once} at one look, {after}."
    if status.early_stopped:
        return f"{words} It stopped early, of {status.epochs} planned: it got no better."
    if status.state is State.STOPPED:
        return f"{words} It was stopped, of {status.epochs} planned."
    return words


def _epochs(count: int) -> str:
    return f"{format_count(count)} epoch" + ("" if count == 1 else "s")


def _without_result(status: Status) -> None:
    """Paused, or stopped before there was anything to judge."""
    if status.state is State.PAUSED:
        st.progress(
            status.fraction_done,
            text=f"Paused: {status.place}. Resume goes on exactly there; the device is free.",
        )
    else:
        st.info("This run was stopped before it had learned anything.", icon=":material/info:")


def numbers(config: RunConfig, status: Status, result: TrainingResult, rows: Rows) -> None:
    """What a run came to, in one row."""
    measured = [row.get("val_accuracy") or 0.0 for row in rows if row["kind"] == "epoch"]
    with st.grid(6, min_column_width=135, gap="small"):
        st.metric("Test accuracy", format_percent(result.test_accuracy))
        st.metric("Best validation", format_percent(max(measured, default=None)))
        st.metric(
            "Kept epoch",
            format_count(result.best_epoch or status.epoch),
            help=f"The model has the weights of this epoch, {_KEPT[config.training.keep]}. "
            "All answers that are shown of this run are that model's.",
        )
        st.metric("Training time", format_duration(result.seconds))
        st.metric("Images/s", speed(status, rows))
        st.metric("Parameters", format_count(result.parameters))


def speed(status: Status, rows: Rows) -> str:
    """Images a second, in words: now while training, else over all epochs."""
    key = "images_per_second"
    epochs = [row[key] for row in rows if row["kind"] == "epoch" and key in row]
    if status.state.alive or not epochs:
        return format_count(status.images_per_second) if status.images_per_second else DASH
    return format_count(sum(epochs) / len(epochs))
