"""What tests of real workers share: a small run on digits, and waiting for it."""

from __future__ import annotations

import time
from collections.abc import Callable

from core.config import RunConfig, apply_overrides
from core.recipes import find_recipe
from core.runs import Run, State, Status


def small_config(*assignments: str) -> RunConfig:
    """Digits, small and short; long enough that a test can reach in between."""
    small = ["dataset.limit=400", "epochs=2", "batch_size=32", "precision=float32"]
    return apply_overrides(find_recipe("digits-quick").config, [*small, *assignments])


def wait_for(run: Run, condition: Callable[[Status], object], seconds: float = 90.0) -> Status:
    """The status at which the condition first held; the run has to stay alive until then."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        status = run.status()
        if condition(status):
            return status
        assert status.state.alive, f"{status.state}: {status.error}\n{run.log_tail()}"
        time.sleep(0.05)
    raise AssertionError(f"waited in vain; last seen: {status}\n{run.log_tail()}")


def wait_for_state(run: Run, state: State, seconds: float = 10.0) -> None:
    deadline = time.monotonic() + seconds
    while run.status().state is not state and time.monotonic() < deadline:
        time.sleep(0.02)
    assert run.status().state is state
