"""The pace of live pages: a crowd looks less often, and one who comes and goes changes nothing."""

from __future__ import annotations

from pages.session.audience import EVERY_SECONDS, EVERY_SECONDS_IN_A_CROWD, Audience


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def all_look(audience: Audience, sessions: int) -> float:
    return [audience.look(str(number)) for number in range(sessions)][-1]


def test_a_few_look_each_second() -> None:
    assert all_look(Audience(), 8) == EVERY_SECONDS


def test_one_session_that_looks_often_is_no_crowd() -> None:
    audience = Audience()
    assert {audience.look("one") for _ in range(100)} == {EVERY_SECONDS}


def test_a_crowd_looks_less_often_all_of_it() -> None:
    audience = Audience()
    assert all_look(audience, 9) == EVERY_SECONDS_IN_A_CROWD
    assert audience.look("0") == EVERY_SECONDS_IN_A_CROWD


def test_others_may_ask_for_the_pace_without_being_counted() -> None:
    audience = Audience()
    all_look(audience, 8)
    assert [audience.pace for _ in range(20)] == [EVERY_SECONDS] * 20
    all_look(audience, 9)
    assert audience.pace == EVERY_SECONDS_IN_A_CROWD


def test_the_pace_comes_back_only_when_several_have_gone() -> None:
    clock = Clock()
    audience = Audience(clock)
    all_look(audience, 9)
    clock.now += 5
    all_look(audience, 8)
    clock.now += 5  # the ninth is forgotten
    assert all_look(audience, 8) == EVERY_SECONDS_IN_A_CROWD
    clock.now += 60
    assert all_look(audience, 5) == EVERY_SECONDS
