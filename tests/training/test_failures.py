"""Why a run cannot go on, and what it is advised to try."""

from __future__ import annotations

import numpy as np
import pytest

from core.training.failures import lost_loss


def lost(last: float, *, fine_tunes: bool = False) -> tuple[float, str]:
    """The learning rate at which steps 11 to 13 lost their loss, and what is said of it."""
    losses, lrs = np.float32([2, 2, last]), np.float32([0.01, 0.02, 0.03])
    found = lost_loss(losses, lrs, 10, 2.3, fine_tunes=fine_tunes)
    assert found is not None
    return found[0], str(found[1])


def test_a_usual_loss_is_none_lost() -> None:
    assert lost_loss(np.float32([2, 200]), np.float32([0.1, 0.1]), 0, 2.3) is None


@pytest.mark.parametrize(
    ("last", "what"),
    [
        (np.nan, "The loss stopped being a number at step 13 (learning rate 0.03)."),
        (3e4, "The loss grew without end: 1e+04 at step 13 (learning rate 0.03)."),
    ],
)
def test_the_advice_is_for_the_phase_that_lost_it(last: float, what: str) -> None:
    lr, told = lost(last)
    assert lr == pytest.approx(0.03)
    assert told == f"{what} Try a learning rate of 0.003, or run the range test to find one."
    assert lost(last, fine_tunes=True)[1] == f"{what} Try a learning rate of 0.003 for fine-tuning."
