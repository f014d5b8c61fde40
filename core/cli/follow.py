"""A run watched from a terminal until it ends. Knows status and log, nothing of how it trains.

A terminal shows a bar; where the words go to a file or a pipe they are the log's, a line an epoch.
"""

from __future__ import annotations

import io
import re
import sys
import time

from core.cli.reports import for_terminal, say
from core.jobs import launch
from core.notation import duration, learning_rate, loss, percent
from core.reading import ReadingError, opened
from core.runs import RangeTestResult, Run, State, Status, TrainingResult

_BAR = 30  # characters
_LOOK_SECONDS = 0.2
_TIMED = re.compile(r"\d\d:\d\d:\d\d ")  # as observers.log_lines begins each line
_MOST_LOG = 1 << 20  # bytes of the log that are read at once


def follow(run: Run, log_begins: int = 0) -> int:
    """Show the run's progress until it ends; Ctrl-C asks it to stop. An exit status.

    Args:
        log_begins: the byte of its log after which all is new.
    """
    watch = _on_one_line if sys.stderr.isatty() else _LineByLine(log_begins)
    try:
        watch(run)
    except KeyboardInterrupt:
        print("\nStopping; what was learned is kept.", file=sys.stderr)
        if run.status().state.alive:
            launch.request_stop(run)
        watch(run)
    status = run.status()
    failed = status.state in (State.FAILED, State.CRASHED)
    if failed:
        reason = status.error or "The worker process ended without a word; see its log.txt."
        say(f"error: {reason} {status.advice}".rstrip(), sys.stderr)
    else:
        _print_result(status)
    print(run.id)
    return 1 if failed else 0


def download_progress(fraction: float | None, words: str) -> None:
    """How far a download is, on a terminal's last line."""
    if sys.stderr.isatty():
        share = "" if fraction is None else f"{percent(fraction):>7} "
        print(f"\r\033[K{share}{for_terminal(words)}", end="", file=sys.stderr, flush=True)


def log_size(run: Run) -> int:
    """Bytes of its log so far."""
    try:
        with opened(run.log_path) as file:
            return file.seek(0, io.SEEK_END)
    except ReadingError:
        return 0


def _on_one_line(run: Run) -> None:
    while (status := run.status()).state.alive:
        print(f"\r\033[K{_progress_line(status)}", end="", file=sys.stderr, flush=True)
        time.sleep(_LOOK_SECONDS)
    print(f"\r\033[K{_progress_line(status)}", file=sys.stderr, flush=True)


class _LineByLine:
    """The log's lines as they come, from a byte of it on."""

    def __init__(self, begin: int) -> None:
        self.begin = begin

    def __call__(self, run: Run) -> None:
        alive = True
        while alive:
            alive = run.status().state.alive  # asked first: what it wrote last is said, too
            self._say_new(run)
            if alive:
                time.sleep(_LOOK_SECONDS)

    def _say_new(self, run: Run) -> None:
        try:
            with opened(run.log_path) as file:
                file.seek(self.begin)
                new = file.read(_MOST_LOG)
        except ReadingError:
            return
        whole = new[: new.rfind(b"\n") + 1]
        self.begin += len(whole)
        for line in whole.decode("utf-8", errors="replace").splitlines():
            if _TIMED.match(line):  # a traceback is the log's alone: an error is one line here
                say(line, sys.stderr)
        sys.stderr.flush()


def _progress_line(status: Status) -> str:
    if not status.state.alive:
        return str(status.state)
    if not status.steps:
        return for_terminal(status.doing)
    done = min(_BAR, _BAR * status.step // status.steps)
    left = status.seconds_left
    words = [
        f"[{'#' * done}{'.' * (_BAR - done)}]",
        status.place.lower(),
        f"step {status.step:,}/{status.steps:,}" if status.epochs else "",
        f"{status.images_per_second:,.0f} images/s" if status.images_per_second else "",
        f"{duration(left)} left" if left is not None else "",
        status.doing,
    ]
    return for_terminal("  ".join(word for word in words if word))


def _print_result(status: Status) -> None:
    result = status.range_result or status.outcome
    if isinstance(result, TrainingResult):
        print(f"Test accuracy {result.accuracy_in_words}, loss {loss(result.test_loss)}")
    elif isinstance(result, RangeTestResult):
        _print_suggestions(result)


def _print_suggestions(result: RangeTestResult) -> None:
    """The recommended rate and why, and a line for each of the others and of what says none."""
    lr = result.suggestion
    print(
        f"Recommended learning rate: {learning_rate(lr, 2)}"
        if lr
        else "No learning rate recommended."
    )
    say(result.reason)
    for rule in result.refused:
        say(f"  {rule.name:<14}{'none':<24}{rule.why}")
    for one in result.suggestions:
        if one.name != result.recommended:
            ends = one.in_words.replace("\u00a0", " ")  # which a terminal may not have
            say(f"  {one.name:<14}{ends:<24}{one.why}")
