"""Drafts: kept while somebody works on them, thrown away when nobody has for long."""

import os
import time

import pytest

from core.config import RunConfig
from core.errors import ConfigError
from core.runs import drafts
from core.runs.drafts import KEPT_SECONDS, load_draft, newest_drafts, save_draft


def config(title: str = "") -> RunConfig:
    return RunConfig(architecture="compact", title=title)


def age(folder, draft_id: str, seconds: float) -> None:
    moment = time.time() - seconds
    os.utime(folder / ".drafts" / f"{draft_id}.json", (moment, moment))


def kept(folder) -> set[str]:
    return {path.stem for path in (folder / ".drafts").iterdir()}


def test_a_draft_too_large_to_be_read_again_is_refused(tmp_path):
    save_draft("00000001", config("kept"), tmp_path)
    large = config().model_copy(update={"recipe": "x" * 2**20})
    with pytest.raises(ConfigError, match="larger than 1 MB"):
        save_draft("00000001", large, tmp_path)
    assert load_draft("00000001", tmp_path) == config("kept")


def test_an_old_draft_goes_when_a_new_one_is_written(tmp_path):
    save_draft("00000001", config(), tmp_path)
    save_draft("00000002", config(), tmp_path)
    age(tmp_path, "00000001", KEPT_SECONDS + 60)
    age(tmp_path, "00000002", KEPT_SECONDS - 60)
    save_draft("00000003", config(), tmp_path)
    assert kept(tmp_path) == {"00000002", "00000003"}


def test_an_old_draft_that_is_changed_stays(tmp_path):
    save_draft("00000001", config(), tmp_path)
    age(tmp_path, "00000001", 2 * KEPT_SECONDS)
    save_draft("00000001", config("again"), tmp_path)
    save_draft("00000002", config(), tmp_path)
    assert load_draft("00000001", tmp_path) == config("again")


def test_only_the_newest_are_kept(tmp_path, monkeypatch):
    monkeypatch.setattr(drafts, "MOST_KEPT", 3)
    for number in range(5):
        save_draft(f"0000000{number}", config(), tmp_path)
        age(tmp_path, f"0000000{number}", 100 - number)
    assert kept(tmp_path) == {"00000002", "00000003", "00000004"}


def test_the_one_just_written_stays_whatever_the_clock_says_of_the_others(tmp_path, monkeypatch):
    monkeypatch.setattr(drafts, "MOST_KEPT", 1)
    save_draft("00000001", config(), tmp_path)
    age(tmp_path, "00000001", -3600)  # written by a machine whose clock is ahead
    save_draft("00000002", config(), tmp_path)
    assert kept(tmp_path) == {"00000002"}


def test_what_is_no_draft_is_left_alone(tmp_path):
    (tmp_path / ".drafts").mkdir()
    (tmp_path / ".drafts" / "notes.json").write_text("mine")
    os.utime(tmp_path / ".drafts" / "notes.json", (0, 0))
    save_draft("00000001", config(), tmp_path)
    assert kept(tmp_path) == {"notes", "00000001"}


def test_the_newest_that_can_be_read_comes_first(tmp_path):
    for number, title in enumerate(("first", "second", "third")):
        save_draft(f"0000000{number}", config(title), tmp_path)
        age(tmp_path, f"0000000{number}", 100 - number)
    (tmp_path / ".drafts" / "00000002.json").write_text("{")
    assert [draft.title for draft in newest_drafts(tmp_path)] == ["second", "first"]
