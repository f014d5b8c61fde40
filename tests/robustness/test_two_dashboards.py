"""Two dashboards over one runs folder, and what people ask for at the same moment."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from core.files import is_locked, lock_exclusively
from core.jobs import launch, queue
from core.runs import Run, State, create_run, list_runs, list_unreadable
from tests.conftest import ROOT
from tests.jobs.helpers import small_config
from tests.jobs.parent import Parent
from tests.pages.opening import healthy, open_page
from tests.robustness.looking import TITLES, is_sentence

pytestmark = [pytest.mark.timeout(900), pytest.mark.patient]


@pytest.fixture
def dashboards(runs_folder: Path, tmp_path: Path) -> Iterator[tuple[Parent, Parent]]:
    """Two servers over one runs folder, whose device is taken, so that workers only wait."""
    both = Parent(runs_folder, tmp_path / "one.log"), Parent(runs_folder, tmp_path / "other.log")
    with lock_exclusively(queue.device_lock(runs_folder)):
        try:
            for server in both:
                server.start()
            yield both
        finally:
            for server in both:
                server.kill()
            for run in list_runs(runs_folder):
                if run.status().state.alive:
                    launch.request_stop(run)
                    launch.wait(run, 60)


def _answers(dashboards: tuple[Parent, Parent], count: int) -> list[tuple[str, str]]:
    """What each dashboard said to each of its orders, once all are answered."""
    deadline = time.monotonic() + 60.0
    while time.monotonic() < deadline:
        found = [server.answers() for server in dashboards]
        if all(len(answers) == count for answers in found):
            assert all(a == "done" or is_sentence(a) for answers in found for a in answers), found
            return list(zip(*found, strict=True))
        time.sleep(0.02)
    raise AssertionError(f"no answer: {found}")


def _workers(run: Run) -> list[int]:
    """Processes that were started on the run and live."""
    return [
        process.pid
        for process in psutil.process_iter(["cmdline", "status"])
        if str(run.path) in (process.info["cmdline"] or [])
        and process.info["status"] != psutil.STATUS_ZOMBIE
    ]


def test_both_show_a_run_that_one_of_them_started(dashboards, runs_folder):
    run = create_run(small_config(), runs_folder)
    dashboards[0].order("resume", run)
    _until(lambda: run.status().pid)
    for server in dashboards:
        server.order("resume", run)  # at work already, and both know
    _until(lambda: len(dashboards[1].answers()) == 1 and len(dashboards[0].answers()) == 2)
    assert "is queued" in dashboards[1].answers()[0]
    for _ in dashboards:  # a session at each
        app = open_page("train", "Train", run=run.id)
        assert "waits until the device is free" in app.info[0].value
        assert app.button(key=f"stop_{run.id}").label == "Take out of the queue"
    dashboards[1].order("stop", run)
    assert launch.wait(run, 60) is State.STOPPED


def _until(condition, seconds: float = 60.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.02)


@pytest.mark.parametrize("orders", [("resume", "delete"), ("delete", "delete")])
def test_of_two_orders_at_once_one_wins_and_the_other_is_told(dashboards, runs_folder, orders):
    chance = random.Random(5)
    runs = [create_run(small_config(), runs_folder) for _ in range(8)]
    for number, run in enumerate(runs, start=1):
        for server, order in zip(dashboards, orders, strict=True):
            server.order(order, run)
            time.sleep(chance.choice((0.0, 0.0, 0.001, 0.003)))
        answers = _answers(dashboards, number)[-1]
        assert answers.count("done") == 1, answers
        assert len(_workers(run)) == (orders[answers.index("done")] == "resume")
        assert run.path.exists() == run.status().state.alive
        assert list_unreadable(runs_folder) == []


def test_two_resumes_at_once_start_one_worker(dashboards, runs_folder):
    for number in (1, 2, 3):
        run = create_run(small_config(), runs_folder)
        for server in dashboards:
            server.order("resume", run)
        assert _answers(dashboards, number)[-1].count("done") == 1
        assert len(_workers(run)) == 1
        assert [waiting.id for waiting in queue.waiting(runs_folder)].count(run.id) == 1


def test_stop_and_pause_at_once_end_the_run(dashboards, runs_folder):
    run = create_run(small_config(), runs_folder)
    launch.resume(run)
    _until(lambda: run.status().pid)
    for server, order in zip(dashboards, ("stop", "pause"), strict=True):
        server.order(order, run)
    answers = _answers(dashboards, 1)[0]
    assert "done" in answers
    assert launch.wait(run, 60) in (State.STOPPED, State.PAUSED)
    _until(lambda: not is_locked(run.lock_path))
    assert not list(run.path.glob("request*"))
    dashboards[0].order("delete", run)
    _until(lambda: not run.path.exists())
    dashboards[1].order("stop", run)
    assert "no longer there" in _answers_of(dashboards[1], 2)


def _answers_of(server: Parent, count: int) -> str:
    _until(lambda: len(server.answers()) == count)
    return server.answers()[-1]


def test_pages_are_drawn_while_runs_come_and_go(runs_folder, finished_run):
    """What a page listed may be gone when it is read."""
    code = [sys.executable, "-m", "tests.robustness.churning"]
    child = subprocess.Popen([*code, str(runs_folder), str(finished_run.path)], cwd=ROOT)
    try:
        _until(lambda: list_runs(runs_folder))
        for name, title in [*TITLES.items()] * 4:
            there = list_runs(runs_folder)
            # Each time a new session: AppTest itself asks for the labels of a page it leaves.
            healthy(open_page(name, title, run=there[0].id if there else ""))
            list_unreadable(runs_folder)
        assert child.poll() is None, "it ended by itself"
    finally:
        child.kill()
        child.wait()
    assert len([path for path in runs_folder.iterdir() if path.name.startswith(".new-")]) <= 1


@pytest.mark.slow
def test_four_runs_started_by_four_processes_are_trained_one_at_a_time(runs_folder):
    command = [sys.executable, "-m", "core", "train", "--recipe", "digits-quick"]
    options = ["--set", "epochs=2", "--set", "dataset.limit=400"]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    children = [
        subprocess.Popen([*command, *options], cwd=ROOT, env=os.environ, **quiet) for _ in range(4)
    ]
    most = 0
    while any(child.poll() is None for child in children):
        states = [run.status().state for run in list_runs(runs_folder)]
        most = max(most, states.count(State.RUNNING))
        time.sleep(0.05)
    assert [child.returncode for child in children] == [0] * 4
    assert [run.status().state for run in list_runs(runs_folder)] == [State.FINISHED] * 4
    assert most == 1
    assert queue.waiting(runs_folder) == []
