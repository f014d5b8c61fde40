"""The throughput benchmark: real processes take turns, and only what is fair counts."""

import ast
import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest

from benchmarks.throughput import task, throughput, turns
from benchmarks.throughput.contestant import Burst, Contestant, ContestantError
from benchmarks.throughput.serving import WARM_UPS
from benchmarks.throughput.settings import FIELDS, Field, Setting
from benchmarks.throughput.turns import Pair, clean, fastest, speeds, take_turns
from tests.conftest import ROOT

TRIVIAL = [sys.executable, "-m", "tests.benchmarks.trivial"]
SPINNING = [
    sys.executable,
    "-c",
    """
import sys, time
from benchmarks.throughput.serving import Server

def work():
    end = time.process_time() + float(sys.argv[1])
    while time.process_time() < end:
        pass

Server().serve(work)
""",
]


@dataclass(frozen=True)
class Trivial(Setting):
    """A setting whose contestant trains nothing, and may fail or be missing."""

    log: Path = Path()
    fails_at: int = 0
    module: str = ""
    function: str = ""
    package: str = "json"

    def command(self) -> list[str]:
        return [*TRIVIAL, self.name, str(self.log), str(self.fails_at)]


@pytest.fixture(autouse=True)
def no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turns, "PAUSE", 0.0)


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "bursts"


def burst(seconds: float, others: float = 0.0) -> Burst:
    return Burst(seconds, cpu_seconds=2 * seconds, context_switches=0, page_faults=0, others=others)


def lines(capsys: pytest.CaptureFixture[str]) -> list[dict]:
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_two_processes_take_turns_and_neither_works_in_the_others(log: Path):
    with (
        Contestant([*TRIVIAL, "ours", str(log)]) as ours,
        Contestant([*TRIVIAL, "theirs", str(log)]) as theirs,
    ):
        ours.ready()
        theirs.ready()
        log.unlink()  # what they wrote while they warmed up, at once
        pairs = take_turns(ours, {"theirs": theirs}, lambda name, error: pytest.fail(str(error)))
    taken = pairs["theirs"]
    assert turns.PAIRS <= len(taken) <= turns.ROUNDS
    assert log.read_text().split() == ["ours", "theirs"] * len(taken)
    assert all(burst.seconds > 0 and burst.cpu_seconds >= 0 for pair in taken for burst in pair)


def test_the_images_last_for_all_bursts_that_there_may_be():
    assert WARM_UPS + turns.ROUNDS <= task.IMAGES // task.BATCH // task.STEPS


def test_a_process_warms_up_before_it_is_ready_and_does_nothing_untold(log: Path):
    with Contestant([*TRIVIAL, "ours", str(log)]) as ours:
        ours.ready()
        assert log.read_text().split() == ["ours"] * WARM_UPS
        ours.burst()
        assert len(log.read_text().split()) == WARM_UPS + 1


def test_one_that_fails_is_told_with_its_traceback_and_the_others_go_on(
    log: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setattr(turns, "MOST_FROM_OTHERS", float("inf"))
    group = Field(
        "those",
        Trivial("ours", "ours", log=log),
        (
            Trivial("early", "early", log=log, fails_at=1),
            Trivial("late", "late", log=log, fails_at=WARM_UPS + 2),
            Trivial("missing", "missing", log=log, package="no_such_package"),
            Trivial("sound", "sound", log=log),
        ),
        target=1e9,
    )
    assert not throughput.measure(group)
    written = capsys.readouterr()
    told = {line["name"]: line for line in map(json.loads, written.out.splitlines())}
    for name in ("early", "late"):
        reason = f"failed: ended with status 1: ArithmeticError: {name} cannot go on"
        assert told[f"train: ours / {name}"]["skipped"] == reason
    assert "Traceback" in written.err and "in work" in written.err
    assert "pip install" in told["train: ours / missing"]["skipped"]
    sound = told["train: ours / sound"]
    assert sound["clean_pairs"] == sound["pairs"] == turns.PAIRS
    assert len(sound["ours"]["others"]) == len(sound["theirs"]["seconds"]) == turns.PAIRS
    best = told["train: ours / the fastest of those"]
    assert (best["setting"], best["met"]) == ("sound", False)
    assert best["not_measured"] == ["early", "late", "missing"]


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("import time; time.sleep(60)", "said nothing for 1 s"),
        ("print('hello')", "said 'hello' in place of 'ready'"),
        ("raise SystemExit('no network')", "ended with status 1: no network"),
    ],
)
def test_one_that_never_becomes_ready_is_ended(code: str, message: str):
    with Contestant([sys.executable, "-c", code]) as contestant:
        with pytest.raises(ContestantError, match=message):
            contestant.ready(seconds=1.0 if "sleep" in code else 60.0)
        assert contestant.ended


