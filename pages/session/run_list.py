"""Which runs there are for a page, which of them is selected, and which is at work."""

from __future__ import annotations

from collections.abc import Sequence

from core.errors import ConfigError, readable
from core.jobs import queue
from core.reading import is_file
from core.runs import (
    Run,
    State,
    UnreadableRun,
    list_runs,
    list_shipped,
    list_unreadable,
    runs_folder,
)
from pages.session import address, cache, state, titles


def runs(
    job: str | None = "train", *, with_predictions: bool = False, with_model: bool = False
) -> list[Run]:
    """Records of that job that can be read, newest first; None for every job.

    The shipped one stands last, so that it is shown where there is none of one's own.
    """
    return [
        run
        for run in (*list_runs(), *list_shipped())
        if (found := _job(run)) is not None
        and job in (None, found)
        and (not with_predictions or is_file(run.predictions_path))
        and (not with_model or is_file(run.model_path))
    ]


def unreadable() -> list[UnreadableRun]:
    """Records that no page can show, newest first, each with the reason."""
    found = list_unreadable()
    for run in list_runs():
        try:
            cache.run_config(run)
        except ConfigError as error:
            words = str(error).rstrip(".")
            found.append(UnreadableRun(run, f"Its config.json cannot be used: {words}."))
    return sorted(found, key=lambda item: item.run.id, reverse=True)


def selected(candidates: Sequence[Run]) -> Run | None:
    """The run asked for where it is a candidate, else the newest candidate.

    What is shown stands in the address, so that a refresh shows it again. A run that is
    no candidate here (still training, say) stays selected for the pages where it is one.
    """
    by_id = {run.id: run for run in candidates}
    chosen = by_id.get(state.run_id() or "") or by_id.get(address.run_id())
    chosen = chosen or (candidates[0] if candidates else None)
    if chosen is not None:
        address.write_run(chosen.id)
    return chosen


def select(run_id: str) -> None:
    """Make this the run that every page shows."""
    state.set_run_id(run_id)
    address.write_run(run_id)


def at_work() -> Run | None:
    """The run whose worker is training, else the first that waits its turn.

    Two locks say whether there is any, so that a thousand old runs cost a page nothing.
    """
    if queue.device_is_busy(runs_folder()):
        return next((run for run in list_runs() if run.status().state is State.RUNNING), None)
    return next(iter(queue.waiting(runs_folder())), None)


def title(run: Run) -> str:
    """The run's title, or its id where its configuration cannot be read."""
    try:
        return titles.config_title(cache.run_config(run))
    except ConfigError:
        return readable(run.id)


def _job(run: Run) -> str | None:
    try:
        return cache.run_config(run).job
    except ConfigError:
        return None  # it is among the unreadable
