"""Curves of learning-rate range tests whose answer is known: drawn from formulas, or recorded."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from core.config import RangeTestConfig, RunConfig
from core.recipes import find_recipe
from core.runs import RangeTestResult
from core.training.lr_suggestion import Seed, range_learning_rates

GUESSING = math.log(10)
TEST = RangeTestConfig(start=1e-5, end=10.0, iterations=300)
Formula = Callable[[np.ndarray], np.ndarray]  # of log10(lr), in decades -> loss, in nats


@dataclass(frozen=True)
class Known:
    """A curve, and what its formula says without noise."""

    name: str
    formula: Formula
    noise: float = 0.0  # standard deviation of a batch, in nats
    spikes: dict[int, float] = field(default_factory=dict)  # iteration -> nats on top
    ragged_from: int | None = None  # the first iteration from which batches jump by a nat
    lost_at: int | None = None  # the first iteration whose loss is no number
    test: RangeTestConfig = TEST
    falls: bool = True  # a rate stands out
    inner: bool = True  # it is steepest inside the range, not at an end
    cut: bool = False  # it ends on the way down, so that a quarter of its end need not be low

    def seed(self, number: int = 0) -> Seed:
        """Losses as measured with noise of that seed."""
        lrs = range_learning_rates(self.test)
        losses = self.formula(np.log10(lrs))
        losses = losses + np.random.default_rng(number).normal(0.0, 1.0, len(lrs)) * self.noise
        for iteration, height in self.spikes.items():
            losses[iteration] += height
        if self.ragged_from is not None:
            losses[self.ragged_from :: 2] += 1.0
            losses[self.ragged_from + 1 :: 2] -= 1.0
        if self.lost_at is not None:
            losses[self.lost_at :] = np.nan
        return dict(zip(lrs.tolist(), losses.tolist(), strict=True))

    @property
    def steepest(self) -> float:
        """Where the formula falls fastest before it is lowest, measured on a fine grid."""
        x = np.linspace(math.log10(self.test.start), math.log10(self.test.end), 200_001)
        y = self.formula(x)
        slopes = np.gradient(y, x)[: int(np.argmin(y)) + 1]
        return float(10 ** x[int(np.argmin(slopes))])


def fall(at: float, depth: float = 1.6, width: float = 6.0) -> Formula:
    """A logistic fall by so many nats, steepest at one rate."""
    return lambda x: -depth / (1.0 + np.exp(-width * (x - math.log10(at))))


def rise(at: float, width: float = 6.0) -> Formula:
    """An exponential rise that has come to one nat at one rate."""
    return lambda x: np.exp(np.minimum(width * (x - math.log10(at)), 40.0))


def of(start: float, *parts: Formula) -> Formula:
    return lambda x: np.full(len(x), start) + sum(part(x) for part in parts)


def collapse(at: float) -> Formula:
    """From what a network had learned back to guessing, and no further."""
    learned = of(GUESSING + 1.0, fall(1e-3, 1.5))

    def ruined(x: np.ndarray) -> np.ndarray:
        share = 1.0 / (1.0 + np.exp(-12.0 * (x - math.log10(at))))
        bumped = learned(x) + 1.2 * np.exp(-(((x - math.log10(at)) / 0.3) ** 2))
        return (1.0 - share) * bumped + share * (GUESSING + 0.01)

    return ruined


def _cut(name: str, formula: Formula, **rest: Any) -> Known:
    """A curve that falls ever faster up to its end."""
    return Known(name, formula, inner=False, cut=True, **rest)


def run_of(test: RangeTestConfig, schedule: str = "one_cycle") -> RunConfig:
    """A run whose range test that is."""
    data = {"architecture": "compact", "schedule": {"kind": schedule}}
    return RunConfig.model_validate(data).model_copy(update={"range_test": test})


def recorded(recipe: str) -> tuple[RunConfig, list[Seed]]:
    """A range test of a shipped recipe as measured, with seeds 0, 1 and 2 but for cats and dogs."""
    path = Path(__file__).with_name("recorded.json")
    found = json.loads(path.read_text(encoding="utf-8"))[recipe]
    config = find_recipe(recipe).config
    test = config.range_test.model_copy(update={"iterations": found["iterations"]})
    lrs = range_learning_rates(test).tolist()
    seeds = [dict(zip(lrs, losses, strict=False)) for losses in found["losses"]]
    return config.model_copy(update={"range_test": test}), seeds


def rates(result: RangeTestResult) -> dict[str, float]:
    return {one.name: one.learning_rate for one in result.suggestions}


def by_name(known: Known) -> str:
    return known.name


def mean_curve(seeds: list[Seed]) -> tuple[np.ndarray, np.ndarray]:
    """log10 of the rates that all seeds reached, and their mean loss, of the latter half cut off at
    guessing: what explodes there would bend all that is fitted before it."""
    lrs = np.array(sorted(set.intersection(*map(set, seeds))))
    losses = np.mean([[seed[lr] for lr in lrs] for seed in seeds], axis=0)
    half = len(lrs) // 2
    losses[half:] = np.minimum(losses[half:], GUESSING)
    return np.log10(lrs), losses


_USUAL = of(2.3, fall(3e-3), rise(3.0))
_NARROW = RangeTestConfig(start=1e-5, end=1.0, iterations=150)
_LINEAR = RangeTestConfig(start=1e-3, end=0.6, spacing="linear", iterations=300)

KNOWN = (
    Known("clean", _USUAL),
    Known("clean and lower", of(2.3, fall(3e-4), rise(0.3))),
    Known("noisy", _USUAL, noise=0.1),
    Known("very noisy", _USUAL, noise=0.25),
    Known("one early spike", _USUAL, noise=0.05, spikes={3: 2.0}),
    Known("early spikes", _USUAL, noise=0.05, spikes={n: 4.0 - 0.15 * n for n in range(20)}),
    Known("a spike on the way down", _USUAL, noise=0.05, spikes={110: 3.0, 140: -1.5}),
    Known("lost at the end", _USUAL, noise=0.05, lost_at=260),
    Known("explodes", of(2.3, fall(3e-3), rise(0.3, 20.0)), noise=0.05),
    Known("a plateau, then a late fall", of(2.3, fall(0.3, 1.0, 9.0), rise(6.0, 12.0)), noise=0.05),
    Known(
        "two valleys",
        of(
            2.3,
            fall(3e-4, 0.6),
            lambda x: 0.35 * np.exp(-((x + 2.3) ** 2) * 20),
            fall(2e-2, 0.9, 9.0),
            rise(3.0),
        ),
        noise=0.03,
    ),
    Known("from far above guessing", of(4.6, fall(1e-3, 4.0, 3.0), rise(3.0)), noise=0.15),
    Known("ruined back to guessing", collapse(0.3), noise=0.05),
    Known("ragged", of(2.3, fall(3e-3)), noise=0.05, ragged_from=225),
    Known("still falling at the end", of(2.3, fall(0.3)), noise=0.05),
    Known("linear steps", of(2.3, fall(0.06), rise(0.9, 12.0)), noise=0.03, test=_LINEAR),
    Known("coarse", _USUAL, noise=0.05, test=TEST.model_copy(update={"iterations": 40})),
    Known("fine", _USUAL, noise=0.2, test=TEST.model_copy(update={"iterations": 3000})),
    Known(
        "steepest where it begins",
        of(2.3, fall(2e-5, 1.6, 2.5), rise(0.3)),
        noise=0.03,
        inner=False,
    ),
    Known(
        "steepest before it begins",
        of(2.3, fall(1e-5, 1.6, 2.5), rise(0.3)),
        noise=0.03,
        test=_NARROW,
        inner=False,
    ),
    Known("steepest near the end", of(2.3, fall(0.3)), noise=0.05, test=_NARROW, cut=True),
    _cut("steepest where it ends", of(2.3, fall(1.0)), noise=0.03, test=_NARROW),
    _cut("clean to where it ends", of(2.3, fall(1.0)), test=_NARROW),
    _cut("steepest beyond its end", of(2.3, fall(2.0)), noise=0.03, test=_NARROW),
    _cut("ever steeper", of(2.3, fall(20.0, 1.6, 2.5)), noise=0.05),
    _cut("steepest where it is lost", of(2.3, fall(3e-3)), noise=0.05, lost_at=130),
    Known("never below guessing", of(GUESSING + 2.0, fall(1e-4, 2.0)), noise=0.05, falls=False),
    Known("flat", of(GUESSING), noise=0.1, falls=False),
    Known("rising", of(2.3, lambda x: x + 5.0), noise=0.1, falls=False),
    Known("never falling", of(2.3, rise(0.03)), noise=0.05, falls=False),
    Known("short", _USUAL, lost_at=15, falls=False),
    Known("diverging at once", of(2.3, rise(2e-5, 30.0)), lost_at=40, falls=False),
)
RECORDED = ("digits-quick", "cifar10-fast", "cifar10-2018")
SEEDS = range(3)
FALLING = [known for known in KNOWN if known.falls]
