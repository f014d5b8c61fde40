"""Ours and each of the others in turn, so that a machine that slows down slows both.

A pair is a burst of ours and one of theirs right after it. Where other processes took more
than a twentieth of the machine during either, the pair does not count and another is taken.
Knows nothing of what a contestant does; `clean`, `speeds` and `fastest` are arithmetic.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple, Protocol

from benchmarks.throughput.contestant import Burst, ContestantError

MOST_FROM_OTHERS = 0.05  # of the machine
PAIRS = 5  # clean ones wanted of each
ROUNDS = 10  # at most, on a machine that is not left alone
PAUSE = 0.3  # seconds before a burst: the threads of the one before spin for a while


Fails = Callable[[str, ContestantError], None]


class Pair(NamedTuple):
    ours: Burst
    theirs: Burst


class DoesBursts(Protocol):
    def burst(self) -> Burst: ...


def take_turns(
    ours: DoesBursts,
    others: Mapping[str, DoesBursts],
    fails: Fails,
) -> dict[str, list[Pair]]:
    """Pairs of ours with each of the others, round by round, until enough are clean.

    Args:
        ours: what it raises is raised here.
        others: each under its name.
        fails: told of one that fails, which takes no more turns and has no pairs.
    """
    pairs: dict[str, list[Pair]] = {name: [] for name in others}
    for _ in range(ROUNDS):
        for name in [name for name in pairs if len(clean(pairs[name])) < PAIRS]:
            mine = _burst(ours)
            try:
                pairs[name].append(Pair(mine, _burst(others[name])))
            except ContestantError as error:
                del pairs[name]
                fails(name, error)
    return pairs


def _burst(contestant: DoesBursts) -> Burst:
    time.sleep(PAUSE)
    return contestant.burst()


def clean(pairs: Sequence[Pair]) -> list[Pair]:
    """Those during which the machine was left alone."""
    return [pair for pair in pairs if disturbance(pair) <= MOST_FROM_OTHERS]


def disturbance(pair: Pair) -> float:
    """The share of the machine that others took in the worse of the two bursts, 0..1."""
    return max(pair.ours.others, pair.theirs.others)


def speeds(pairs: Sequence[Pair], images: int) -> list[tuple[float, float]]:
    """Images a second of ours and theirs, of bursts of so many images."""
    return [(images / pair.ours.seconds, images / pair.theirs.seconds) for pair in pairs]


def fastest(pairs: Mapping[str, Sequence[Pair]]) -> str | None:
    """The name with the highest median speed over its clean pairs; None where none is clean."""
    seconds = {
        name: statistics.median(pair.theirs.seconds for pair in clean(taken))
        for name, taken in pairs.items()
        if clean(taken)
    }
    return min(seconds, key=seconds.__getitem__) if seconds else None
