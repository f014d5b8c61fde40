"""Whatever lies in the datasets folder: sentences, and every other set as it was."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from core.cli import reports
from core.config import DatasetConfig
from core.data.catalog import list_datasets
from core.data.load import load_dataset
from core.data.sources.builtin import BUILT_IN
from core.errors import UserError
from tests.conftest import build_class_folder
from tests.data.hostile import edit_entry, hostile_set
from tests.pages.opening import go_to, open_app

_SETS = 13  # in a folder; each is a case
_SIZE = (8, 8)


@pytest.fixture
def folders(reachable_folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Datasets, cache and runs of its own; the datasets folder."""
    for kind in ("datasets", "cache", "runs"):
        (reachable_folder / kind).mkdir()
        monkeypatch.setenv(f"CONVSCOPE_{kind.upper()}", str(reachable_folder / kind))
    build_class_folder(reachable_folder / "datasets", "good", size=(8, 8))
    yield reachable_folder / "datasets"


def loaded(name: str) -> str | None:
    """A hash of its test images, or None where it cannot be loaded, which a sentence says."""
    try:
        data = load_dataset(DatasetConfig(name=name, image_size=_SIZE))
    except UserError as error:
        assert str(error).encode("utf-8").strip()
        return None
    assert "".join((*data.classes, *data.notes, data.source, data.title)).encode("utf-8")
    return data.test.digest()


def check_listed_and_loaded(draw: random.Random, folder: Path) -> list[str]:
    """The own sets' names, all of them looked at, loaded, their cache edited and loaded again."""
    infos = {info.name: info for info in list_datasets() if info.name not in BUILT_IN}
    assert infos["good"].sizes == {"train": 12, "validation": 6, "test": 8}
    for name, info in infos.items():
        assert f"{name}{info.title}{info.description}{info.problem}{info.source}".encode()
        before = loaded(name)
        assert (before is None) or not info.problem
        if before is None:
            continue
        for entry in sorted(folder.parent.glob("cache/datasets/[!.]*")):
            if draw.random() < 0.3:
                edit_entry(draw, entry)
        assert loaded(name) == before
    return list(infos)


def shown(app: AppTest) -> None:
    """Only sentences: no traceback and nothing that a browser cannot be sent."""
    assert not app.exception, [item.value for item in app.exception]
    for element in (*app.markdown, *app.caption, *app.error):
        assert element.value.encode("utf-8") or True


def check_pages(draw: random.Random, names: list[str]) -> None:
    app = open_app()
    shown(app)
    assert "**Good**" in [link.proto.label for link in app.get("page_link")]
    for name in draw.sample(names, min(3, len(names))):
        shown(go_to(app, "browse", "Browse", dataset=name))
        for button in app.button:
            if button.key == "use_dataset":
                shown(button.click().run())
    shown(go_to(app, "design", "Design"))


def check_doctor(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    report = reports.doctor(folder.parent / "runs")
    reports.print_doctor(report)
    reports.print_json(report)
    printed = capsys.readouterr().out
    printed.encode("utf-8")
    assert "\x1b" not in printed and "good" in printed


def check(seed: int, folder: Path, capsys: pytest.CaptureFixture[str], *, pages: bool) -> None:
    draw = random.Random(seed)
    for _ in range(_SETS):
        hostile_set(draw, folder)
    names = check_listed_and_loaded(draw, folder)
    check_doctor(folder, capsys)
    if pages:
        check_pages(draw, names)


@pytest.mark.patient
@pytest.mark.parametrize("seed", range(12))
def test_whatever_lies_there(seed: int, folders: Path, capsys: pytest.CaptureFixture[str]) -> None:
    check(seed, folders, capsys, pages=True)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(1000, 1154))
def test_much_that_lies_there(seed: int, folders: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """154 folders of 13 sets."""
    check(seed, folders, capsys, pages=seed % 4 == 0)
