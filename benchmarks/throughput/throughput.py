"""Training throughput of the 552,362-parameter network, batch 64, CIFAR-10-sized images.

Ours, as it ships, against stock Keras `fit` over `ImageDataGenerator` (the 2020 write-up's
way) and on tf.data, against PyTorch, and against JAX and Keras's other backends where they
are installed. Each contestant runs in a process of its own, because frameworks that share
one disturb each other: PyTorch beside TensorFlow takes many times the page faults and loses
half its speed. Those of one field are alive together, waiting for their turns, so that all
meet the same machine; of fields, one after the other, so that memory for five suffices.

A line for each setting, and one for the fastest of a field, which the target is held
against. The processor only: a graphics card is hidden from everybody.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import asdict
from typing import Any

from benchmarks.common import emit_ratio, emit_skip
from benchmarks.throughput import task
from benchmarks.throughput.contestant import Burst, Contestant, ContestantError
from benchmarks.throughput.settings import FIELDS, Field, Setting
from benchmarks.throughput.turns import (
    MOST_FROM_OTHERS,
    Fails,
    Pair,
    clean,
    disturbance,
    fastest,
    speeds,
    take_turns,
)


def main(places: Sequence[str] = ()) -> None:
    """All fields, or those at the places given, counted from 1."""
    chosen = [FIELDS[int(place) - 1] for place in places] or FIELDS
    if not all([measure(group) for group in chosen]):
        sys.exit(1)


def measure(group: Field) -> bool:
    """Print a field's lines; False where one of its contestants failed."""
    titles = {setting.name: setting.title for setting in group.settings}
    failures: list[str] = []

    def fails(name: str, error: ContestantError) -> None:
        failures.append(name)
        _tell_failure(_figure(group, titles[name]), error)

    with ExitStack() as alive:
        try:
            others = _others(group, alive, fails)
            pairs = take_turns(_started(group.ours, alive), others, fails) if others else {}
        except ContestantError as error:  # ours
            _tell_failure(_figure(group, group.title), error)
            return False
    for name, taken in pairs.items():
        bursts = {
            "ours": _columns([a for a, _ in taken]),
            "theirs": _columns([b for _, b in taken]),
        }
        _tell(_figure(group, titles[name]), None, taken, **bursts)
    _tell_fastest(group, titles, pairs)
    return not failures


def _started(setting: Setting, alive: ExitStack) -> Contestant:
    contestant = alive.enter_context(Contestant(setting.command(), setting.environment()))
    contestant.ready()
    return contestant


def _others(group: Field, alive: ExitStack, fails: Fails) -> dict[str, Contestant]:
    """The field's contestants, warm, one started after the other; those missing are told."""
    started = {}
    for setting in group.settings:
        hindrance = setting.hindrance()
        if hindrance is not None:
            emit_skip(_figure(group, setting.title), hindrance)
            continue
        try:
            started[setting.name] = _started(setting, alive)
        except ContestantError as error:
            fails(setting.name, error)
    return started


def _figure(group: Field, title: str) -> str:
    return f"train: {group.ours.title} / {title}"


def _tell_fastest(group: Field, titles: dict[str, str], pairs: dict[str, list[Pair]]) -> None:
    figure = _figure(group, f"the fastest of {group.title}")
    name = fastest(pairs)
    if name is None:
        emit_skip(figure, "none of its settings has a clean pair")
        return
    missing = [title for other, title in titles.items() if not clean(pairs.get(other, []))]
    _tell(figure, group.target, pairs[name], setting=titles[name], not_measured=missing)


def _tell(figure: str, target: float | None, pairs: Sequence[Pair], **extra: Any) -> None:
    counted = clean(pairs)
    if not counted:
        least = min(disturbance(pair) for pair in pairs)
        emit_skip(
            figure,
            f"none of {len(pairs)} pairs was clean: in each, others took at least "
            f"{100 * least:.0f} % of the machine, more than {100 * MOST_FROM_OTHERS:.0f} %",
        )
        return
    emit_ratio(
        figure,
        target,
        speeds(counted, task.STEPS * task.BATCH),
        clean_pairs=len(counted),
        pairs=len(pairs),
        **extra,
    )


def _columns(bursts: Sequence[Burst]) -> dict[str, list[float]]:
    """Every burst's record, those that do not count too, a list a quantity."""
    rows = [asdict(burst) for burst in bursts]
    return {key: [round(row[key], 3) for row in rows] for key in rows[0]}


def _tell_failure(figure: str, error: ContestantError) -> None:
    emit_skip(figure, f"failed: {error}")
    print(f"{figure} failed: {error}\n{error.log}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