def test_one_that_hangs_in_a_burst_is_ended():
    code = "print('ready', flush=True); input(); import time; time.sleep(60)"
    with Contestant([sys.executable, "-c", code]) as contestant:
        contestant.ready()
        with pytest.raises(ContestantError, match="said nothing for 1 s"):
            contestant.burst(seconds=1.0)
        assert contestant.ended


def test_what_works_beside_a_burst_is_seen():
    spin = "import time; end = time.monotonic() + 60\nwhile time.monotonic() < end: pass"
    with Contestant([*SPINNING, "0.5"]) as contestant:
        contestant.ready()
        with subprocess.Popen([sys.executable, "-c", spin]) as stranger:
            try:
                share = contestant.burst().others
            finally:
                stranger.kill()
    assert share > 0.2 / (psutil.cpu_count() or 1)


def test_a_contestants_own_work_is_not_that_of_others(monkeypatch: pytest.MonkeyPatch):
    cores, busy = psutil.cpu_count() or 1, 4.0  # seconds that the processors are said to work
    with Contestant([*SPINNING, "0.5"]) as contestant:
        contestant.ready()
        told = iter([0.0, busy])
        monkeypatch.setattr("benchmarks.throughput.contestant._busy_seconds", lambda: next(told))
        taken = contestant.burst()
    assert taken.cpu_seconds >= 0.5
    others = taken.others * taken.seconds * cores
    assert others == pytest.approx(busy - taken.cpu_seconds, abs=0.2)


def test_bursts_while_others_worked_do_not_count():
    quiet, loud = burst(2.0, others=0.05), burst(2.0, others=0.06)
    pairs = [Pair(quiet, quiet), Pair(loud, quiet), Pair(quiet, loud)]
    assert clean(pairs) == [Pair(quiet, quiet)]


def test_the_fastest_is_that_of_the_highest_median_over_clean_pairs():
    ours = burst(1.0)
    pairs = {
        "steady": [Pair(ours, burst(seconds)) for seconds in (2.0, 2.1, 2.2)],
        "once": [Pair(ours, burst(seconds)) for seconds in (1.0, 2.5, 2.5)],
        "disturbed": [Pair(ours, burst(0.5, others=0.5))],
    }
    assert fastest(pairs) == "steady"
    assert fastest({"disturbed": pairs["disturbed"]}) is None


def test_a_ratio_is_that_of_speeds_so_that_the_slower_one_makes_it_large():
    assert speeds([Pair(burst(2.0), burst(6.0))], images=120) == [(60.0, 20.0)]


def test_a_field_on_a_machine_never_left_alone_says_so(
    log: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setattr(turns, "MOST_FROM_OTHERS", -1.0)
    theirs = Trivial("theirs", "theirs", log=log)
    assert throughput.measure(Field("those", Trivial("ours", "ours", log=log), (theirs,), 1.3))
    told = {line["name"]: line["skipped"] for line in lines(capsys)}
    assert f"none of {turns.ROUNDS} pairs was clean" in told["train: ours / theirs"]
    assert told["train: ours / the fastest of those"] == "none of its settings has a clean pair"


@pytest.mark.parametrize(
    "setting",
    {item.name: item for group in FIELDS for item in (group.ours, *group.settings)}.values(),
    ids=lambda setting: setting.name,
)
def test_every_setting_names_a_function_that_is_there(setting: Setting):
    path = ROOT / "benchmarks" / "throughput" / "contestants" / f"{setting.module}.py"
    functions = {
        node.name: len(node.args.args)
        for node in ast.parse(path.read_text(encoding="utf-8")).body
        if isinstance(node, ast.FunctionDef)
    }
    assert functions[setting.function] >= 1 + len(setting.arguments)  # and the server
