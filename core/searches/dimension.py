"""One dimension of a search: any number between two, or one of several values.

Knows nothing of fields, or of how a value is chosen.
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from typing import Any

from pydantic import Field, model_validator

from core.config.base import Section
from core.notation import learning_rate

MOST_CHOICES = 20
_DIGITS = 4  # significant, of a number that is drawn: more would only be hard to read
_LONGEST = 40  # characters of a value in words


class Dimension(Section):
    """Which values may be tried."""

    low: float | None = Field(None, ge=-1e12, le=1e12)
    high: float | None = Field(None, ge=-1e12, le=1e12)
    log: bool = Field(False, description="each doubling is as probable as any other")
    integer: bool = Field(False, description="whole numbers only")
    step: float | None = Field(None, gt=0.0, description="from low on, in such steps")
    choices: tuple[Any, ...] | None = Field(None, min_length=2, max_length=MOST_CHOICES)

    @model_validator(mode="after")
    def _is_one_or_the_other(self) -> Dimension:
        numbers = self.low is not None or self.high is not None
        if self.choices is not None:
            if numbers or self.log or self.integer or self.step is not None:
                raise ValueError("choices stand alone, without low, high, log, integer and step")
            keys = [as_text(choice) for choice in self.choices]
            if len(set(keys)) < len(keys):
                raise ValueError("choices are to differ")
        elif self.low is None or self.high is None:
            raise ValueError("give low and high, or choices")
        elif self.low >= self.high:
            raise ValueError(f"low is {self.low:g}; it must be below high, {self.high:g}")
        return self

    @model_validator(mode="after")
    def _numbers_fit(self) -> Dimension:
        if self.log and self.ends[0] <= 0.0:
            raise ValueError(f"low is {self.low:g}; a logarithm needs it above 0")
        if self.log and self.step is not None:
            raise ValueError("log and step do not go together; leave one of them out")
        if self.step is not None and self.step > self.ends[1] - self.ends[0]:
            raise ValueError(f"step is {self.step:g}; it must fit between low and high")
        whole = [*self.ends, self.step or 1.0] if self.integer else []
        if any(number != round(number) for number in whole):
            raise ValueError("integer is true; low, high and step must then be whole numbers")
        return self

    @property
    def ends(self) -> tuple[float, float]:
        """The lowest and the highest number that may be; (0, 0) of choices."""
        low, high = self.low or 0.0, self.high or 0.0
        step = self.step or (1.0 if self.integer else None)
        # The last step may end before `high`; a hair more, for 0.1 + 0.2 is above 0.3.
        steps = math.floor((high - low) / step + 1e-9) if step else 0
        return low, _plain(low + steps * step) if step else high

    @property
    def values(self) -> Sequence[Any] | None:
        """All that may be; None where there is no end of them."""
        if self.choices is not None:
            return self.choices
        (low, high), step = self.ends, self.step or 1.0
        if self.integer:
            return range(round(low), round(high) + 1, round(step))
        if self.step is None:
            return None
        return [_plain(low + i * step) for i in range(round((high - low) / step) + 1)]

    @property
    def samples(self) -> tuple[Any, ...]:
        """Values that tell whether a field can have all: each choice, or the ends and between."""
        if self.choices is not None:
            return self.choices
        low, high = self.ends
        between = low * (high / low) ** 0.37 if self.log else low + 0.37 * (high - low)
        if self.step is not None:
            between = low + self.step
        return tuple(dict.fromkeys(self.rounded(number) for number in (low, between, high)))

    def rounded(self, number: float) -> float | int:
        """A number that was drawn as it is tried: whole, or of a few digits, between the ends."""
        if self.integer:
            return round(number)
        low, high = self.ends
        kept = _plain(number) if self.step is not None else float(f"{number:.{_DIGITS}g}")
        return min(max(kept, low), high)


def range_in_words(dimension: Dimension) -> str:
    """ "0.0006 to 0.06", "16, 32 or 64"."""
    if dimension.choices is None:
        low, high = dimension.ends
        return f"{in_words(low)} to {in_words(high)}"
    *others, last = [in_words(choice) for choice in dimension.choices]
    return f"{', '.join(others)} or {last}"


def _plain(number: float) -> float:
    """0.1 + 0.2 is 0.30000000000000004, which nobody wants to read in a field."""
    return float(f"{number:.12g}")


def as_text(value: Any) -> str:
    """The same for equal values, and for no others."""
    return json.dumps(value, sort_keys=True, ensure_ascii=False)


def in_words(value: Any) -> str:
    """A value as it is told: 0.0041, "adam", "on"; of a whole section its kind or name."""
    if isinstance(value, bool):
        return "on" if value else "off"
    if value is None:
        return "none"
    if isinstance(value, float):
        return learning_rate(value, _DIGITS)
    if isinstance(value, dict):
        value = value.get("kind") if "blocks" not in value else value.get("name") or value
    text = value if isinstance(value, (str, int)) else as_text(value)
    words = str(text)
    return words if len(words) <= _LONGEST else f"{words[: _LONGEST - 1]}…"
