"""The runs folder: records made whole, listed, opened, deleted."""

import pytest

from core.config import RunConfig
from core.errors import RunError
from core.files import lock_exclusively
from core.runs import State, Status, create_run, delete_run, list_runs, open_run


@pytest.fixture
def config():
    return RunConfig(architecture="compact")


def test_a_new_run_holds_its_whole_configuration(tmp_path, config):
    run = create_run(config, tmp_path)
    assert run.config() == config
    assert open_run(run.id, tmp_path) == run


def test_half_a_record_is_not_listed(tmp_path, config):
    run = create_run(config, tmp_path)
    (tmp_path / "20990101-000000-half").mkdir()
    (tmp_path / ".new-x").mkdir()
    (tmp_path / "notes.txt").write_text("mine")
    assert list_runs(tmp_path) == [run]


def test_deleting_refuses_while_a_worker_holds_the_lock(tmp_path, config):
    run = create_run(config, tmp_path)
    with lock_exclusively(run.lock_path), pytest.raises(RunError, match="Stop it first"):
        delete_run(run)
    run.write_status(Status(state=State.FINISHED))
    delete_run(run)
    assert list_runs(tmp_path) == []
    assert not list(tmp_path.iterdir())


def test_nobody_starts_a_worker_on_a_run_that_is_being_deleted(tmp_path, config, monkeypatch):
    run = create_run(config, tmp_path)
    found = []
    rename = type(run.path).rename

    def look(path, target):
        found.append(lock_exclusively(path / "lock"))
        return rename(path, target)

    monkeypatch.setattr(type(run.path), "rename", look)
    delete_run(run)
    assert found == [None]
    assert list_runs(tmp_path) == []


def test_deleting_what_somebody_else_has_deleted_says_so(tmp_path, config):
    run = create_run(config, tmp_path)
    delete_run(run)
    with pytest.raises(RunError, match="no longer there"):
        delete_run(run)


def test_opening_what_is_not_there_says_so(tmp_path):
    with pytest.raises(RunError, match="no run 'nothing'"):
        open_run("nothing", tmp_path)
    with pytest.raises(RunError):
        open_run("", tmp_path)


def test_no_two_runs_of_a_kind_bear_one_title(tmp_path, config):
    long = config.model_copy(update={"title": "x" * 120})
    named = config.model_copy(update={"title": "Mine"})
    ranged = named.model_copy(update={"job": "range-test"})
    runs = [create_run(item, tmp_path) for item in (named, named, ranged, named, long, long)]
    titles = [run.config().title for run in runs]
    assert titles[:4] == ["Mine", "Mine (2)", "Mine", "Mine (3)"]
    assert titles[4] != titles[5]
    (runs[0].config_path).write_text("[1")  # what cannot be read bears no title
    assert create_run(named, tmp_path).config().title == "Mine"
    assert create_run(config, tmp_path).config().title == ""


def test_a_numbered_title_gets_another_number_not_a_second_one(tmp_path, config):
    named = config.model_copy(update={"title": "Mine (2)"})
    titles = [create_run(named, tmp_path).config().title for _ in range(3)]
    assert titles == ["Mine (2)", "Mine (3)", "Mine (4)"]
