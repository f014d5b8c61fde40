"""The commands: each calls what the pages call. An error is one line on standard error."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from core.cli import follow, reports
from core.config import RunConfig, apply_overrides, load_config
from core.errors import RunError, UserError, from_os_error
from core.reading import is_file
from core.runs import open_run, runs_folder

Command = Callable[[argparse.Namespace], int]


class CommandError(UserError):
    """A command that was not typed in a way that can be carried out."""


def run_as_program() -> None:
    reports.print_anything()
    sys.exit(main())


def main(arguments: list[str] | None = None) -> int:
    """Carry out one command; a process's exit status."""
    options = build_parser().parse_args(arguments)
    options.runs = runs_folder(options.runs)
    try:
        command: Command = options.command
        return command(options)
    except UserError as error:
        return _refused(error)
    except BrokenPipeError:
        return 1  # the reader, say `head`, has gone
    except OSError as error:
        return _refused(from_os_error(error))


def _refused(error: UserError) -> int:
    reports.say(f"error: {' '.join(str(error).split())}", sys.stderr)
    return 1


def doctor(options: argparse.Namespace) -> int:
    report = reports.doctor(options.runs)
    if options.json:
        reports.print_json(report)
    else:
        reports.print_doctor(report)
    return 0


def models(options: argparse.Namespace) -> int:
    if options.json:
        reports.print_json(reports.models())
    else:
        reports.print_models()
    return 0


def recipes(options: argparse.Namespace) -> int:
    if options.json:
        reports.print_json(reports.recipes())
    else:
        reports.print_recipes()
    return 0


def train(options: argparse.Namespace) -> int:
    """Train in a worker process and follow it; the run's id is the last line."""
    return _start(_config(options), options.runs)


def range_test(options: argparse.Namespace) -> int:
    """Run a learning-rate range test; the run's id is the last line."""
    return _start(_config(options).model_copy(update={"job": "range-test"}), options.runs)


def _start(config: RunConfig, runs: Path) -> int:
    from core.jobs import launch, preflight

    fetch(config, runs)
    preflight.check(config, runs)
    return follow.follow(launch.start(config, runs))


def fetch(config: RunConfig, runs: Path) -> None:
    """Download the images and the weights that a configuration needs and that can be had."""
    from core.jobs import preflight

    found = preflight.inspect(config, runs)
    if found.needs_download:
        from core.data.load import load_dataset

        load_dataset(config.dataset, download=True, progress=follow.download_progress)
    if found.missing_base is not None:
        from core.data.pretrained import download_weights

        download_weights(found.missing_base, follow.download_progress)


def resume(options: argparse.Namespace) -> int:
    from core.jobs import launch

    run = open_run(options.run, options.runs)
    begins = follow.log_size(run)
    launch.resume(run)
    return follow.follow(run, begins)


def stop(options: argparse.Namespace) -> int:
    from core.jobs import launch

    launch.request_stop(open_run(options.run, options.runs))
    return 0


def pause(options: argparse.Namespace) -> int:
    from core.jobs import launch

    launch.request_pause(open_run(options.run, options.runs))
    return 0


def evaluate(options: argparse.Namespace) -> int:
    """What the run's model says of the test images."""
    from core.analysis.evaluation import load_evaluation

    report = load_evaluation(open_run(options.run, options.runs)).to_dict()
    if options.json:
        reports.print_json(report)
    else:
        reports.print_evaluation(report)
    return 0


def classify(options: argparse.Namespace) -> int:
    """The most probable classes of each photo; status 1 where a photo could not be read."""
    from core.photos.classify import classify_files

    run = open_run(options.run, options.runs)
    if not is_file(run.model_path):
        raise RunError(f"Run {run.id} has no model yet: it is {run.status().state}.")
    with _without_native_chatter():
        answers = classify_files(run, [Path(photo) for photo in options.photos], options.invert)
    if options.json:
        reports.print_json(answers)
    else:
        reports.print_answers(answers)
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


