"""Training of the draft: optimizer, learning rate and its schedule, length, what is kept."""

from __future__ import annotations

from typing import Any

import streamlit as st

from core.config import RunConfig
from core.jobs.preflight import Preflight
from pages.design.training import advanced, fine_tuning, optimizer, schedule
from pages.widgets.form import Form

_MONITORS = {"val_loss": "Validation loss", "val_accuracy": "Validation accuracy"}
_STOP_EARLY = {"training.early_stopping": {"monitor": "val_loss", "patience": 5}}


def show(draft: RunConfig, plan: Preflight) -> None:
    form = Form(draft)
    left, right = st.columns(2, gap="large")
    with left:
        _length(draft, form)
        fine_tuning.show(draft, form)
        optimizer.show(draft, form)
    with right:
        schedule.show(draft, form)
    advanced.show(draft, form)


def _length(draft: RunConfig, form: Form) -> None:
    epochs, batch = st.columns(2)
    with epochs:
        form.integer(
            "Epochs",
            "training.epochs",
            1,
            10_000,
            help="How often the network sees every training image.",
        )
    with batch:
        form.integer(
            "Batch size",
            "training.batch_size",
            1,
            8192,
            step=16,
            help="A batch is the images that one step learns from. Larger ones are faster and "
            "need more memory.",
        )
    stops = form.switch(
        "Stop early",
        "training.early_stopping",
        on=_STOP_EARLY,
        off=_run_to_the_end(draft),
        help="Ends the run when validation has not improved for some epochs.",
    )
    if stops:
        monitor, patience = st.columns(2)
        with monitor:
            form.choice("Watch", "training.early_stopping.monitor", _MONITORS)
        with patience:
            form.integer("Patience in epochs", "training.early_stopping.patience", 1, 1000)


def _run_to_the_end(draft: RunConfig) -> dict[str, Any]:
    """What was kept by early stopping is then the best by what it monitored."""
    training = draft.training
    if training.keep != "early_stopping":
        return {"training.early_stopping": None}
    return {"training.keep": f"best_{training.keep_monitor}", "training.early_stopping": None}
