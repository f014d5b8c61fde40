"""The last runs, a line each with a tiny curve; all of them by a click; and what cannot be read."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from core.figures import vignettes
from core.jobs import launch
from core.reading import is_file, version
from core.runs import Run, Status, UnreadableRun, skim
from pages.session import address, cache, run_list, titles
from pages.widgets import page
from pages.widgets.run_delete import delete_button
from pages.widgets.run_state import state_badge
from pages.widgets.text import (
    as_is,
    as_lines,
    format_count,
    format_learning_rate,
    format_percent,
    format_when,
)

_FIRST = 4
_MORE = 20
_MOST = 1000
_UNREADABLE_SHOWN = 20
# On a phone a run takes two lines of three.
_PHONE = """<style>@media (max-width: 640px) {
.st-key-last_runs [data-testid="stColumn"] {flex: 1 1 28%; min-width: 28%; width: auto}
}
.st-key-last_runs [data-testid="stHorizontalBlock"] {gap: 0.75rem}
.st-key-last_runs img {vertical-align: middle}</style>"""
_COLUMNS = (1.1, 3.6, 1.3, 1.3, 1.5, 1.1)


def last_runs() -> None:
    """Newest first; the shipped one stands last."""
    found = run_list.runs(job=None)
    if not found:
        return
    shown = min(max(address.number("runs") or _FIRST, _FIRST), _MOST)
    st.subheader("Last runs", anchor=False)
    st.html(_PHONE)
    with st.container(border=True, key="last_runs", gap="xsmall"):
        for run in found[:shown]:
            with page.guarded():
                _row(run)
    if len(found) > shown:
        every = len(found) <= shown + _MORE
        count = format_count(len(found))
        st.button(
            f"All {count} runs" if every else f"{_MORE} more of {count} runs",
            icon=":material/expand_more:",
            key="more_runs",
            type="tertiary",
            on_click=address.write,
            args=("runs", str(shown + _MORE)),
        )


def _row(run: Run) -> None:
    config, status = cache.run_config(run), run.status()
    curve, name, condition, outcome, when, open_it = st.columns(
        _COLUMNS, vertical_alignment="center"
    )
    picture, words = _curve(str(run.path), version(run.metrics_path))
    if picture:
        curve.html(f'<img src="{picture}" alt="{words}" width="96" height="28">')
    title = titles.network_title(config.architecture)
    what = f"{as_is(titles.dataset_title(config.dataset.name))} · {as_is(title)}"
    name.markdown(f"**{as_is(run_list.title(run))}**  \n:gray[:small[{what}]]")
    with condition:
        state_badge(status.state)
    outcome.markdown(_outcome(status))
    if run.shipped:
        when.badge("shipped", color="violet", help="It came with ConvScope.")
    else:
        when.markdown(format_when(status.created))
    with open_it:
        target = _page(run, config.job)
        page.link(target, "Open", icon=":material/arrow_forward:", run=run)


def _outcome(status: Status) -> str:
    if status.outcome is not None:
        return f"**{format_percent(status.outcome.test_accuracy)}** :small[of test]"
    if status.range_result is not None and status.range_result.suggestion is not None:
        return f"{format_learning_rate(status.range_result.suggestion, 2)} :small[suggested]"
    return ":small[no result yet]" if status.state.alive else ":small[no result]"


def _page(run: Run, job: str) -> str:
    if job == "range-test":
        return "pages/train/lr_range.py"
    finished = is_file(run.predictions_path)
    return "pages/understand/evaluate.py" if finished else "pages/train/train.py"


@st.cache_data(max_entries=2000, show_spinner=False)
def _curve(path: str, version: str) -> tuple[str, str]:
    """The address of a tiny curve and what it shows; empty where too little was measured."""
    rows = skim(Run(Path(path)).metrics_path)
    seed = rows[0].get("seed") if rows else None  # a range test may have a curve for each
    for kind, figure, good, words in (
        ("epoch", "val_accuracy", True, "Validation accuracy over the epochs"),
        ("tick", "accuracy", True, "Accuracy so far"),
        ("range", "loss", False, "Loss over the learning rate"),
    ):
        values = [
            row[figure]
            for row in rows
            if row["kind"] == kind and figure in row and row.get("seed") == seed
        ]
        if len(values) > 1:
            return vignettes.sparkline(values, good=good), words
    return "", ""


def unreadable_runs() -> None:
    """Records that no page can show: named, with the reason, and a way to be rid of them."""
    found = run_list.unreadable()
    if not found:
        return
    count = "1 record" if len(found) == 1 else f"{format_count(len(found))} records"
    with st.expander(f"{count} cannot be read", icon=":material/unknown_document:"):
        for item in found[:_UNREADABLE_SHOWN]:
            _unreadable_row(item)
        if len(found) > _UNREADABLE_SHOWN:
            st.caption(f"The newest {_UNREADABLE_SHOWN} of {format_count(len(found))}.")


def _unreadable_row(item: UnreadableRun) -> None:
    words, buttons = st.columns([6, 1], vertical_alignment="center")
    words.markdown(f":gray[**{as_is(item.run.id)}**]  \n:gray[:small[{as_lines(item.reason)}]]")
    with buttons:
        if item.run.status().state.alive:
            # It goes on though its configuration was damaged, and no page can show it.
            st.button(
                "Stop",
                key=f"stop_{item.run.id}",
                on_click=page.attempt,
                args=(launch.request_stop, item.run),
            )
        else:
            delete_button(item.run)
