"""Dimensions that a search of a configuration may begin with, around what it has.

Knows nothing of what is good: the ranges are wide, and centred on the configuration's own values.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from core.config import RunConfig
from core.errors import ConfigError
from core.searches.dimension import Dimension
from core.searches.search import parse_search
from core.searches.space import AUGMENTATION_STRENGTH, WIDTH

_OPTIMIZERS = ("sgd", "adam", "adamw", "rmsprop", "lion", "muon")
_ACTIVATIONS = ("relu", "leaky_relu", "elu", "gelu", "silu")
_AROUND = 10.0  # times as low, and as high


def suggestions(base: RunConfig) -> dict[str, Dimension]:
    """Each by itself can be searched from this base; a base that none can be has none."""
    found = {}
    data = base.model_dump(mode="json")
    for name, dimension in _wanted(base):
        try:
            asked = parse_search({"title": "-", "base": data, "space": {name: dimension}})
        except ConfigError:
            continue  # the base has no such field, or no such values
        found[name] = asked.space[name]
    return found


def _wanted(base: RunConfig) -> Iterator[tuple[str, dict[str, Any]]]:
    rate, batch = base.schedule.learning_rate, base.training.batch_size
    yield "schedule.learning_rate", _around(rate, 100.0)
    highest = getattr(base.schedule, "max_learning_rate", None)
    if highest is not None:
        yield (
            "schedule.max_learning_rate",
            {**_around(highest, 100.0), "low": float(f"{1.5 * rate:.2g}")},
        )
    yield "training.batch_size", {"choices": sorted({max(batch // 2, 1), batch, 2 * batch})}
    yield WIDTH, {"low": 0.5, "high": 2.0, "log": True}
    yield AUGMENTATION_STRENGTH, {"low": 0.0, "high": 2.0}
    yield "optimizer.kind", {"choices": list(_OPTIMIZERS)}
    yield "architecture.activation", {"choices": list(_ACTIVATIONS)}
    yield "optimizer.weight_decay", {"low": 1e-5, "high": 0.1, "log": True}
    yield "optimizer.momentum", {"low": 0.5, "high": 0.99}
    yield "training.label_smoothing", {"low": 0.0, "high": 0.2}
    yield "architecture.flatten_dropout", {"low": 0.0, "high": 0.6}
    yield "training.epochs", {"low": 1, "high": 2 * base.training.epochs, "integer": True}


def _around(value: float, most: float) -> dict[str, Any]:
    low, high = (float(f"{number:.2g}") for number in (value / _AROUND, value * _AROUND))
    return {"low": low, "high": min(high, most), "log": True}
