"""Whatever happens to one run record: only sentences, and no other run is touched.

Edits are drawn by a seed and really made on disk; after each, every page is drawn through the
router and every command that reads runs is called. Modes of files count even as root.
"""

from __future__ import annotations

import hashlib
import os
import random
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from core.errors import UserError, from_os_error
from core.files import lock_exclusively
from core.jobs import launch, preflight, queue
from core.recipes import find_recipe
from core.runs import Run, create_run, delete_run, list_runs, list_unreadable
from pages.session import run_list
from tests.permissions import as_a_stranger, unlock
from tests.robustness.edits import edit_record
from tests.robustness.looking import call, draw_every_page, is_sentence

# Of a run that is known not to wait, only each so many-th edit: a worker process takes a second.
_RESUMED, _DELETED, _CLASSIFIED = 16, 5, 3


@pytest.fixture
def folder(finished_run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Runs: one to be edited, and two others, one of each job; `whole` is a copy of the first."""
    for place in ("runs/20260102-000000-edited", "runs/20260101-000000-other", "whole"):
        shutil.copytree(finished_run.path, tmp_path / place)
    config = find_recipe("digits-quick").config.model_copy(update={"job": "range-test"})
    create_run(config, tmp_path / "runs")
    Image.new("L", (40, 40), 200).save(tmp_path / "photo.png")
    monkeypatch.setenv("CONVSCOPE_RUNS", str(tmp_path / "runs"))
    yield tmp_path
    unlock(tmp_path)


@pytest.mark.patient
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("seed", [7, 70, 700, 7000])
def test_125_edits_of_a_record_give_only_sentences(
    folder: Path, capsys: pytest.CaptureFixture, seed: int
):
    _edit_and_look(folder, 125, seed, capsys)


@pytest.mark.slow
@pytest.mark.timeout(4 * 3600)
def test_5000_edits_of_a_record_give_only_sentences(folder: Path, capsys: pytest.CaptureFixture):
    _edit_and_look(folder, 5000, 8, capsys)


def _edit_and_look(folder: Path, edits: int, seed: int, capsys: pytest.CaptureFixture) -> None:
    chance = random.Random(seed)
    edited, other = folder / "runs/20260102-000000-edited", folder / "runs/20260101-000000-other"
    draw_every_page(edited.name)  # once, while all is whole: the images are read and held
    untouched = _fingerprint(folder / "runs", edited)
    problems = []
    for number in range(edits):
        words = edit_record(edited, other, chance)
        with as_a_stranger(folder):
            try:
                draw_every_page(edited.name)
                _call_every_command(folder / "runs", edited, capsys, number)
                _others_are_listed(folder / "runs", edited, other)
            except Exception as error:
                problems.append(f"edit {number}, {words}: {error!r}")
        assert _fingerprint(folder / "runs", edited) == untouched, f"edit {number}, {words}"
        _put_back(edited, folder / "whole")
    assert not problems, "\n".join(problems)


def _others_are_listed(runs: Path, edited: Path, other: Path) -> None:
    """The edited record is in one of the two lists, or is no record any more."""
    whole, broken = list_runs(runs), list_unreadable(runs)
    assert Run(other) in whole
    listed = {*(run.path for run in whole), *(item.run.path for item in broken)}
    # What has none of a record's files is somebody's folder.
    assert edited in listed or not (edited.is_dir() and list(edited.glob("*.json*")))
    for item in run_list.unreadable():
        assert is_sentence(item.reason), item.reason


def _call_every_command(
    runs: Path, edited: Path, capsys: pytest.CaptureFixture, number: int
) -> None:
    photo = runs.parent / "photo.png"
    for command in ("evaluate", "stop", "pause"):
        call(capsys, command, edited.name, "--runs", str(runs))
    if number % _CLASSIFIED == 0:
        call(capsys, "classify", edited.name, str(photo), "--runs", str(runs))
    if number % 50 == 0:
        for command in ("doctor", "models", "recipes"):
            call(capsys, command, "--runs", str(runs))
    start_from = find_recipe("digits-quick").config
    preflight.inspect(start_from.model_copy(update={"initial_weights": edited.name}), runs)
    if number % _RESUMED == 0:
        _resume_and_stop(Run(edited))
    if number % _DELETED == 0:
        _only_refused(lambda: delete_run(Run(edited)))


def _resume_and_stop(run: Run) -> None:
    """A real worker, which is kept waiting for the device, so that it need not train."""
    device = lock_exclusively(queue.device_lock(run.path.parent))
    assert device is not None
    with device:
        if _only_refused(lambda: launch.resume(run)):
            _only_refused(lambda: launch.request_stop(run))
            launch.wait(run, 60)
            assert not run.status().state.alive


def _only_refused(action) -> bool:
    """Carry it out, True; or be told in a sentence why not."""
    try:
        action()
    except (UserError, OSError) as error:
        told = from_os_error(error) if isinstance(error, OSError) else error
        assert is_sentence(str(told)), told
        return False
    return True


def _put_back(edited: Path, whole: Path) -> None:
    if edited.is_dir() and not edited.is_symlink():
        unlock(edited)
        shutil.rmtree(edited)
    elif os.path.lexists(edited):
        edited.unlink()
    shutil.copytree(whole, edited)


def _fingerprint(runs: Path, apart_from: Path) -> str:
    """Names, times and content of everything in the runs folder but one run."""
    found = hashlib.sha256()
    for path in sorted(runs.rglob("*")):
        if path == apart_from or apart_from in path.parents or path.name == ".device.lock":
            continue
        if path.parent == runs / ".queue" or path == runs / ".queue" or ".drafts" in path.parts:
            continue
        found.update(f"{path}{path.stat().st_size}{path.stat().st_mtime_ns}".encode())
        found.update(path.read_bytes() if path.is_file() else b"")
    return found.hexdigest()
