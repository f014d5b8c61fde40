"""Records that cannot be read: listed with their reason, deleted, and in nobody's way."""

from __future__ import annotations

import os

import pytest

from core.config import RunConfig
from core.errors import ReadingError, RunError
from core.runs import (
    MetricsLog,
    Run,
    State,
    create_run,
    delete_run,
    list_runs,
    list_unreadable,
    open_run,
)
from tests.permissions import as_a_stranger, unlock


@pytest.fixture
def runs(tmp_path):
    """A folder with two records, of which the tests spoil the first."""
    config = RunConfig(architecture="compact")
    made = [create_run(config, tmp_path / "runs") for _ in range(2)]
    yield tmp_path / "runs", *made
    unlock(tmp_path)


def test_a_closed_folder_is_listed_with_its_reason_and_can_be_deleted(runs):
    folder, closed, other = runs
    (closed.path / "checkpoints").mkdir()
    (closed.path / "checkpoints" / "step-000000001.npz").touch()
    (closed.path / "checkpoints").chmod(0)
    closed.path.chmod(0)
    with as_a_stranger(folder):
        assert list_runs(folder) == [other]
        (found,) = list_unreadable(folder)
        assert found.run == closed
        assert "may not be read" in found.reason
        with pytest.raises(RunError, match="cannot be read"):
            open_run(closed.id, folder)
        delete_run(closed)
        assert list_unreadable(folder) == []
    assert sorted(os.listdir(folder)) == [other.id]


def test_a_closed_runs_folder_is_one_sentence(runs):
    folder, *_ = runs
    folder.chmod(0)
    with as_a_stranger(folder), pytest.raises(ReadingError, match="may not be read"):
        list_runs(folder)


@pytest.mark.parametrize("name", ["config.json", "status.json"])
def test_what_is_left_of_a_record_is_listed(runs, name):
    folder, spoilt, other = runs
    spoilt.config_path.unlink()
    if name != "config.json":
        (spoilt.path / name).unlink()
    assert list_runs(folder) == [other]
    assert [item.reason for item in list_unreadable(folder)] == ["Its config.json is missing."]


def test_somebody_elses_files_are_no_records(runs):
    folder, one, other = runs
    (folder / "notes").mkdir()
    (folder / "notes.txt").write_text("mine")
    assert list_unreadable(folder) == []
    assert set(list_runs(folder)) == {one, other}


def test_a_name_that_is_not_utf8_is_said(runs):
    folder, one, other = runs
    os.rename(one.path, os.fsencode(folder) + b"/caf\xe9")
    assert list_runs(folder) == [other]
    (found,) = list_unreadable(folder)
    assert "not UTF-8" in found.reason
    delete_run(found.run)
    assert list_unreadable(folder) == []


def test_of_a_linked_run_only_the_link_is_deleted(runs):
    folder, one, _ = runs
    link = Run(folder / "link")
    link.path.symlink_to(one.path)
    (folder / "nowhere").symlink_to(folder / "gone")
    assert link in list_runs(folder)
    assert "leads nowhere" in list_unreadable(folder)[0].reason
    one.write_status(one.status().model_copy(update={"state": State.FINISHED}))
    delete_run(link)
    delete_run(Run(folder / "nowhere"))
    assert one.config_path.is_file()
    assert set(os.listdir(folder)) >= {one.id}
    assert "link" not in os.listdir(folder)


@pytest.mark.parametrize(
    "text",
    [
        '{"state": "finished", "created": "x"}',
        '{"state": "finished", "created": ' + "9" * 5000 + "}",
        '{"state": "finished", "resources": {"cores": 0}}',
        '{"state": "finished", "result": {"test_accuracy": 7, "test_loss": 1}}',
        "[" * 100_000,
    ],
)
def test_a_status_that_makes_no_sense_is_a_sentence_about_it(runs, text):
    _, run, _ = runs
    run.status_path.write_text(text)
    status = run.status()
    assert status.state is State.CRASHED
    assert status.error.startswith("status.json")
    assert status.error.endswith(".")


def test_a_result_that_is_not_there_yet_is_none(runs):
    _, run, _ = runs
    run.status_path.write_text('{"state": "finished", "result": null}')
    assert run.status().result is None
    assert run.status().state is State.FINISHED


def test_a_folder_in_the_place_of_a_lock_is_a_free_one(runs):
    _, run, _ = runs
    run.lock_path.unlink()
    run.lock_path.mkdir()
    assert run.status().state is State.CRASHED
    delete_run(run)


def test_a_log_of_gigabytes_is_read_at_its_end(runs):
    _, run, _ = runs
    with run.log_path.open("wb") as file:
        file.truncate(5 * 10**9)
        file.seek(0, os.SEEK_END)
        file.write(b"\nthe end\n")
    assert run.log_tail(1) == "the end"


def test_metrics_of_gigabytes_are_read_at_their_end(tmp_path):
    path = tmp_path / "metrics.jsonl"
    with path.open("wb") as file:
        file.truncate(5 * 10**9)
        file.seek(0, os.SEEK_END)
        file.write(b'\n{"kind": "tick", "step": 1, "epoch": 0.5}\n')
    assert [row["step"] for row in MetricsLog(path).read()] == [1]


def test_metric_lines_that_make_no_sense_are_left_out(tmp_path):
    path = tmp_path / "metrics.jsonl"
    lines = (
        '{"kind": "tick", "step": "1", "epoch": 0.1}',
        '{"kind": "tick", "step": true, "epoch": 0.1}',
        '{"kind": ["tick"], "step": 1, "epoch": 0.1}',
        '{"kind": "resume", "step": "x"}',
        '{"kind": "tick", "step": 1, "epoch": 0.1, "loss": NaN, "lr": "x", "accuracy": 0.5}',
        '{"kind": "range", "step": 1, "lr": 0, "loss": 1}',
        '{"kind": "tick", "step": 2, "epoch": ' + "9" * 5000 + "}",
        "[" * 50_000,
    )
    path.write_text("\n".join(lines) + "\n")
    assert MetricsLog(path).read() == [{"kind": "tick", "step": 1, "epoch": 0.1, "accuracy": 0.5}]


def test_a_run_of_weeks_keeps_its_rows_within_bounds(tmp_path):
    path = tmp_path / "metrics.jsonl"
    with path.open("w") as file:
        for step in range(100_000):
            file.write(f'{{"kind": "tick", "step": {step}, "epoch": {step / 1000}}}\n')
            if step % 1000 == 0:
                file.write(f'{{"kind": "epoch", "step": {step}, "epoch": {step // 1000}}}\n')
    rows = MetricsLog(path).read()
    assert 20_000 < len(rows) <= 40_000
    assert sum(row["kind"] == "epoch" for row in rows) == 100
    assert rows[-1]["step"] >= 99_990
