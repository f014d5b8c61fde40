"""The queue's tickets, without workers: looking changes nothing, pruning is its own act."""

from __future__ import annotations

import contextlib
from pathlib import Path

import pytest

from core.config import RunConfig
from core.files import lock_exclusively
from core.jobs import launch, queue
from core.runs import Run, State, TrainingResult, create_run

RESULT = TrainingResult(test_accuracy=0.8, test_loss=0.6, step=40)


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


@pytest.mark.parametrize(
    ("trained", "result", "state"),
    [
        (False, None, State.STOPPED),
        (True, None, State.PAUSED),
        (True, RESULT, State.STOPPED),
        (True, RESULT.model_copy(update={"step": 20}), State.PAUSED),  # it has gone on since
    ],
)
def test_what_was_to_go_on_and_is_taken_out_of_the_line_can_go_on_still(
    tmp_path: Path, trained: bool, result: TrainingResult | None, state: State
) -> None:
    """Even all of its steps done, it may be neither saved nor judged."""
    run = create_run(RunConfig(architecture="compact"), tmp_path)
    crashed = {"state": State.FAILED, "step": 40 * trained, "steps": 40, "result": result}
    run.write_status(run.status().model_copy(update=crashed))
    if trained:
        run.checkpoints_path.mkdir()
        (run.checkpoints_path / "step-000000040.npz").touch()
    other = create_run(RunConfig(architecture="compact"), tmp_path)
    queue.enqueue(other)
    with lock_exclusively(other.lock_path), queue.take_device(other):
        launch.resume(run)
        launch.request_stop(run)
        assert launch.wait(run, 30) is state
    assert run.status().result == result


def test_moving_to_the_front_a_run_whose_turn_has_come_changes_nothing(
    tmp_path: Path, waiting: list[Run]
) -> None:
    queue.leave(waiting[2])
    queue.move_to_front(waiting[2])
    assert queue.waiting(tmp_path) == [waiting[0]]
