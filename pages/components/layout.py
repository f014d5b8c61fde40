"""What every page looks like: header, empty state, errors as sentences, number formats.

Knows nothing of any one page.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import streamlit as st
from streamlit.runtime.pages_manager import PagesManager

from core.config import ConfigError
from core.data.errors import DatasetError
from core.models.errors import ModelError
from core.photo import PhotoError
from core.runs import Run, RunError, Status
from pages.components import cache, state

_CLEAR_ERRORS = (ConfigError, DatasetError, ModelError, PhotoError, RunError)
_ROUTER = Path(__file__).resolve().parents[2] / "app.py"
DASH = "–"


def header(title: str, purpose: str) -> None:
    """The page's title and what it is for, in one line."""
    _through_router()
    st.title(title, anchor=False)
    st.caption(purpose)


def _through_router() -> None:
    """Run app.py in place of a page that was opened without it.

    Until a process has called st.navigation once, Streamlit takes a folder named `pages` for
    a multipage app of the old kind: the address of a page, refreshed after a restart, would
    run that page alone. A rerun instead of this would lose a click.
    """
    if PagesManager.uses_pages_directory:
        exec(compile(_ROUTER.read_bytes(), str(_ROUTER), "exec"), {"__name__": "__main__"})
        st.stop()


def empty_state(message: str, page: str, label: str) -> None:
    """Nothing to show yet: why, and a link to what to do first. `page` as in "pages/train.py"."""
    with st.container(border=True, horizontal_alignment="center", key=f"empty_{page}"):
        st.markdown(f":material/inbox: &ensp;{message}", width="content")
        link(page, label, icon=":material/arrow_forward:")


def link(page: str, label: str, icon: str | None = None) -> None:
    """A link to another page that keeps the draft and the selected run."""
    st.page_link(page, label=label, icon=icon, query_params=state.address())


@contextmanager
def guarded() -> Iterator[None]:
    """Shows the errors that have words for a person in place of a traceback."""
    try:
        yield
    except _CLEAR_ERRORS as error:
        st.error(str(error), icon=":material/error:")


def run_picker(candidates: Sequence[Run], key: str, label: str = "Run") -> Run | None:
    """Choose one of the runs; the choice holds on every page. None where there is none."""
    chosen = state.selected_run(candidates)
    if chosen is None:
        return None
    ids = [run.id for run in candidates]
    by_id = dict(zip(ids, candidates, strict=True))
    state.show_in_widget(key, chosen.id)

    def choose() -> None:
        # Streamlit finds an option by its label, and gives the label where none has it now.
        wanted = state.widget_value(key)
        if wanted in by_id:
            state.select_run(wanted)

    st.selectbox(
        label, ids, key=key, on_change=choose, format_func=lambda item: run_title(by_id[item])
    )
    return chosen


def run_title(run: Run) -> str:
    """What tells runs apart: "digits · compact · 97.8 % · 22 Nov 14:02".

    Nothing in it moves while a run goes on: a list of choices is known by its labels.
    """
    status = run.status()
    try:
        config = cache.run_config(run)
    except ConfigError:
        return run.id
    name = config.title or f"{config.dataset.name} · {config.architecture.name}"
    moment = time.localtime(status.created)
    parts = [name, _outcome(status), f"{moment.tm_mday} {time.strftime('%b %H:%M', moment)}"]
    return " · ".join(part for part in parts if part)


def _outcome(status: Status) -> str:
    """Test accuracy, or the learning rate that a range test suggests; empty before."""
    if status.result.get("test_accuracy") is not None:
        return percent(status.result["test_accuracy"])
    if status.result.get("suggestion") is not None:
        return f"suggests {rate(status.result['suggestion'])}"
    return ""


def progress_of(status: Status) -> float:
    """Steps done over steps planned, 0 to 1."""
    return min(status.step / status.steps, 1.0) if status.steps else 0.0


def count(value: float) -> str:
    """2168362 -> "2,168,362"."""
    return f"{value:,.0f}"


def percent(fraction: float | None, digits: int = 1) -> str:
    """0.978 -> "97.8 %"."""
    return DASH if fraction is None else f"{100 * fraction:.{digits}f} %"


def rate(value: float) -> str:
    """A learning rate: 0.001 -> "0.001", 0.00001 -> "1e-05"."""
    return f"{value:.3g}"


def size(number: float) -> str:
    """Bytes in words: 139362848 -> "139 MB"."""
    for unit in ("B", "kB", "MB"):
        if number < 1000:
            return f"{number:.0f} {unit}"
        number /= 1000
    return f"{number:.1f} GB"


def duration(seconds: float | None) -> str:
    """95 -> "1 min 35 s"."""
    if seconds is None:
        return DASH
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60:02d} s"
    return f"{whole // 3600} h {whole % 3600 // 60:02d} min"


def when(moment: float, now: float | None = None) -> str:
    """A time as a person says it: "5 min ago", "yesterday 14:02", "3 Mar 2026"."""
    now = time.time() if now is None else now
    local, today = time.localtime(moment), time.localtime(now)
    if now - moment < 60:
        return "just now"
    if now - moment < 3600:
        return f"{int((now - moment) // 60)} min ago"
    if local[:3] == today[:3]:
        return f"today {time.strftime('%H:%M', local)}"
    if local[:3] == time.localtime(now - 86_400)[:3]:
        return f"yesterday {time.strftime('%H:%M', local)}"
    return f"{local.tm_mday} {time.strftime('%b %Y', local)}"
