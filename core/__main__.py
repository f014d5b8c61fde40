"""`python -m core ...`: the same work as the dashboard's, without a browser.

Each command calls what the pages call. An error is one clear line on standard error and
a non-zero exit status.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import Any

from core.config import ConfigError, RunConfig, apply_overrides, load_config
from core.data.errors import DatasetError
from core.runs import Run, RunError, State, open_run, runs_folder


class CommandError(Exception):
    """Ends a command: one line for the person."""


def main(arguments: list[str] | None = None) -> int:
    options = _parser().parse_args(arguments)
    options.runs = runs_folder(options.runs)
    try:
        return options.command(options)
    except (CommandError, ConfigError, DatasetError, RunError) as error:
        print(f"error: {' '.join(str(error).split())}", file=sys.stderr)
        return 1
    except BrokenPipeError:
        return 1  # the reader, say `head`, has gone


def doctor(options: argparse.Namespace) -> int:
    """Device, precision, versions, data sets found and where."""
    from core.data.catalog import datasets_folder, list_datasets
    from core.training.devices import describe_device

    device = describe_device()
    packages = ("streamlit", "tensorflow", "keras", "plotly", "pillow", "numpy", "scikit-learn")
    report: dict[str, Any] = {
        "device": device.name,
        "kind": device.kind,
        "precision": device.precision,
        "reason": device.reason,
        "note": device.note,
        "python": platform.python_version(),
        "versions": {package: version(package) for package in packages},
        "runs": str(options.runs),
        "datasets_folder": str(datasets_folder()),
        "datasets": [
            {"name": d.name, "state": str(d.state), "location": str(d.location or "")}
            for d in list_datasets()
        ],
    }
    if options.json:
        _print_json(report)
        return 0
    print(f"Device      {device.name} ({device.kind})")
    print(f"Precision   {device.precision}: {device.reason}")
    if device.note:
        print(f"Note        {device.note}")
    packages_line = ", ".join(f"{k} {v}" for k, v in report["versions"].items())
    print(f"Versions    Python {report['python']}, {packages_line}")
    print(f"Runs        {report['runs']}")
    print(f"Datasets    under {report['datasets_folder']}")
    for item in report["datasets"]:
        print(f"  {item['name']:<24}{item['state']:<14}{item['location']}")
    return 0


def models(options: argparse.Namespace) -> int:
    """Each preset on its own input."""
    from core.models.presets import PRESETS

    rows = [
        {
            "name": preset.name,
            "input_shape": list(preset.input_shape),
            "parameters": preset.parameters,
            "trainable": preset.trainable,
        }
        for preset in PRESETS.values()
    ]
    if options.json:
        _print_json(rows)
        return 0
    for preset in PRESETS.values():
        shape = "x".join(str(side) for side in preset.input_shape)
        print(f"{preset.name:<14}{shape:<12}{preset.parameters:>11,} parameters  {preset.title}")
    return 0


def recipes(options: argparse.Namespace) -> int:
    """The complete configurations that ship."""
    from core.recipes import RECIPES

    if not options.json:
        for recipe in RECIPES.values():
            print(f"{recipe.name:<26}{recipe.title}")
        return 0
    _print_json(
        [
            {
                "name": recipe.name,
                "title": recipe.title,
                "source": recipe.source,
                "reached": recipe.reached,
                "notes": recipe.notes,
                "config": recipe.config.model_dump(mode="json"),
            }
            for recipe in RECIPES.values()
        ]
    )
    return 0


def train(options: argparse.Namespace) -> int:
    """Train in a worker process and follow it; the run's id is the last line."""
    from core.training import jobs

    config = _config(options)
    _check_before_start(config)
    return _follow(jobs.launch(config, options.runs))


def range_test(options: argparse.Namespace) -> int:
    """Run a learning-rate range test; the run's id is the last line."""
    from core.training import jobs

    config = _config(options).model_copy(update={"job": "range-test"})
    _check_before_start(config)
    return _follow(jobs.launch(config, options.runs))


def resume(options: argparse.Namespace) -> int:
    from core.training import jobs

    run = open_run(options.run, options.runs)
    jobs.resume(run)
    return _follow(run)


def stop(options: argparse.Namespace) -> int:
    from core.training import jobs

    jobs.request_stop(open_run(options.run, options.runs))
    return 0


def pause(options: argparse.Namespace) -> int:
    from core.training import jobs

    jobs.request_pause(open_run(options.run, options.runs))
    return 0


def evaluate(options: argparse.Namespace) -> int:
    """What the run's model says of the test part."""
    from core.analysis.evaluation import load_evaluation

    report = load_evaluation(open_run(options.run, options.runs)).to_dict()
    if options.json:
        _print_json(report)
        return 0
    print(f"Test accuracy {report['test_accuracy']:.2%}, test loss {report['test_loss']:.4f}")
    for row in report["per_class"]:
        print(
            f"  {row['name']:<20} precision {row['precision']:.3f}  "
            f"recall {row['recall']:.3f}  F1 {row['f1']:.3f}  of {row['support']:,}"
        )
    return 0


def classify(options: argparse.Namespace) -> int:
    """The most probable classes of each photo; status 1 where a photo could not be read."""
    from core.predict import classify_files

    run = open_run(options.run, options.runs)
    if not run.model_path.exists():
        raise CommandError(f"Run {run.id} has no model yet: it is {run.status().state}.")
    with _without_native_chatter():
        answers = classify_files(run, [Path(photo) for photo in options.photos], options.invert)
    if options.json:
        _print_json(answers)
    else:
        for answer in answers:
            print(_answer_line(answer))
    return 1 if any("error" in answer for answer in answers) else 0


