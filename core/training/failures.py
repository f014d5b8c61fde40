"""Why a training run cannot go on, in words fit for the page. No TensorFlow."""

from __future__ import annotations

import errno

from core.errors import TrainingError


def _advice(lr: float) -> str:
    lower = float(f"{lr / 10:.1g}")
    return f"Try a learning rate of {lower:g}, or run the range test to find one."


def not_finite(step: int, lr: float) -> TrainingError:
    return TrainingError(
        f"The loss stopped being a number at step {step:,} (learning rate {lr:.2g}).",
        _advice(lr),
    )


def diverging(step: int, loss: float, lr: float) -> TrainingError:
    return TrainingError(
        f"The loss grew without end: {loss:.3g} at step {step:,} (learning rate {lr:.2g}).",
        _advice(lr),
    )


def overflown() -> TrainingError:
    return TrainingError(
        "The trained network's answers are no numbers: its last steps drove its weights too far.",
        "Start anew with a lower learning rate, or keep the best weights in place of the last.",
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
