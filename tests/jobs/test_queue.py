"""The queue's tickets, without workers: looking changes nothing, pruning is its own act."""

from __future__ import annotations

import contextlib
from pathlib import Path

import pytest

from core.config import RunConfig
from core.files import lock_exclusively
from core.jobs import queue
from core.runs import Run, create_run


@pytest.fixture
def waiting(tmp_path: Path):
    """Two runs in line whose workers live, and between them one whose worker is gone."""
    runs = [create_run(RunConfig(architecture="compact"), tmp_path) for _ in range(3)]
    with contextlib.ExitStack() as locks:
        for number, run in enumerate(runs):
            queue.enqueue(run)
            if number != 1:
                locks.enter_context(lock_exclusively(run.lock_path))
        yield runs


def tickets(folder: Path) -> list[str]:
    return sorted(path.name for path in (folder / ".queue").iterdir())


def test_looking_at_the_line_changes_nothing(tmp_path: Path, waiting: list[Run]) -> None:
    before = tickets(tmp_path)
    assert queue.waiting(tmp_path) == [waiting[0], waiting[2]]
    assert queue.ahead_of(waiting[2]) == 1
    assert tickets(tmp_path) == before
    assert len(before) == 3


def test_pruning_throws_away_tickets_of_workers_that_are_gone(
    tmp_path: Path, waiting: list[Run]
) -> None:
    queue.prune(tmp_path)
    assert [name.partition("~")[2] for name in tickets(tmp_path)] == [
        waiting[0].id,
        waiting[2].id,
    ]


def test_the_first_in_line_gets_the_device_and_the_others_do_not(
    tmp_path: Path, waiting: list[Run]
) -> None:
    assert queue.take_device(waiting[2]) is None
    with queue.take_device(waiting[0]):
        assert queue.device_is_busy(tmp_path)
        assert queue.ahead_of(waiting[2]) == 0
        assert queue.take_device(waiting[2]) is None
        assert len(tickets(tmp_path)) == 1
    assert not queue.device_is_busy(tmp_path)
    assert queue.ahead_of(waiting[2]) is None


def test_a_run_stands_in_the_line_once(tmp_path: Path, waiting: list[Run]) -> None:
    """A killed worker's ticket is still there when its run is resumed."""
    queue.enqueue(waiting[1])
    with lock_exclusively(waiting[1].lock_path):
        assert queue.waiting(tmp_path) == [waiting[0], waiting[2], waiting[1]]


def test_moving_to_the_front_a_run_whose_turn_has_come_changes_nothing(
    tmp_path: Path, waiting: list[Run]
) -> None:
    queue.leave(waiting[2])
    queue.move_to_front(waiting[2])
    assert queue.waiting(tmp_path) == [waiting[0]]
