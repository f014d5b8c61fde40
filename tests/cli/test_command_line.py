"""`python -m core` as a person types it: answers on standard output, one line on error."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from core.cli import follow
from core.config import DatasetConfig
from core.data.load import load_dataset
from core.notation import learning_rate
from core.recipes import find_recipe
from core.runs import RangeTestResult, RefusedRule, Run, State, create_run
from core.runs.recorder import Recorder
from core.training.observers.log_lines import LogLines
from tests.conftest import ROOT

PARAMETERS = {
    "plain-4": 2_168_362,
    "batchnorm-6": 2_397_226,
    "catdog-4": 3_453_121,
    "vgg-6": 552_362,
    "vgg-6-code": 552_874,
}


def core(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "core", *arguments]
    return subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, timeout=240, check=False
    )


def answer(*arguments: str):
    done = core(*arguments, "--json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def complaint(*arguments: str) -> str:
    """The one line that a failing command says."""
    done = core(*arguments)
    assert done.returncode != 0
    assert done.stdout == ""
    lines = done.stderr.splitlines()
    assert len(lines) == 1, done.stderr
    return lines[0]


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Twelve test digits as PNG files."""
    folder = tmp_path_factory.mktemp("pictures")
    images, _ = load_dataset(DatasetConfig(name="digits")).test.gather(np.arange(12))
    paths = [folder / f"{i}.png" for i in range(12)]
    for path, image in zip(paths, images, strict=True):
        Image.fromarray(image[..., 0]).save(path)
    return paths


def test_doctor_names_device_precision_versions_and_data_sets():
    report = answer("doctor")
    assert report["kind"] in ("cpu", "gpu")
    assert report["precision"] in ("float32", "mixed_bfloat16", "mixed_float16")
    assert report["reason"]
    assert report["versions"]["tensorflow"]
    states = {item["name"]: item["state"] for item in report["datasets"]}
    assert states["digits"] == "ready"
    assert {"cifar10", "cifar100", "mnist", "fashion-mnist"} <= set(states)
    assert "Precision" in core("doctor").stdout


def test_models_have_the_write_ups_parameters():
    rows = {row["name"]: row for row in answer("models")}
    assert {name: rows[name]["parameters"] for name in PARAMETERS} == PARAMETERS
    assert rows["vgg-6"]["trainable"] == 551_466
    assert rows["catdog-4"]["input_shape"] == [150, 150, 3]
    assert set(rows["plain-4"]) == {"name", "input_shape", "parameters", "trainable"}
    assert rows["resnet50_v2"]["base"] and rows["resnet50_v2"]["parameters"] == 23_564_800
    assert "MobileNetV3 small, trained on ImageNet" in core("models").stdout


def test_recipes_are_complete_configurations(tmp_path: Path):
    rows = {row["name"]: row for row in answer("recipes")}
    assert "digits-quick" in rows
    assert len(rows) >= 5
    assert rows["own-photos"]["any_images"] and not rows["digits-quick"]["any_images"]
    path = tmp_path / "config.json"
    path.write_text(json.dumps(rows["digits-quick"]["config"]))
    done = core("train", str(path), "--set", "training.epochs=0")
    assert "training.epochs" in done.stderr  # everything else of it was taken


def test_train_ends_with_the_runs_id(finished_run: Run):
    assert finished_run.status().state is State.FINISHED


def test_a_range_test_prints_what_it_recommends_and_all_else_that_it_suggests(tmp_path: Path):
    changes = ("range_test.iterations=120", "precision=float32", "epochs=1")
    options = [word for change in changes for word in ("--set", change)]
    done = core("range-test", "--recipe", "digits-quick", "--runs", str(tmp_path), *options)
    assert done.returncode == 0, done.stderr
    first, reason, *others, run = done.stdout.splitlines()
    result = Run(tmp_path / run).status().range_result
    assert first == f"Recommended learning rate: {learning_rate(result.suggestion, 2)}"
    assert reason == result.reason
    named = [one for one in result.suggestions if one.name != result.recommended]
    for line, one in zip(others, [*result.refused, *named], strict=True):
        assert line.startswith(f"  {one.name}") and line.endswith(one.why)
    assert {"Valley", "Minimum / 10", "Cycle"} <= {one.name for one in named}
    assert done.stderr == Run(tmp_path / run).log_path.read_text(), "into a pipe, the log's lines"


def test_a_rule_that_says_none_is_told_with_the_reason(tmp_path: Path, capsys):
    run = create_run(find_recipe("digits-quick").config, tmp_path)
    rule = RefusedRule(name="Steepest", why="The loss falls fastest at an end.")
    result = RangeTestResult(reason="It is low.", suggestion=0.01, refused=(rule,))
    recorder = Recorder(run)
    log = LogLines(run.config(), recorder)
    recorder.update(result=result)
    log.end(State.FINISHED)
    recorder.end(State.FINISHED)
    assert capsys.readouterr().out.splitlines()[-1].endswith(f" Steepest: none. {rule.why}")
    assert follow.follow(run) == 0
    *_, line, name = capsys.readouterr().out.splitlines()
    assert line.split(maxsplit=2) == ["Steepest", "none", rule.why] and name == run.id


