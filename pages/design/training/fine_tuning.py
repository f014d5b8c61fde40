"""Fine-tuning of a base that others trained: whether, after how long, how far each step goes."""

from __future__ import annotations

from typing import Any

import streamlit as st

from core.config import RunConfig, highest
from pages.widgets.form import Form

_PATH = "training.fine_tuning"
_FROZEN = 5  # epochs, of a first one
_LOWER = 100.0  # times, its first learning rate


def show(draft: RunConfig, form: Form) -> None:
    """Nothing where there is no base."""
    if draft.architecture.base is None:
        return
    tunes = form.switch(
        "Fine-tune the base",
        _PATH,
        on=_first(draft),
        off={_PATH: None},
        help="Off: the base stays as it is, and only the new layers train. On: after some epochs "
        "the base trains, too, in small steps, but for its batch normalization. The schedule "
        "begins anew then. Stopping early waits for it, and counts from there.",
    )
    if tunes:
        frozen, lr = st.columns(2)
        with frozen:
            form.integer(
                "Epochs before that",
                f"{_PATH}.frozen_epochs",
                1,
                9_999,
                help="In these the base is left alone: new layers' first errors would spoil it.",
            )
        with lr:
            form.learning_rate(
                "Learning rate of fine-tuning",
                f"{_PATH}.learning_rate",
                help="The highest that the schedule comes to while it fine-tunes; mostly a "
                "hundredth of the first or less.",
            )


def _first(draft: RunConfig) -> dict[str, Any]:
    """Some epochs for either."""
    epochs = max(draft.training.epochs, 2)
    lr = float(f"{max(highest(draft.schedule) / _LOWER, 1e-8):.2g}")
    first = {"frozen_epochs": min(_FROZEN, epochs // 2), "learning_rate": lr}
    return {"training.epochs": epochs, _PATH: first}
