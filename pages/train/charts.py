"""The curves of a run: loss and accuracy side by side, learning rate and speed one click away.

How they are looked at, smoothed or on a logarithmic axis, holds for the session. Knows
nothing of how a run is doing beyond how many epochs it spans.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import streamlit as st

from core.config import RunConfig, highest_momentum
from core.figures import curves
from core.runs import Run, State, Status
from core.training.lr_suggestion import smooth
from pages.session import state
from pages.widgets.live_charts import Chart, live_charts

Rows = list[dict[str, Any]]
_Figure = Callable[..., dict[str, Any]]

_MAIN: Mapping[str, _Figure] = {
    "Loss over epochs": curves.loss_figure,
    "Accuracy over epochs": curves.accuracy_figure,
}
_MORE: Mapping[str, _Figure] = {
    "Learning rate over epochs": curves.learning_rate_figure,
    "Images per second over epochs": curves.throughput_figure,
}
_SMOOTHING, _LOG = "curve_smoothing", "curve_log_axis"
_FEW = 3  # points from which on a line is a curve


def worth_showing(status: Status, rows: Rows) -> bool:
    """A run that ended before there was a curve has none to show.

    One that starts has its axes: what draws them is loaded in the browser meanwhile.
    """
    if status.state.alive:
        return bool(rows) or status.state is State.RUNNING
    ticks = sum(row["kind"] == "tick" for row in rows)
    return ticks >= _FEW or any(row["kind"] == "epoch" for row in rows)


def show(run: Run, config: RunConfig, status: Status, rows: Rows) -> None:
    """Both main charts."""
    _draw(_MAIN, f"charts_{run.id}", rows, _view(config, status), 290, _revision(status, rows))


def more(run: Run, config: RunConfig, status: Status, rows: Rows) -> None:
    """What changes the look of the charts, and the others in an expander."""
    _controls()
    others = st.expander(
        "More charts",
        icon=":material/show_chart:",
        key=f"more_charts_{run.id}",
        on_change="rerun",
    )
    if others.open:  # closed they would cost time at each look and show nothing
        with others:
            view, revision = _view(config, status), _revision(status, rows)
            _draw(_MORE, f"more_{run.id}", rows, view, 200, revision)


def _revision(status: Status, rows: Rows) -> object:
    newest = rows[-1].get("time") if rows else None
    return (len(rows), newest, status.state, *_look())


def _draw(
    figures: Mapping[str, _Figure],
    key: str,
    rows: Rows,
    view: curves.View,
    height: int,
    revision: object,
) -> None:
    charts = [Chart(label, partial(draw, rows, view), height) for label, draw in figures.items()]
    live_charts(charts, key, revision)


def _view(config: RunConfig, status: Status) -> curves.View:
    smoothing, log_y = _look()
    # Of a run that stopped early what it reached; all others may still go on.
    finished = status.state is State.FINISHED
    return curves.View(
        epochs=status.epoch if finished else status.epochs,
        log_y=log_y,
        smooth=partial(smooth, beta=smoothing) if smoothing else None,
        validation="Test images" if config.validates_on_test else "Validation",
        fine_tuned_from=config.training.frozen_epochs,
        momentum=highest_momentum(config.schedule) is not None,
    )


def _look() -> tuple[float, bool]:
    """How smooth and whether logarithmic, as it was last asked for."""
    return float(state.kept(_SMOOTHING) or 0.0), state.kept(_LOG) == "yes"


def _controls() -> None:
    smoothing, log_y = _look()
    with st.container(horizontal=True, vertical_alignment="center", gap="medium", key="curve_look"):
        state.show_in_widget(_SMOOTHING, smoothing)
        st.markdown(
            "Smoothing",
            width="content",
            help="Of the thin line, training as it goes: each point is averaged with those before "
            "it, which count for less the longer ago they are. 0 shows what was measured.",
        )
        st.slider(
            "Smoothing",
            0.0,
            0.99,
            step=0.01,
            width=220,
            key=_SMOOTHING,
            label_visibility="collapsed",
            on_change=_keep,
            args=(_SMOOTHING,),
        )
        state.show_choice(_LOG, log_y)
        st.toggle(
            "Logarithmic axis",
            key=_LOG,
            help="For loss and learning rate: equal distances are equal factors.",
            on_change=_keep,
            args=(_LOG,),
        )


def _keep(name: str) -> None:
    """A widget's own value goes with the page; this holds for the session."""
    value = state.widget_value(name)
    state.set_kept(name, "yes" if value is True else str(value or ""))
