"""Files written whole or not at all, by processes and by threads; and locks."""

import os
import threading
from contextlib import suppress

import pytest

from core.files import (
    exclusive,
    is_locked,
    lock_exclusively,
    remove_left_over,
    replacing,
    write_atomically,
)
from core.runs import Run, State, Status


def test_a_write_that_fails_leaves_the_old_file(tmp_path, monkeypatch):
    path = tmp_path / "status.json"
    write_atomically(path, b"old")

    def full(descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        write_atomically(path, b"new")
    assert path.read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["status.json"]


def test_a_block_that_fails_leaves_nothing_and_the_old_file(tmp_path):
    path = tmp_path / "model.keras"
    write_atomically(path, b"old")
    with pytest.raises(ValueError, match="half-way"), replacing(path) as temporary:
        assert temporary.suffix == ".keras"
        temporary.write_bytes(b"half")
        raise ValueError("half-way")
    assert path.read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["model.keras"]


def test_what_a_killed_process_was_writing_is_thrown_away(tmp_path):
    for name in ("status.json", ".reserve", "model.keras", "notes.tmp", ".hidden.tmp"):
        (tmp_path / name).write_text("whole")
    before = set(os.listdir(tmp_path))
    writing = [replacing(tmp_path / name) for name in (".reserve", "model.keras")]
    for begun in writing:
        begun.__enter__().write_text("half")  # and never comes to its end
    assert len(os.listdir(tmp_path)) == len(before) + 2
    remove_left_over(tmp_path, older_than=60.0)  # its writer may live
    assert len(os.listdir(tmp_path)) == len(before) + 2
    remove_left_over(tmp_path)
    assert set(os.listdir(tmp_path)) == before
    remove_left_over(tmp_path / "nothing")


def test_threads_that_write_one_file_at_once_do_not_collide(tmp_path):
    run = Run(tmp_path)
    problems: list[Exception] = []

    def write(number: int) -> None:
        try:
            for step in range(100):
                run.write_status(Status(state=State.RUNNING, step=step), durable=False)
        except Exception as error:
            problems.append(error)

    threads = [threading.Thread(target=write, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert problems == []
    assert os.listdir(tmp_path) == ["status.json"]


def test_a_lock_excludes_other_opens_of_the_same_process_too(tmp_path):
    path = tmp_path / "lock"
    assert not is_locked(path)
    with lock_exclusively(path):
        assert is_locked(path)
        assert lock_exclusively(path) is None
    assert not is_locked(path)
    assert os.listdir(tmp_path) == ["lock"]


def test_whoever_waits_for_a_lock_says_so(tmp_path):
    path, told, done = tmp_path / "lock", threading.Event(), threading.Event()

    def wait() -> None:
        with exclusive(path, told.set):
            done.set()

    with lock_exclusively(path):
        thread = threading.Thread(target=wait)
        thread.start()
        assert told.wait(10)
        assert not done.is_set()
    thread.join(10)
    assert done.is_set()


def test_a_lock_that_its_holders_remove_still_admits_one_at_a_time(tmp_path):
    """Who waited for a file that is gone must not run beside who locked its successor."""
    path = tmp_path / "lock"
    inside, most, rounds = [], [], []

    def work() -> None:
        for _ in range(60):
            with suppress(RuntimeError), exclusive(path, lambda: None):
                inside.append(None)
                most.append(len(inside))
                try:
                    if len(rounds) % 3 == 0:
                        raise RuntimeError("a download that failed")
                finally:
                    rounds.append(None)
                    inside.pop()
                    path.unlink()

    threads = [threading.Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(rounds) == 360
    assert max(most) == 1


def test_who_waited_for_a_lock_that_is_removed_takes_its_successor(tmp_path):
    path = tmp_path / "lock"
    first = lock_exclusively(path)
    entered, may_leave = threading.Event(), threading.Event()

    def wait() -> None:
        with exclusive(path, lambda: None):
            entered.set()
            may_leave.wait(10)

    thread = threading.Thread(target=wait)
    thread.start()
    assert not entered.wait(0.2)
    path.unlink()
    second = lock_exclusively(path)  # a third one, which came after the file was removed
    first.close()
    assert not entered.wait(0.3)
    second.close()
    assert entered.wait(10)
    assert lock_exclusively(path) is None
    may_leave.set()
    thread.join()
