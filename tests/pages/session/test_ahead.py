"""TensorFlow and a network are loaded behind the first page, once a server."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from core.runs import Run
from pages.session import ahead, run_list
from tests.processes import run_python

# In a process of its own, where nothing has loaded TensorFlow yet.
OPEN_START = """
import sys, threading, time
from core.models.inference import is_prepared
from pages.session import cache
from tests.pages.opening import open_app
open_app()
open_app()
threads = [thread for thread in threading.enumerate() if thread.name == "load-ahead"]
print("threads", len(threads))
for thread in threads:
    thread.join()
print("loaded", is_prepared())
"""


def opened(after: str = "", before: str = "") -> list[str]:
    done = run_python(before + OPEN_START + after)
    assert "Thread 'load-ahead'" not in done.stderr  # Streamlit misses a page for what it shows
    return done.stdout.splitlines()


def test_one_thread_loads_what_the_first_question_needs(with_finished_run: Run) -> None:
    asked = """
import numpy as np
from core.runs import list_runs
run = list_runs()[0]
begun = time.monotonic()
cache.probabilities(run, np.zeros(run.dataset().image_shape, np.uint8))
print("answered", time.monotonic() - begun < 1)
"""
    assert opened(asked) == ["threads 1", "loaded True", "answered True"]


def test_a_damaged_model_is_told_of_by_the_page_that_needs_it(with_finished_run: Run) -> None:
    with_finished_run.model_path.write_bytes(b"no model")
    assert opened() == ["threads 1", "loaded True"]


def test_where_there_is_no_network_nothing_is_loaded(runs_folder: Path) -> None:
    none_shipped = "from pages.session import run_list\nrun_list.list_shipped = list\n"
    assert opened(before=none_shipped) == ["threads 0", "loaded False"]


def test_a_network_just_trained_is_there_before_it_is_asked(with_finished_run: Run) -> None:
    expected = """
import numpy as np
from core.runs import list_runs, list_shipped
from pages.session import ahead
run = list_shipped()[0]
ahead.expect(run)
for thread in threading.enumerate():
    if thread.name == "load-ahead":
        thread.join()
begun = time.monotonic()
cache.probabilities(run, np.zeros(run.dataset().image_shape, np.uint8))
print("answered", time.monotonic() - begun < 0.1)
"""
    assert opened(expected)[-1] == "answered True"


def test_it_gives_way_to_a_page_that_is_drawn(runs_folder: Path) -> None:
    manners, drawn = ahead._Manners(), threading.Event()
    assert not manners.give_way()
    script = threading.Thread(target=drawn.wait, name="ScriptRunner.scriptThread")
    script.start()
    try:
        assert manners.give_way()
    finally:
        drawn.set()
        script.join()
    assert not manners.give_way()


def test_it_gives_way_to_a_run(with_finished_run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run_list, "at_work", lambda: with_finished_run)
    assert ahead._Manners().give_way()


def test_it_does_not_give_way_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ahead, "_a_page_is_drawn", lambda: True)
    monkeypatch.setattr(ahead, "_a_run_is_at_work", lambda: False)
    manners = ahead._Manners()
    assert manners.give_way()
    manners._asked -= ahead._LONGEST
    assert manners.give_way()
    assert not manners.give_way()