def test_of_a_run_that_goes_on_only_what_is_new_is_told(finished_run: Run, capsys):
    before, *new = finished_run.log_path.read_text().splitlines(keepends=True)
    assert follow.log_size(finished_run) == len("".join([before, *new]).encode())
    assert follow.follow(finished_run, len(before.encode())) == 0
    assert capsys.readouterr().err == "".join(new)


def test_into_a_file_a_run_that_fails_tells_its_log_and_one_line_of_error(tmp_path: Path):
    lost = ["schedule.kind=constant", "schedule.learning_rate=100", "optimizer.kind=sgd"]
    options = [word for change in lost for word in ("--set", change)]
    done = core("train", "--recipe", "digits-quick", "--runs", str(tmp_path), *options)
    assert done.returncode == 1
    *told, error = done.stderr.splitlines()
    assert error.startswith("error: The loss ")
    assert told and all(re.match(r"\d\d:\d\d:\d\d \w", line) for line in told)
    assert "Traceback" in Run(tmp_path / done.stdout.split()[-1]).log_path.read_text()


def test_training_what_is_not_there_is_one_clear_line():
    assert "no recipe 'none'" in complaint("train", "--recipe", "none")
    assert "unicorns" in complaint(
        "train", "--recipe", "digits-quick", "--set", "dataset.name=unicorns"
    )
    assert "my-folder" in complaint(
        "train", "--recipe", "small-images", "--set", "dataset.name=my-folder"
    )
    assert "is not there" in complaint("train", "/no/such/config.json")
    assert "either" in complaint("train")
    too_small = ["--set", "architecture=catdog-4", "--set", "architecture.head=softmax"]
    line = complaint("train", "--recipe", "digits-quick", *too_small)
    assert "46" in line
    assert "block" in line


def test_evaluate(finished_run: Run):
    report = answer("evaluate", finished_run.id, "--runs", str(finished_run.path.parent))
    assert {"test_accuracy", "test_loss", "confusion", "classes", "per_class"} <= set(report)
    confusion = np.array(report["confusion"])
    assert confusion.shape == (10, 10)
    assert report["test_accuracy"] == pytest.approx(np.trace(confusion) / confusion.sum())
    assert "no run 'nothing'" in complaint("evaluate", "nothing")


def test_classify_names_what_is_in_photos(finished_run: Run, pictures: list[Path]):
    rows = answer("classify", str(finished_run.path), *map(str, pictures))
    assert [row["file"] for row in rows] == [str(path) for path in pictures]
    with np.load(finished_run.predictions_path) as file:
        expected = file["probabilities"][:12]
    for row, probabilities in zip(rows, expected, strict=True):
        assert len(row["top"]) == 5
        assert row["top"][0]["class"] == str(probabilities.argmax())
        assert row["top"][0]["probability"] == pytest.approx(probabilities.max(), abs=1e-3)


def test_a_file_that_is_no_picture_spoils_only_its_own_answer(
    finished_run: Run, pictures: list[Path]
):
    bad = pictures[0].with_name("letter.txt")
    bad.write_text("Dear reader")
    done = core("classify", str(finished_run.path), str(bad), str(pictures[0]), "--json")
    rows = json.loads(done.stdout)
    assert done.returncode == 1
    assert set(rows[0]) == {"file", "error"}
    assert set(rows[1]) == {"file", "top"}
    assert done.stderr == ""


def test_a_terminal_obeys_no_name_and_any_encoding_prints(tmp_path: Path):
    """A data set's name may be an escape sequence; the output's encoding may lack its letters."""
    sets = tmp_path / os.fsdecode(b"s\xe9ts")
    for name in ("\x1b]0;owned\x07", "日本", os.fsdecode(b"caf\xe9"), "a\nb"):
        for kind in "ab":
            (sets / name / kind).mkdir(parents=True)
            Image.new("RGB", (8, 8)).save(sets / name / kind / "1.png")
    done = subprocess.run(
        [sys.executable, "-m", "core", "doctor"],
        cwd=ROOT,
        capture_output=True,
        timeout=240,
        check=False,
        env={**os.environ, "CONVSCOPE_DATASETS": os.fspath(sets), "PYTHONIOENCODING": "ascii"},
    )
    assert done.returncode == 0, done.stderr
    assert b"\x1b" not in done.stdout and b"\x07" not in done.stdout
    for shown in (rb"\x1b]0;owned\x07", rb"\u65e5\u672c", rb"caf\xe9", rb"a\nb"):
        assert shown in done.stdout


def test_an_error_line_is_safe_for_a_terminal():
    line = complaint("evaluate", "\x1b[2Jno-such-run")
    assert "\x1b" not in line and "no-such-run" in line


def test_how_far_a_download_is_stands_in_one_column(capsys, monkeypatch):
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    follow.download_progress(0.081, "Downloading x")
    follow.download_progress(1.0, "Downloading x")
    lines = [line.removeprefix("\033[K") for line in capsys.readouterr().err.split("\r")]
    assert lines == ["", "  8.1 % Downloading x", "100.0 % Downloading x"]
