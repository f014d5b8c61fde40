"""Time left: validation and test are in it, from the first steps on."""

import pytest

from core.runs.live.time_left import Pace


class Clock:
    def __init__(self):
        self.now = 100.0

    def __call__(self):
        return self.now


def paced(validation=1000, test=2000):
    clock = Clock()
    return clock, Pace(100, validation, test, clock)


def test_there_is_no_pace_before_a_second_call():
    clock, pace = paced()
    assert pace.left(10, 1) is None
    clock.now += 30.0  # the first step builds the graph
    pace.stepped(1)
    assert pace.left(9, 1) is None
    clock.now += 1.0
    pace.stepped(3)
    assert pace.left(8, 0) > 8 * 0.5


def test_before_the_first_validation_it_is_reckoned_from_the_steps():
    clock, pace = paced()
    pace.stepped(1)
    clock.now += 10.0
    pace.stepped(11)  # a second a step, 10 ms an image, some 3 ms to judge one
    left = pace.left(20, 2)
    assert left == pytest.approx(20.0 + 2 * 3.0 + 6.0 + 1.0)


def test_what_validations_took_tells_of_those_to_come_and_of_the_test():
    clock, pace = paced()
    pace.stepped(1)
    clock.now += 10.0
    pace.stepped(11)
    clock.now += 5.0
    pace.judged()
    clock.now += 1.0
    pace.stepped(12)
    assert pace.left(0, 1) == pytest.approx(5.0 + 10.0 + 1.0)
    assert pace.left(0, 0) == pytest.approx(10.0 + 1.0)  # the test alone: never none


def test_the_first_validation_compiles_and_tells_little():
    clock, pace = paced()
    pace.stepped(1)
    clock.now += 10.0
    pace.stepped(11)  # 10 ms an image
    clock.now += 50.0
    pace.judged()  # more than training on its 1,000 images would have taken
    assert pace.left(0, 1) == pytest.approx(10.0 + 20.0 + 1.0)
    clock.now += 4.0
    pace.judged()
    clock.now += 6.0
    pace.judged()
    assert pace.left(0, 1) == pytest.approx(5.0 + 10.0 + 1.0)


def test_where_there_is_no_test_only_steps_count():
    clock, pace = paced(validation=0, test=0)
    pace.stepped(1)
    clock.now += 2.0
    pace.stepped(5)
    assert pace.left(6, 0) == pytest.approx(3.0)


def test_steps_that_cost_something_else_are_counted_anew():
    clock, pace = paced(validation=0, test=0)
    pace.stepped(1)
    clock.now += 10.0
    pace.stepped(11)
    assert pace.left(10, 0) == pytest.approx(10.0)
    pace.begin_anew()
    clock.now += 30.0  # another graph is built
    pace.stepped(12)
    assert pace.left(9, 0) is None
    clock.now += 3.0
    pace.stepped(13)
    assert pace.left(8, 0) == pytest.approx(24.0)