def study(options: argparse.Namespace) -> int:
    """Conduct a study and say what came out; the study's id is the last line."""
    from core.cli import series, studies

    record = studies.find_study(options.study, options.runs)
    if series.is_to_do(record.state()):
        config = record.study()
        for place in range(config.size):
            fetch(config.config_of(place, config.repeats[0]), options.runs)
    return studies.conduct(record, as_json=options.json)


def search(options: argparse.Namespace) -> int:
    """Conduct a search and say what came out; the search's id is the last line."""
    from core.cli import searches, series

    record = searches.find_search(options.search, options.runs)
    if series.is_to_do(record.state()):
        fetch(record.search().base, options.runs)
    return searches.conduct(record, as_json=options.json)


def _config(options: argparse.Namespace) -> RunConfig:
    from core.recipes import find_recipe

    if (options.config is None) == (options.recipe is None):
        raise CommandError("Give either a configuration file or --recipe NAME.")
    if options.recipe is not None:
        config = find_recipe(options.recipe).config
    else:
        config = load_config(options.config)
    return apply_overrides(config, options.set)


def build_parser() -> argparse.ArgumentParser:
    """All commands with their options."""
    parser = argparse.ArgumentParser(
        prog="python -m core", description="The dashboard's work, without a browser."
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for add in (_add_reports, _add_starts, _add_series, _add_run_commands):
        add(commands)
    return parser


def _add(
    commands: argparse._SubParsersAction[argparse.ArgumentParser],
    name: str,
    command: Command,
    words: str,
) -> argparse.ArgumentParser:
    sub = commands.add_parser(name, help=words, description=words)
    sub.set_defaults(command=command)
    sub.add_argument("--runs", metavar="DIR", help="where runs live (default: runs)")
    return sub


def _add_reports(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    for name, command, words in (
        ("doctor", doctor, "device, precision, versions, data sets found and where"),
        ("models", models, "the preset networks with their parameters"),
        ("recipes", recipes, "the complete configurations that ship"),
    ):
        _add(commands, name, command, words).add_argument("--json", action="store_true")


def _add_starts(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    for name, command, words in (
        ("train", train, "train a configuration; prints the run's id last"),
        ("range-test", range_test, "run a learning-rate range test"),
    ):
        sub = _add(commands, name, command, words)
        sub.add_argument("config", nargs="?", type=Path, metavar="CONFIG.json")
        sub.add_argument("--recipe", metavar="NAME")
        sub.add_argument("--set", action="append", default=[], metavar="FIELD=VALUE")


def _add_series(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    for name, command, words in (
        (
            "study",
            study,
            "train variants with several seeds and say how they differ; goes on where it was",
        ),
        ("search", search, "try values of a few fields for a while; goes on where it was"),
    ):
        sub = _add(commands, name, command, words)
        sub.add_argument(name, metavar=f"FILE.json|{name.upper()}")
        sub.add_argument("--json", action="store_true")


def _add_run_commands(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    for name, command, words in (
        ("resume", resume, "go on with a run that ended early"),
        ("pause", pause, "write a checkpoint and give the device back"),
        ("stop", stop, "end a run and keep what it has learned"),
    ):
        _add(commands, name, command, words).add_argument("run", metavar="RUN")
    sub = _add(commands, "evaluate", evaluate, "test accuracy, confusion and figures per class")
    sub.add_argument("run", metavar="RUN")
    sub.add_argument("--json", action="store_true")
    sub = _add(commands, "classify", classify, "name what is in photos")
    sub.add_argument("run", metavar="RUN")
    sub.add_argument("photos", nargs="+", metavar="PHOTO")
    sub.add_argument(
        "--invert", choices=("auto", "yes", "no"), default="auto", help="swap dark and light"
    )
    sub.add_argument("--json", action="store_true")
