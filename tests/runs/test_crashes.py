"""Why a worker is gone, as far as it can be known."""

from __future__ import annotations

import time

from core.machine.resources import boot_id
from core.runs import Status
from core.runs.crashes import crash_reason, record_exit


def test_a_clock_set_back_is_no_restart(tmp_path):
    long_ago = Status(pid=1, heartbeat=1.0, boot_id=boot_id())
    assert "without a word" in crash_reason(tmp_path, long_ago)


def test_another_start_of_the_machine_is_a_restart(tmp_path):
    now = Status(pid=1, heartbeat=time.time(), boot_id="another")
    assert "restarted" in crash_reason(tmp_path, now)


def test_the_signal_that_its_parent_saw_is_named(tmp_path):
    record_exit(tmp_path, 7, -9)
    assert "SIGKILL" in crash_reason(tmp_path, Status(pid=7, boot_id=boot_id()))
    assert "without a word" in crash_reason(tmp_path, Status(pid=8, boot_id=boot_id()))
    (tmp_path / "exit.json").write_text('{"pid": 7, "returncode": -9999}')
    assert "without a word" in crash_reason(tmp_path, Status(pid=7, boot_id=boot_id()))
