"""Choosing one of the runs; the choice holds on every page.

A popover with a field to search and a line a run, as one st.components.v2 component
(run_picker.js). What is chosen is a run's id, so that runs of one name stay apart.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import streamlit as st

from core.errors import ConfigError
from core.reading import one_line
from core.runs import Run, Status
from pages.session import cache, run_list, state, thumbnails, titles
from pages.widgets.run_state import LOOKS
from pages.widgets.text import as_is, format_count, format_learning_rate, format_percent

_MOST = 200  # runs in the list; the newest
_PICTURES = 5
_HERE = Path(__file__).parent
_MOUNT = st.components.v2.component(
    "convscope.run_picker",
    html='<div class="convscope-runs"></div>',
    css=(_HERE / "run_picker.css").read_text(encoding="utf-8"),
    js=(_HERE / "run_picker.js").read_text(encoding="utf-8"),
)


def run_picker(candidates: Sequence[Run], key: str) -> Run | None:
    """Choose one of the runs; the choice holds on every page. None where there is none."""
    chosen = run_list.selected(candidates)
    if chosen is None:
        return None
    # A fragment, so that opening the list draws nothing else anew.
    st.fragment(_popover)(candidates, chosen, key)
    return chosen


def _popover(candidates: Sequence[Run], chosen: Run, key: str) -> None:
    if run_list.selected(candidates) != chosen:
        st.rerun(scope="app")  # another was chosen in the list
    opened = f"{key}_open"
    words = [run_list.title(chosen), outcome(chosen.status())]
    popover = st.popover(
        as_is(" · ".join(word for word in words if word)),
        icon=":material/deployed_code:",
        key=opened,
        on_change="rerun",
        help="Choose another run",
        wrap=False,
    )
    if not popover.open:  # a line a run costs a look at each record
        return

    def choose() -> None:
        picked = state.widget_value(key).picked
        if picked in {run.id for run in candidates}:
            run_list.select(picked)
        state.close(opened)

    with popover:
        _MOUNT(key=key, data=_data(candidates, chosen), on_picked_change=choose)
        if len(candidates) > _MOST:
            st.caption(f"The newest {_MOST} of {format_count(len(candidates))}.")


def _data(candidates: Sequence[Run], chosen: Run) -> dict[str, Any]:
    runs = [_line(run) for run in candidates[:_MOST]]
    pictures = {
        name: thumbnails.thumbnails(name, _PICTURES) for name in {run["pictures"] for run in runs}
    }
    return {"runs": runs, "pictures": pictures, "chosen": chosen.id}


def _line(run: Run) -> dict[str, str]:
    """What tells runs apart, in plain text."""
    status = run.status()
    look = LOOKS[status.state]
    try:
        config = cache.run_config(run)
        pictures, network = config.dataset.name, titles.network_title(config.architecture)
        data = titles.dataset_title(config.dataset.name)
    except ConfigError:  # it was damaged while the list was made
        pictures = network = data = ""
    moment = time.localtime(status.created)
    return {
        "id": run.id,
        "title": one_line(run_list.title(run)),
        "what": one_line(f"{data} · {network}"),
        "state": look.label,
        "colour": look.colour,
        "outcome": outcome(status),
        "when": f"{moment.tm_mday} {time.strftime('%b %Y, %H:%M', moment)}",
        "pictures": pictures,
    }


def outcome(status: Status) -> str:
    """Test accuracy, or the learning rate that a range test suggests; empty before."""
    if status.outcome is not None:
        return format_percent(status.outcome.test_accuracy)
    if status.range_result is not None and status.range_result.suggestion is not None:
        return f"suggests {format_learning_rate(status.range_result.suggestion, 2)}"
    return ""


def run_title(run: Run) -> str:
    """A run in one line, such as "Digits in half a minute · 97.8 % · 22 Nov 14:02"."""
    status = run.status()
    moment = time.localtime(status.created)
    when = f"{moment.tm_mday} {time.strftime('%b %H:%M', moment)}"
    words = [run_list.title(run), outcome(status), when]
    return " · ".join(word for word in words if word)
