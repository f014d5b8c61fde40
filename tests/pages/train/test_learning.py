"""The row of images on the page: shown where there is something to show, and never in its way."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from streamlit.testing.v1 import AppTest

from core.runs import DatasetSummary, Run
from core.runs.live.snapshots import Pinned, Snapshot, append, write_pinned
from pages.train import learning
from tests.pages.train.records import record

CLASSES = ("cat", "<b>dog</b>")


def watched(folder: Path) -> Run:
    """A run that has looked twice at four images of two classes."""
    run = record(folder)
    summary = DatasetSummary(name="pets", classes=CLASSES, image_shape=(4, 4, 3))
    run.write_dataset(summary)
    labels = np.array([0, 0, 1, 1])
    write_pinned(run.pinned_path, Pinned(np.zeros((4, 4, 4, 3), np.uint8), labels))
    append(run.snapshots_path, 0, 0.0, np.full((4, 2), 0.5), labels)
    append(run.snapshots_path, 20, 1.0, np.array([[0.9, 0.1]] * 4), labels)
    return run


def page() -> None:
    import os
    from pathlib import Path

    from core.runs import Run
    from pages.train import learning

    run = Run(Path(os.environ["LEARNING_RUN"]))
    learning.show(run, run.status())


def drawn(run: Run, monkeypatch: Any) -> list[Any]:
    monkeypatch.setenv("LEARNING_RUN", str(run.path))
    app = AppTest.from_function(page, default_timeout=60).run()
    assert not app.exception
    return list(app.get("bidi_component"))


def test_a_run_that_has_looked_shows_its_images(runs_folder: Path, monkeypatch: Any) -> None:
    assert len(drawn(watched(runs_folder), monkeypatch)) == 1


def test_a_run_that_has_not_shows_none(runs_folder: Path, monkeypatch: Any) -> None:
    assert drawn(record(runs_folder), monkeypatch) == []


def test_damaged_files_show_none(runs_folder: Path, monkeypatch: Any) -> None:
    run = watched(runs_folder)
    run.snapshots_path.write_bytes(b"\x00\n{}\n")
    assert drawn(run, monkeypatch) == []
    run = watched(runs_folder)
    run.pinned_path.write_bytes(b"not an archive")
    assert drawn(run, monkeypatch) == []
    run = watched(runs_folder)
    run.dataset_path.write_text("{")
    assert drawn(run, monkeypatch) == []


def snapshot(step: int, sure: float = 0.614) -> Snapshot:
    probabilities = ((sure, 1 - sure), (0.7, 0.3))
    return Snapshot(step, step / 10, ((1, 0), (1, 0)), probabilities, (1 - sure, 0.7))


PINNED = Pinned(np.zeros((2, 4, 4, 1), np.uint8), np.array([0, 1]))
WATCHED = learning.watched(PINNED, CLASSES, Path("snapshots.jsonl"))


def test_the_browser_gets_images_once_and_a_frame_a_look() -> None:
    sent = learning.message(WATCHED, [snapshot(0), snapshot(15, sure=0.996)], 2)
    assert [image.partition(",")[0] for image in sent["images"]] == ["data:image/png;base64"] * 2
    assert sent["truths"] == [0, 1]
    assert sent["names"] == {"0": "cat", "1": "<b>dog</b>"}
    assert sent["frames"] == [
        [0.0, [1, 1], [614, 700], ["61 %", "70 %"]],
        [1.5, [1, 1], [996, 700], [">99 %", "70 %"]],
    ]


def test_of_a_long_run_some_frames_are_sent_the_first_and_the_last_among_them() -> None:
    found = [snapshot(step) for step in range(0, 4000, 10)]
    frames = learning.message(WATCHED, found, 400)["frames"]
    assert len(frames) == 120
    assert (frames[0][0], frames[-1][0]) == (0.0, 399.0)


def test_names_of_classes_that_are_not_shown_are_not_sent() -> None:
    classes = tuple(f"class {n}" for n in range(1000))
    of_many = learning.watched(PINNED, classes, Path("snapshots.jsonl"))
    sent = learning.message(of_many, [snapshot(0)], 1)
    assert list(sent["names"]) == ["0", "1"]