@contextmanager
def _without_native_chatter() -> Iterator[None]:
    """TensorFlow's C++ part greets on standard error while it loads, whatever it is asked."""
    sys.stderr.flush()
    kept = os.dup(2)
    silence = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silence, 2)
    try:
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(silence)


def _answer_line(answer: dict[str, Any]) -> str:
    if "error" in answer:
        return f"{answer['file']}: {answer['error']}"
    top = ", ".join(f"{item['class']} {item['probability']:.1%}" for item in answer["top"])
    return f"{answer['file']}: {top}"


def _config(options: argparse.Namespace) -> RunConfig:
    from core.recipes import find_recipe

    if (options.config is None) == (options.recipe is None):
        raise CommandError("Give either a configuration file or --recipe NAME.")
    if options.recipe is not None:
        config = find_recipe(options.recipe).config
    else:
        config = load_config(options.config)
    return apply_overrides(config, options.set)


def _check_before_start(config: RunConfig) -> None:
    """Refuse at once what the worker would refuse after loading TensorFlow."""
    from core.data.catalog import find_dataset
    from core.models.plan import check_fits

    info = find_dataset(config.dataset.name)
    if info.state == "downloadable":
        from core.data.catalog import load_dataset

        load_dataset(config.dataset, download=True, progress=_download_progress)
    if info.image_shape is not None and info.class_count is not None:
        size = config.dataset.image_size or info.image_shape[:2]
        check_fits(config.architecture, (*size, info.image_shape[2]), info.class_count)


def _download_progress(fraction: float | None, words: str) -> None:
    if sys.stderr.isatty():
        percent = "" if fraction is None else f"{fraction:5.1%} "
        print(f"\r\033[K{percent}{words}", end="", file=sys.stderr, flush=True)


def _follow(run: Run) -> int:
    """Show the run's progress until it ends; Ctrl-C asks it to stop."""
    from core.training import jobs

    try:
        _watch(run)
    except KeyboardInterrupt:
        print("\nStopping; what was learned is kept.", file=sys.stderr)
        if run.status().state.alive:
            jobs.request_stop(run)
        _watch(run)
    status = run.status()
    if status.state in (State.FAILED, State.CRASHED):
        reason = status.error or "The worker process ended without a word; see its log.txt."
        print(f"error: {reason} {status.advice}".rstrip(), file=sys.stderr)
    else:
        _print_result(status.result)
    print(run.id)
    return 1 if status.state in (State.FAILED, State.CRASHED) else 0


def _watch(run: Run) -> None:
    terminal = sys.stderr.isatty()
    while (status := run.status()).state.alive:
        if terminal:
            print(f"\r\033[K{_progress_line(status)}", end="", file=sys.stderr, flush=True)
        time.sleep(0.2)
    if terminal:
        print(f"\r\033[K{_progress_line(status)}", file=sys.stderr, flush=True)


def _progress_line(status: Any) -> str:
    if not status.steps:
        return status.phase
    width = 30
    done = min(width, width * status.step // status.steps)
    left = status.seconds_left
    parts = [
        f"[{'#' * done}{'.' * (width - done)}]",
        f"epoch {min(status.epoch + 1, status.epochs)}/{status.epochs}",
        f"step {status.step:,}/{status.steps:,}",
        f"{status.images_per_second:,.0f} images/s" if status.images_per_second else "",
        f"{left:,.0f} s left" if left is not None else "",
        status.phase,
    ]
    return "  ".join(part for part in parts if part)


def _print_result(result: dict[str, Any]) -> None:
    if "test_accuracy" in result:
        print(f"Test accuracy {result['test_accuracy']:.2%}, loss {result['test_loss']:.4f}")
    if "reason" in result:
        rate = result["suggestion"]
        print(f"Suggested learning rate: {rate:.3g}" if rate else "No rate suggested.")
        print(result["reason"])


def _print_json(value: Any) -> None:
    print(json.dumps(value, indent=2))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m core", description=__doc__.splitlines()[0])
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def add(name: str, command: Any, words: str) -> argparse.ArgumentParser:
        sub = commands.add_parser(name, help=words, description=words)
        sub.set_defaults(command=command)
        sub.add_argument("--runs", metavar="DIR", help="where runs live (default: runs)")
        return sub

    for name, command, words in (
        ("doctor", doctor, "device, precision, versions, data sets found and where"),
        ("models", models, "the preset networks with their parameters"),
        ("recipes", recipes, "the complete configurations that ship"),
    ):
        add(name, command, words).add_argument("--json", action="store_true")
    for name, command, words in (
        ("train", train, "train a configuration; prints the run's id last"),
        ("range-test", range_test, "run a learning-rate range test"),
    ):
        sub = add(name, command, words)
        sub.add_argument("config", nargs="?", type=Path, metavar="CONFIG.json")
        sub.add_argument("--recipe", metavar="NAME")
        sub.add_argument("--set", action="append", default=[], metavar="FIELD=VALUE")
    for name, command, words in (
        ("resume", resume, "go on with a run that ended early"),
        ("pause", pause, "write a checkpoint and give the device back"),
        ("stop", stop, "end a run and keep what it has learned"),
        ("evaluate", evaluate, "test accuracy, confusion and figures per class"),
        ("classify", classify, "name what is in photos"),
    ):
        sub = add(name, command, words)
        sub.add_argument("run", metavar="RUN")
        if name == "classify":
            sub.add_argument("photos", nargs="+", metavar="PHOTO")
            sub.add_argument(
                "--invert",
                choices=("auto", "yes", "no"),
                default="auto",
                help="swap dark and light",
            )
        if name in ("evaluate", "classify"):
            sub.add_argument("--json", action="store_true")
    return parser


if __name__ == "__main__":
    sys.exit(main())
