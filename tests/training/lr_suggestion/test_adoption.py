"""A suggestion put into a schedule."""

import pytest
from pydantic import TypeAdapter

from core.config import CyclicalSchedule, ScheduleConfig, highest
from core.runs import RateSuggestion
from core.training.lr_suggestion import adopt, is_adopted

ONE = RateSuggestion(name="Peak", learning_rate=0.0054321)
CYCLE = RateSuggestion(name="Cycle", learning_rate=0.00012345, max_learning_rate=0.0061)
KINDS = (
    *("constant", "inverse_time", "step", "exponential", "polynomial"),
    *("cosine", "one_cycle", "cyclical", "trapezoid", "plateau"),
)


def schedule(kind: str, **fields: object) -> ScheduleConfig:
    adapter: TypeAdapter[ScheduleConfig] = TypeAdapter(ScheduleConfig)
    return adapter.validate_python({"kind": kind, **fields})


@pytest.mark.parametrize("kind", KINDS)
def test_a_rate_becomes_the_highest_of_the_schedule_and_all_else_stays(kind: str):
    before = schedule(kind)
    after = adopt(before, ONE)
    assert highest(after) == pytest.approx(0.0054)
    assert not is_adopted(before, ONE) and is_adopted(after, ONE)
    changed = {"learning_rate", "max_learning_rate", "min_learning_rate"}
    assert after.model_dump(exclude=changed) == before.model_dump(exclude=changed)


def test_a_cyclical_schedule_keeps_its_proportion():
    after = adopt(CyclicalSchedule(learning_rate=1e-4, max_learning_rate=6e-3), ONE)
    assert after.max_learning_rate / after.learning_rate == pytest.approx(60)


def test_a_cycle_makes_a_cyclical_schedule():
    after = adopt(schedule("one_cycle"), CYCLE)
    assert after == CyclicalSchedule(learning_rate=0.00012, max_learning_rate=0.0061)
    assert is_adopted(after, CYCLE)


def test_a_cycle_keeps_what_else_a_cyclical_schedule_says():
    before = CyclicalSchedule(step_size=77, gamma=0.9)
    after = adopt(before, CYCLE)
    assert (after.step_size, after.gamma) == (77, 0.9)
    assert (after.learning_rate, after.max_learning_rate) == (0.00012, 0.0061)
