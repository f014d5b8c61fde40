"""How much time a training run has left, validation and the test at the end included.

From what was measured so far; before the first validation, from what a step costs. Knows only
moments and counts.
"""

from __future__ import annotations

import time
from collections.abc import Callable

# Of the time that a training step spends on an image, what judging one takes: there is no way
# back and no change of weights. Measured on small networks a fifth to a third.
_JUDGING = 0.3
_SAVING_SECONDS = 1.0  # the model saved and read again, whatever the number of images


class Pace:
    """Told of steps taken and of epochs judged; says what is left.

    Args:
        batch_size: images a training step.
        validation: images judged after an epoch; 0 where there are no epochs.
        test: images judged at the end.
    """

    def __init__(
        self,
        batch_size: int,
        validation: int,
        test: int,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._batch_size, self._validation, self._test = batch_size, validation, test
        self._clock = clock
        self._first: int | None = None  # the step that the pace is counted from
        self._step = 0
        self._training = 0.0  # seconds
        self._judgings: list[float] = []  # seconds an epoch; the first one compiled too
        self._last = clock()

    def stepped(self, step: int) -> None:
        """`step` steps are done over the whole run. The first call is the slow start's end."""
        now = self._clock()
        if self._first is None:
            self._first = step
        else:
            self._training += now - self._last
        self._step, self._last = step, now

    def begin_anew(self) -> None:
        """Steps cost something else from here on; the next call tells of a slow start again."""
        self._first, self._training = None, 0.0

    def judged(self) -> None:
        """What has passed since the last step went into judging an epoch."""
        now = self._clock()
        if self._first is None:  # it goes on with judging: building the network was no part of it
            self._last = now
            return
        self._judgings.append(now - self._last)
        self._last = now

    def left(self, steps: int, epochs: int) -> float | None:
        """Seconds until the run has ended; None before there is a pace.

        Args:
            steps: still to be taken.
            epochs: still to be judged.
        """
        done = self._step - (self._first or 0)
        if done <= 0:
            return None
        a_step = self._training / done
        an_epoch = self._an_epoch_judged(a_step / max(self._batch_size, 1))
        an_image = an_epoch / max(self._validation, 1)
        end = an_image * self._test + _SAVING_SECONDS if self._test else 0.0
        return steps * a_step + epochs * an_epoch + end

    def _an_epoch_judged(self, trained: float) -> float:
        """Seconds that judging an epoch takes; `trained`: training on one image."""
        images = max(self._validation, 1)
        if not self._judgings:
            return _JUDGING * trained * images
        first, *later = self._judgings
        if later:
            return sum(later) / len(later)
        # No image takes longer to judge than to train on: what is above that was compiling.
        return min(first, trained * images)
