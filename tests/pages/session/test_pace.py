"""How long an epoch or a run takes, in words that say no more than is known."""

import pytest

from core.jobs.pace import Estimate
from pages.session import pace


@pytest.mark.parametrize(
    ("low", "high", "words"),
    [
        (0.01, 0.02, "up to 1 s"),
        (0.04, 3.0, "up to 3 s"),
        (0.3, 12.4, "up to 12 s"),
        (0.7, 1.3, "0.7 to 1.3 s"),
        (0.98, 1.02, "about 1.0 s"),
        (8.0, 30.0, "8 s to 30 s"),
    ],
)
def test_what_an_epoch_may_take_is_said_with_two_ends_that_differ(
    low: float, high: float, words: str
):
    middle = (low * high) ** 0.5
    assert pace.in_words(Estimate(middle, high / middle)) == words


@pytest.mark.parametrize(
    ("seconds", "factor", "words"),
    [
        (12.0, 1.25, "about 10 s"),
        (540.0, 1.4, "about 9 minutes"),
        (9000.0, 1.1, "about 2.5 hours"),
        (6.0, 1.6, "about 10 s"),
        (10.0, 3.0, "10 to 30 s"),
        (120.0, 3.0, "40 s to 6 minutes"),
        (540.0, 3.0, "3 to 27 minutes"),
        (4320.0, 3.0, "24 minutes to 3.6 hours"),
    ],
)
def test_a_guess_of_a_run_is_said_with_two_ends(seconds: float, factor: float, words: str):
    assert pace.run_in_words(Estimate(seconds, factor)) == words
