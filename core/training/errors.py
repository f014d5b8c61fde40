"""Why a training run cannot go on, in words fit for the page. No TensorFlow."""

from __future__ import annotations

import errno


class TrainingError(Exception):
    """Ends a run: what went wrong, and what to do about it."""

    def __init__(self, message: str, advice: str = "") -> None:
        super().__init__(message)
        self.advice = advice


def _advice(rate: float) -> str:
    lower = float(f"{rate / 10:.1g}")
    return f"Try a learning rate of {lower:g}, or run the range test to find one."


def not_finite(step: int, rate: float) -> TrainingError:
    return TrainingError(
        f"The loss stopped being a number at step {step:,} (learning rate {rate:.2g}).",
        _advice(rate),
    )


def diverging(step: int, loss: float, rate: float) -> TrainingError:
    return TrainingError(
        f"The loss grew without end: {loss:.3g} at step {step:,} (learning rate {rate:.2g}).",
        _advice(rate),
    )


def out_of_memory(batch_size: int) -> TrainingError:
    smaller = max(1, batch_size // 2)
    advice = f"Try a batch size of {smaller}." if smaller < batch_size else "Try smaller images."
    return TrainingError(f"The device ran out of memory at batch size {batch_size}.", advice)


def storage(error: OSError) -> TrainingError:
    """The disk is full, or a file may not be written."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return TrainingError(
            "There is no space left to write the run's files.",
            "Free some space, then resume: what was saved before is intact.",
        )
    return TrainingError(f"A file could not be read or written: {error}.")
