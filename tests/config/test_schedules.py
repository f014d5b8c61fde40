"""Schedules as configured: what is refused, and how those of before are read."""

from __future__ import annotations

import pytest

from core.config import highest, parse_config, scaled
from core.errors import ConfigError


def schedule(**fields):
    return parse_config({"architecture": "compact", "schedule": fields}).schedule


@pytest.mark.parametrize(
    ("fields", "policy"),
    [
        ({}, "triangular"),
        ({"gamma": 1.0}, "triangular"),
        ({"gamma": 0.999}, "write_up_2018"),
        ({"gamma": 0.999, "policy": "exp_range"}, "exp_range"),
    ],
)
def test_a_gamma_of_before_there_were_policies_means_what_it_did(fields, policy):
    assert schedule(kind="cyclical", **fields).policy == policy


def test_one_cycle_of_before_leaves_the_momentum_alone():
    assert not schedule(kind="one_cycle", learning_rate=0.01, warmup=0.3).cycle_momentum


def test_cosine_of_before_has_no_restarts():
    found = schedule(kind="cosine", learning_rate=0.01, warmup=0.05)
    assert (found.first_period, found.end) == (None, 0.0)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        (
            {"kind": "cyclical", "policy": "triangular2", "gamma": 0.9},
            "gamma is 0.9, which the policy 'triangular2' has no use for; set gamma to 1",
        ),
        (
            {"kind": "plateau", "learning_rate": 1e-6},
            "min_learning_rate is 1e-06; it must be below learning_rate, 1e-06",
        ),
        ({"kind": "trapezoid", "warmup": 0.5, "fall": 0.6}, "warmup is 0.5 and fall 0.6; together"),
        (
            {"kind": "one_cycle", "min_momentum": 0.9, "max_momentum": 0.8},
            "min_momentum is 0.9; it must not be above max_momentum, 0.8",
        ),
        ({"kind": "step", "factor": 0.0}, "received 0.0; input should be greater than 0"),
        ({"kind": "cosine", "t_mult": 0.5}, "greater than or equal to 1"),
        ({"kind": "plateau", "factor": 1.0}, "received 1.0; input should be less than 1"),
    ],
)
def test_what_makes_no_sense_is_refused_in_a_sentence(fields, words):
    with pytest.raises(ConfigError, match=words):
        schedule(**fields)


def test_a_plateau_is_scaled_with_its_lowest_rate():
    lower = scaled(schedule(kind="plateau", learning_rate=0.01, min_learning_rate=1e-4), 0.1)
    assert (lower.learning_rate, lower.min_learning_rate) == (1e-3, 1e-5)
    assert highest(lower) == 1e-3
