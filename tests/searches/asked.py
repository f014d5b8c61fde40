"""Searches that tests ask for, and trials as they would have come out."""

from __future__ import annotations

from typing import Any

from core.searches import SearchConfig, SearchTrial, TrialState, parse_search

RATE, BATCH = "schedule.learning_rate", "training.batch_size"
SPACE: dict[str, Any] = {
    RATE: {"low": 1e-4, "high": 0.03, "log": True},
    BATCH: {"choices": [16, 32, 64]},
}


def search(**update: Any) -> SearchConfig:
    data = {"title": "Rates", "base": "digits-quick", "space": SPACE}
    return parse_search({**data, **update})


def trial(number: int, values: dict[str, Any], *epochs: float, **update: Any) -> SearchTrial:
    """One that was trained to its end, as good as after its last epoch."""
    ended = {"state": TrialState.FINISHED, "accuracy": epochs[-1] if epochs else None}
    told = {"number": number, "values": values, "epochs": epochs, "seconds": 5.0}
    return SearchTrial.model_validate({**told, **ended, **update})
