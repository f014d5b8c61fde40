"""A runs folder on a full disk, or closed to writing: every entry answers with a sentence."""

from __future__ import annotations

import random
import shutil
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from core.errors import UserError, from_os_error
from core.files import lock_exclusively
from core.jobs import launch, queue
from core.models.export import load_model
from core.runs import Run, State, create_run, delete_run, list_runs, list_unreadable
from core.runs.drafts import load_draft, save_draft
from tests.disks import fill
from tests.jobs.helpers import small_config, wait_for
from tests.pages.opening import healthy, open_page
from tests.permissions import as_a_stranger
from tests.robustness.looking import call, draw_every_page, is_sentence


@pytest.fixture
def full(small_disk: Path, finished_run: Run, monkeypatch: pytest.MonkeyPatch) -> Run:
    """A finished run on a disk that is full, its folder named by CONVSCOPE_RUNS."""
    run = Run(small_disk / finished_run.id)
    shutil.copytree(finished_run.path, run.path)
    monkeypatch.setenv("CONVSCOPE_RUNS", str(small_disk))
    fill(small_disk)
    return run


def _device_taken(runs: Path) -> AbstractContextManager[object]:
    """Workers wait meanwhile, so that none has to load TensorFlow."""
    lock = lock_exclusively(queue.device_lock(runs))
    assert lock is not None
    return lock


def _refusal(action, *arguments) -> str:
    """What a person is told; empty where it was done."""
    try:
        action(*arguments)
    except (UserError, OSError) as error:
        told = str(from_os_error(error) if isinstance(error, OSError) else error)
        assert is_sentence(told)
        return told
    return ""


@pytest.mark.parametrize("spare", [0, 4096, 8192, 65536, 70_000, 74_000, 80_000, 90_000])
def test_a_start_with_so_many_bytes_left_works_or_leaves_nothing(small_disk, spare):
    with _device_taken(small_disk):
        fill(small_disk, spare)
        told = _refusal(launch.start, small_config(), small_disk)
        if told:
            assert "no space left" in told
            names = {path.name for path in small_disk.rglob("*")}
            assert names <= {"ballast", ".device.lock", ".queue"}, names
        else:
            (run,) = list_runs(small_disk)
            (small_disk / "ballast").unlink()
            launch.request_stop(run)
            assert launch.wait(run, 60) is State.STOPPED, run.log_tail()


def test_a_waiting_run_is_stopped_resumed_and_deleted_on_a_full_disk(small_disk):
    with _device_taken(small_disk):
        run = launch.start(small_config(), small_disk)
        wait_for(run, lambda status: status.pid)
        ballast = fill(small_disk)
        launch.request_stop(run)
        assert launch.wait(run, 60) is State.STOPPED, run.log_tail()
        fill(small_disk)  # the reserve that the worker gave up
        assert "no space left" in _refusal(launch.resume, run)
        assert run.status().state is State.STOPPED
        ballast.unlink()
        launch.resume(run)
        wait_for(run, lambda status: status.pid)
        fill(small_disk)
        launch.request_pause(run)
        assert launch.wait(run, 60) is State.PAUSED, run.log_tail()
        delete_run(run)
        assert list_runs(small_disk) == list_unreadable(small_disk) == []


def test_every_command_on_a_full_disk(full, small_disk, capsys, tmp_path):
    config = tmp_path / "config.json"
    config.write_text(small_config().to_json())
    runs = ("--runs", str(small_disk))
    assert call(capsys, "train", str(config), *runs) == 1
    assert call(capsys, "range-test", str(config), *runs) == 1
    assert call(capsys, "resume", full.id, *runs) == 1
    assert call(capsys, "stop", full.id, *runs) == 1
    for command in ("evaluate", "doctor", "recipes"):
        assert call(capsys, command, *(full.id,) * (command == "evaluate"), *runs) == 0
    assert list_runs(small_disk) == [full]


def test_every_page_on_a_full_disk(full):
    draw_every_page(full.id)
    _a_click_that_cannot_be_carried_out(open_page("train", "Train"), "no space left")
    app = open_page("lr_range", "Learning-rate range test")
    next(item for item in app.number_input if item.label == "Iterations").set_value(60).run()
    assert any("no space left" in item.value for item in (*app.error, *app.toast))
    healthy(app)


def test_a_draft_on_a_full_disk_stays_as_it_was(small_disk):
    save_draft("0123abcd", small_config("epochs=3"), small_disk)
    fill(small_disk)
    assert "no space left" in _refusal(save_draft, "0123abcd", small_config(), small_disk)
    assert load_draft("0123abcd", small_disk) == small_config("epochs=3")
    assert len(list((small_disk / ".drafts").iterdir())) == 1


def test_a_folder_closed_to_writing(reachable_folder, finished_run, monkeypatch, capsys):
    run = Run(reachable_folder / finished_run.id)
    shutil.copytree(finished_run.path, run.path)
    ended = create_run(small_config(), reachable_folder)
    before = sorted(reachable_folder.rglob("*"))
    monkeypatch.setenv("CONVSCOPE_RUNS", str(reachable_folder))
    for folder in (ended.path, reachable_folder):
        folder.chmod(0o555)
    with as_a_stranger(reachable_folder):
        draw_every_page(run.id)
        _a_click_that_cannot_be_carried_out(open_page("train", "Train"), "may not be")
        for action in (launch.resume, launch.request_stop, delete_run):
            assert _refusal(action, ended)
        assert _refusal(launch.start, small_config(), reachable_folder)
        assert _refusal(save_draft, "0123abcd", small_config(), reachable_folder)
        for command in ("resume", "stop", "pause"):
            assert call(capsys, command, ended.id) == 1
        assert call(capsys, "train", "--recipe", "digits-quick") == 1
    assert sorted(reachable_folder.rglob("*")) == before


def _a_click_that_cannot_be_carried_out(app: AppTest, words: str) -> None:
    app.button(key="start_train").click().run()
    assert [words in item.value for item in app.toast] == [True]
    assert is_sentence(app.toast[0].value)
    healthy(app)


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_a_disk_that_fills_at_random_moments_of_a_run(small_disk):
    chance = random.Random(41)
    run = create_run(small_config("epochs=60"), small_disk)
    ends = []
    for _ in range(8):
        launch.resume(run)
        seen = wait_for(run, lambda status: status.pid, 300)
        _until_phase(run, seen.pid, chance)
        ballast = fill(small_disk)
        state = launch.wait(run, 300)
        ends.append((state, run.status().error))
        ballast.unlink()
        if state is State.FINISHED:
            break
        assert state in (State.FAILED, State.CRASHED)
        assert "no space left" in run.status().error or "is full" in run.status().error
        assert not [path for path in run.path.rglob(".*") if ".tmp" in path.name]
        assert run in list_runs(small_disk)
    print(ends)
    if run.status().state is not State.FINISHED:
        launch.resume(run)
    assert launch.wait(run, 300) is State.FINISHED, run.log_tail()
    epochs = [row["epoch"] for row in run.metrics() if row["kind"] == "epoch"]
    assert epochs == list(range(1, 61))
    assert load_model(run.model_path).count_params() == run.status().training_result.parameters


def _until_phase(run: Run, pid: int, chance: random.Random) -> None:
    """Some moment in the life of the worker."""
    wait_for(run, lambda status: status.step or status.phase.value == "first step", 300)
    aim = run.status().step + chance.randrange(0, 250)
    wait_for(run, lambda status: not status.state.alive or status.step >= aim, 300)
