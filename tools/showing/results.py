"""docs/results: what long runs left, and the tables and charts in docs/results.md made from it.

`python -m tools.showing.results keep STUDY NAME` copies a study and its runs from the runs folder
into docs/results/NAME, a runs folder itself, without what is large; `python -m
tools.showing.results` draws the charts of all that is kept and writes their numbers into the page.
"""

from __future__ import annotations

import argparse
import base64
import json
import re
from pathlib import Path
from typing import Any

import plotly
from plotly.io.json import to_json_plotly

from core.analysis.comparison import summary
from core.figures.studies import study_curves, study_differences
from core.files import write_atomically
from core.notation import DASH, duration, percent
from core.runs import Run, runs_folder
from core.studies import Findings, StudyRecord, findings, list_studies, open_study
from tools.dashboard import ROOT, chromium

RESULTS = ROOT / "docs" / "results"
PAGE = ROOT / "docs" / "results.md"
# Of the machine that it ran on, and of no use afterwards.
_LEFT_OUT = ("pid", "process_started", "boot_id", "resources", "remaining", "remaining_at")
_WIDTH, _HEIGHT = 900, 360  # pixels of a chart


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    commands = parser.add_subparsers(dest="command")
    copy = commands.add_parser("keep")
    copy.add_argument("study")
    copy.add_argument("name", help="of the folder under docs/results")
    copy.add_argument("--runs", type=Path)
    options = parser.parse_args()
    if options.command == "keep":
        keep(open_study(options.study, runs_folder(options.runs)), RESULTS / options.name)
    else:
        write()


def keep(record: StudyRecord, folder: Path) -> None:
    """Copy a study with its runs' configurations, figures an epoch and results."""
    study, progress = record.study(), record.progress()
    there = StudyRecord(folder / ".studies" / record.id)
    there.path.mkdir(parents=True)
    there.write_asked(study)
    there.write_progress(progress)
    for trial in study.trials:
        run = record.run_of(trial, progress)
        if run is not None:
            _keep_run(run, Run(folder / run.id))


def _keep_run(run: Run, copy: Run) -> None:
    copy.path.mkdir()
    status: dict[str, Any] = json.loads(run.status_path.read_bytes())
    status = {key: value for key, value in status.items() if key not in _LEFT_OUT}
    write_atomically(copy.status_path, json.dumps(status, indent=2).encode())
    for path in (run.config_path, run.dataset_path):
        write_atomically(copy.path / path.name, path.read_bytes())
    epochs = [json.dumps(row) for row in run.metrics() if row["kind"] == "epoch"]
    write_atomically(copy.metrics_path, ("\n".join(epochs) + "\n").encode())


def kept() -> dict[str, StudyRecord]:
    """The studies that are kept, by the name of their folder."""
    folders = sorted(path for path in RESULTS.iterdir() if (path / ".studies").is_dir())
    return {folder.name: record for folder in folders for record in list_studies(folder)}


def write() -> None:
    """Draw the charts of what is kept, and put its numbers between its marks on the page."""
    text = PAGE.read_text(encoding="utf-8")
    with chromium() as browser:
        sheet = browser.new_page()
        sheet.add_script_tag(path=Path(plotly.__file__).parent / "package_data" / "plotly.min.js")
        for name, record in kept().items():
            found = findings(record, record.study())
            for kind, figure in charts(found).items():
                picture = _drawn(sheet, figure)
                write_atomically(RESULTS / name / f"{kind}.png", picture)
            text = put(text, name, words(name, record, found))
    write_atomically(PAGE, text.encode())


def charts(found: Findings) -> dict[str, dict[str, Any]]:
    """The charts of a study, by what their files are called."""
    accuracy = [(variant.name, variant.accuracy) for variant in found.variants]
    title = "Validation accuracy"
    drawn = {"curves": study_curves(accuracy, measure_title=title)}
    if found.validation:
        drawn["differences"] = study_differences(found.validation, measure_title=title.lower())
    return drawn


def _drawn(sheet: Any, figure: dict[str, Any]) -> bytes:
    """A PNG, twice as many pixels a side, on white: the page may be read in the dark."""
    height = figure["layout"].get("height", _HEIGHT)
    layout = {
        **figure["layout"],
        "paper_bgcolor": "white",
        "plot_bgcolor": "white",
        "margin": {"l": 70, "r": 24, "t": 48, "b": 48},
        "font": {"family": "sans-serif", "size": 13},
    }
    drawn = to_json_plotly({"data": figure["data"], "layout": layout})
    uri: str = sheet.evaluate(
        "([figure, width, height]) => Plotly.toImage(JSON.parse(figure), "
        "{format: 'png', width, height, scale: 2})",
        [drawn, _WIDTH, height],
    )
    return base64.b64decode(uri.partition(",")[2])


def put(text: str, name: str, new: str) -> str:
    """The page with `new` between the marks of that name.

    Raises:
        ValueError: the page has no such marks.
    """
    marks = re.compile(rf"(<!-- results: {re.escape(name)} -->\n).*?(<!-- end -->)", re.DOTALL)
    if not marks.search(text):
        raise ValueError(f"docs/results.md has no place for {name}: <!-- results: {name} -->")
    return marks.sub(lambda found: f"{found[1]}{new}{found[2]}", text)


def words(name: str, record: StudyRecord, found: Findings) -> str:
    """A table, the sentences, and the charts, as Markdown."""
    head = "| variant | runs | validation accuracy | test accuracy | standard error | a run took |"
    rows = [head, "| --- | --- | --- | --- | --- | --- |"]
    watched = record.study().base.validates_on_test
    for variant in found.variants:
        values = variant.test.values
        error = summary(variant.test)[1] / len(values) ** 0.5 if len(values) > 1 else None
        times = variant.seconds
        rows.append(
            f"| {variant.name} | {len(values)} "
            f"| {'none' if watched else _spread(variant.validation.values)} "
            f"| {_spread(values)} | {_points(error)} "
            f"| {duration(sum(times) / len(times)) if times else DASH} |"
        )
    at_one_look = _at_one_look(record)
    if at_one_look:
        rows += ["", f"At one look at each test image: {_spread(at_one_look)}."]
    said = [f"- {line}" for line in found.sentences]
    pictures = [
        f"![{record.study().title}: {kind}](results/{name}/{kind}.png)" for kind in charts(found)
    ]
    return "\n".join([*rows, "", *said, "", *pictures, ""])


def _at_one_look(record: StudyRecord) -> tuple[float, ...]:
    """Test accuracy of runs that looked at test images from several sides, had they looked once."""
    progress = record.progress()
    runs = [record.run_of(trial, progress) for trial in record.study().trials]
    outcomes = [run.status().outcome for run in runs if run is not None]
    found = [item.one_view_accuracy for item in outcomes if item is not None]
    return tuple(accuracy for accuracy in found if accuracy is not None)


def _spread(values: tuple[float, ...]) -> str:
    """ "81.20 % (80.92 to 81.53)": the mean, the lowest and the highest."""
    if not values:
        return DASH
    mean = percent(sum(values) / len(values), 2)
    return f"{mean} ({100 * min(values):.2f} to {100 * max(values):.2f})"


def _points(error: float | None) -> str:
    return DASH if error is None else f"{100 * error:.2f} points"


if __name__ == "__main__":
    main()
