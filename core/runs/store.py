"""The runs folder: create, list, open, delete run records.

Knows nothing of what is inside a record.
"""

from __future__ import annotations

import os
import re
import secrets
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

from core.config import RunConfig
from core.errors import RunError
from core.runs.record import Run
from core.runs.status import Status


def runs_folder(given: str | os.PathLike[str] | None = None) -> Path:
    """Where runs live: the folder given, else CONVSCOPE_RUNS, else `runs`."""
    return Path(given or os.environ.get("CONVSCOPE_RUNS") or "runs").expanduser().absolute()


def create_run(config: RunConfig, folder: Path | None = None) -> Run:
    """Make a run directory with its configuration and a status of `queued`."""
    folder = folder or runs_folder()
    stamp = time.strftime("%Y%m%d-%H%M%S")
    label = _slug(f"{config.dataset.name}-{config.architecture.name}")
    if config.job == "range-test":
        label = f"range-{label}"
    path = folder / f"{stamp}-{label}-{secrets.token_hex(2)}"
    # Filled under a hidden name first, so that a list never meets half a record.
    new = Run(folder / f".new-{path.name}")
    new.path.mkdir(parents=True)
    new.config_path.write_text(config.to_json() + "\n", encoding="utf-8")
    now = time.time()
    new.write_status(Status(created=now, heartbeat=now, epochs=config.training.epochs))
    new.lock_path.touch()
    new.path.rename(path)
    return Run(path)


def open_run(run_id: str, folder: Path | None = None) -> Run:
    """The run of that id, or at that path.

    Raises:
        RunError: there is none.
    """
    folder = folder or runs_folder()
    for path in (folder / run_id, Path(run_id)):
        run = Run(path.absolute())
        if run_id and path.name and run.config_path.is_file():
            return run
    raise RunError(f"There is no run {run_id!r} under {folder}.")


def list_runs(folder: Path | None = None) -> list[Run]:
    """Every whole run record, newest first."""
    folder = folder or runs_folder()
    return sorted(_records(folder), key=lambda run: run.id, reverse=True)


def _records(folder: Path) -> Iterator[Run]:
    if not folder.is_dir():
        return
    for path in folder.iterdir():
        run = Run(path)
        if not path.name.startswith(".") and run.config_path.is_file():
            yield run


def delete_run(run: Run) -> None:
    """Remove a run for good.

    Raises:
        RunError: its worker is alive.
    """
    if run.status().state.alive:
        raise RunError(f"Run {run.id} is still at work.", "Stop it first, then delete it.")
    # Renamed first, so that a removal cut short never leaves half a record in the list.
    hidden = run.path.with_name(f".deleted-{run.id}")
    run.path.rename(hidden)
    shutil.rmtree(hidden)


def _slug(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")[:40]
