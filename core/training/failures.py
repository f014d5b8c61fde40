"""Why a training run cannot go on, in words fit for the page. No TensorFlow."""

from __future__ import annotations

import numpy as np

from core.config import RunConfig, highest, scaled
from core.errors import ConfigError, TrainingError
from core.notation import learning_rate

_HIGHEST_ADVISED = 0.01  # what is ten times lower than nonsense may be nonsense still


def towers_on_a_card(towers: int) -> ConfigError:
    """Towers share the cores of a processor; a graphics card would only be given less at once."""
    return ConfigError(
        f"The run is to compute each batch in {towers} towers, which share the cores of a "
        "processor, and this machine trains on its graphics card.",
        "Set training.towers to 1.",
    )


def lower(lr: float) -> float:
    """A learning rate to try after one at which the loss was lost."""
    return float(f"{min(lr / 10, _HIGHEST_ADVISED):.1g}")


def lowered(config: RunConfig, *, fine_tuned: bool) -> RunConfig:
    """The run to try after one that lost its loss, with lower rates in the phase that lost it.

    Only in that one: the other went well, or had not begun.

    Args:
        config: the run's.
        fine_tuned: the phase in which the base trains, too, which the configuration then has.
    """
    if not fine_tuned:
        peak = highest(config.schedule)
        lower_schedule = scaled(config.schedule, lower(peak) / peak)
        return config.model_copy(update={"schedule": lower_schedule})
    tuning = config.training.fine_tuning
    assert tuning is not None
    tuning = tuning.model_copy(update={"learning_rate": lower(tuning.learning_rate)})
    training = config.training.model_copy(update={"fine_tuning": tuning})
    return config.model_copy(update={"training": training})


def _advice(lr: float, fine_tunes: bool) -> str:
    to_try = f"Try a learning rate of {learning_rate(lower(lr))}"
    if fine_tunes:  # a range test leaves the base as it is
        return f"{to_try} for fine-tuning."
    return f"{to_try}, or run the range test to find one."


def lost_loss(
    losses: np.ndarray, lrs: np.ndarray, before: int, usual: float, *, fine_tunes: bool = False
) -> tuple[float, TrainingError] | None:
    """The learning rate at which the loss was lost, and the error that says so; else None.

    Args:
        losses: (k,) float32, those of some steps.
        lrs: (k,) float32, theirs.
        before: steps taken before them.
        usual: a loss that is no sign of anything; a hundred times as much is.
        fine_tunes: the steps are of the phase in which the base trains, too.
    """
    bad = np.flatnonzero(~np.isfinite(losses))
    if bad.size:
        lr = float(lrs[bad[0]])
        return lr, _not_finite(before + int(bad[0]) + 1, lr, _advice(lr, fine_tunes))
    mean, lr = float(losses.mean()), float(lrs[-1])
    if mean > 100.0 * usual:
        return lr, _diverging(before + len(losses), mean, lr, _advice(lr, fine_tunes))
    return None


def _not_finite(step: int, lr: float, advice: str) -> TrainingError:
    return TrainingError(
        f"The loss stopped being a number at step {step:,} (learning rate {learning_rate(lr)}).",
        advice,
    )


def _diverging(step: int, loss: float, lr: float, advice: str) -> TrainingError:
    return TrainingError(
        f"The loss grew without end: {loss:.3g} at step {step:,} "
        f"(learning rate {learning_rate(lr)}).",
        advice,
    )


def overflown() -> TrainingError:
    return TrainingError(
        "The trained network's answers are no numbers: its last steps drove its weights too far.",
        "Start anew with a lower learning rate, or keep the best weights in place of the last.",
    )


def out_of_memory(batch_size: int | None, *, of_range_test: bool = False) -> TrainingError:
    """What to do where memory was too small.

    Args:
        batch_size: None where it is not known.
        of_range_test: the range test has a batch size of its own, which this is.
    """
    if batch_size is None:
        return TrainingError("The device ran out of memory.", "Try a smaller batch size.")
    smaller = max(1, batch_size // 2)
    of_what, for_what = (" of the range test", " for the range test") if of_range_test else ("", "")
    advice = f"Try a batch size of {smaller}{for_what}."
    return TrainingError(
        f"The device ran out of memory at batch size {batch_size}{of_what}.",
        advice if smaller < batch_size else "Try smaller images.",
    )
