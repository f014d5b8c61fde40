"""What a status says of itself."""

import math

import pytest
from pydantic import ValidationError

from core.runs import (
    Phase,
    RangeTestResult,
    RateSuggestion,
    RefusedRule,
    State,
    Status,
    TrainingResult,
)


def test_status_counts_time_left_from_where_this_worker_began():
    status = Status(
        state=State.RUNNING, step=60, first_step=50, steps=100, started=100.0, heartbeat=110.0
    )
    assert status.seconds_left == pytest.approx(40.0)
    assert Status(state=State.RUNNING, steps=100).seconds_left is None


def test_what_was_reckoned_goes_on_falling_and_never_shows_none():
    status = Status(state=State.RUNNING, steps=10, step=10, remaining=60.0, remaining_at=1000.0)
    assert status.seconds_left_at(1000.0) == 60.0
    assert status.seconds_left_at(1050.0) == 10.0
    assert status.seconds_left_at(1059.9) is None  # rather than none for a minute
    assert status.seconds_left_at(990.0) == 60.0  # the clock was set back
    stopped = status.model_copy(update={"step": 5, "phase": Phase.SAVING_MODEL})
    assert stopped.seconds_left_at(1000.0) is None  # what was planned is not done any more
    ended = status.model_copy(update={"state": State.FINISHED})
    assert ended.seconds_left_at(1000.0) is None


def test_an_epoch_never_steps_back():
    def place(epoch, step):
        return Status(
            state=State.RUNNING, epoch=epoch, epochs=3, step=step, steps=30, phase=Phase.VALIDATING
        ).epoch_now

    assert [place(0, 5), place(0, 10), place(1, 10), place(2, 29), place(2, 30)] == [1, 1, 2, 3, 3]
    assert place(3, 30) == 3
    assert Status(state=State.STOPPED, epoch=2, epochs=3).epoch_now == 2


def test_a_result_is_of_the_kind_that_it_was():
    trained = Status(result=TrainingResult(test_accuracy=0.5, test_loss=1.0))
    tested = Status(result=RangeTestResult(reason="Here it falls.", suggestion=0.1))
    for status in (trained, tested, Status()):
        assert Status.model_validate_json(status.model_dump_json()) == status
    assert trained.range_result is None and tested.training_result is None
    assert tested.range_result.suggestion == 0.1


@pytest.mark.parametrize(
    ("state", "judged_at", "outcome", "went_on"),
    [
        (State.FINISHED, 40, True, False),
        (State.STOPPED, 40, True, False),
        (State.STOPPED, 41, True, False),  # a stop comes between two ticks
        (State.STOPPED, 0, True, False),  # in records of the versions before
        (State.STOPPED, 39, False, True),
        (State.PAUSED, 39, False, True),
        (State.RUNNING, 40, False, False),
        (State.FAILED, 39, False, True),
    ],
)
def test_a_result_is_what_a_run_came_to_where_it_stands_there_still(
    state: State, judged_at: int, outcome: bool, went_on: bool
):
    result = TrainingResult(test_accuracy=0.5, test_loss=1.0, step=judged_at)
    status = Status(state=state, step=40, steps=80, result=result)
    assert (status.outcome is not None, status.went_on) == (outcome, went_on)


def test_what_a_range_test_suggests_comes_back_as_it_was():
    one = RateSuggestion(name="Peak", learning_rate=0.0054321, why="For one cycle.")
    cycle = RateSuggestion(name="Cycle", learning_rate=5.51e-5, max_learning_rate=0.0054321)
    tested = Status(
        result=RangeTestResult(
            reason="The loss is low.",
            suggestion=0.0054321,
            recommended="Peak",
            suggestions=(one, cycle),
            refused=(RefusedRule(name="Steepest", why="It falls fastest at an end."),),
            good=(1e-3, 1e-2),
            seeds=3,
        )
    )
    assert Status.model_validate_json(tested.model_dump_json()) == tested
    assert one.in_words == "0.0054"
    assert cycle.in_words.replace("\u00a0", " ") == "5.5 × 10⁻⁵ to 0.0054"


@pytest.mark.parametrize(
    "wrong",
    [
        {"suggestions": [{"name": "Peak", "learning_rate": 0}]},
        {"suggestions": [{"name": "x" * 101, "learning_rate": 0.1}]},
        {"suggestions": [{"name": "Peak", "learning_rate": 0.1}] * 21},
        {"refused": [{"name": "Steepest"}]},
        {"good": [0.1]},
        {"good": [0.1, -1]},
        {"seeds": 0},
    ],
)
def test_what_no_range_test_can_have_come_to_is_refused(wrong):
    with pytest.raises(ValidationError):
        RangeTestResult.model_validate({"reason": "", **wrong})


def test_a_range_tests_result_of_a_version_before_has_one_suggestion():
    before = {"suggestion": 0.004, "index": 76, "reason": "It falls.", "stopped_at": 119}
    found = Status.model_validate({"result": before}).range_result
    assert found.suggestion == 0.004
    assert (found.suggestions, found.recommended, found.good, found.seeds) == ((), "", None, 1)


def test_what_a_worker_does_in_words():
    assert Status(phase=Phase.TRAINING).doing == "training"
    loading = Status(phase=Phase.PREPARING_DATA, phase_detail="Reading pets.zip 40 %")
    assert loading.doing == "preparing data: Reading pets.zip 40 %"


def test_the_share_done_is_between_none_and_all():
    assert Status().fraction_done == 0.0
    assert Status(step=3, steps=4).fraction_done == 0.75
    assert Status(step=5, steps=4).fraction_done == 1.0


def test_an_epoch_goes_on_while_it_is_judged_and_never_steps_back():
    """From the first step to the end of the last validation, two epochs of ten steps."""
    moments = [(0, 1), (0, 10), (1, 10), (1, 11), (1, 20), (2, 20)]  # epochs completed, steps
    told = [
        Status(state=State.RUNNING, epochs=2, steps=20, epoch=epoch, step=step).place
        for epoch, step in moments
    ]
    assert told == [f"Epoch {n} of 2" for n in (1, 1, 2, 2, 2, 2)]


def test_a_range_test_has_iterations_also_in_a_record_of_the_version_before():
    test = {"state": State.RUNNING, "step": 120, "steps": 3000}
    assert Status(**test).place == "Iteration 120 of 3,000"
    before = Status(**test, epochs=4, phase=Phase.RAISING_LEARNING_RATE)
    assert before.place == "Iteration 120 of 3,000"


def test_numbers_that_are_none_come_back_as_they_were():
    lost = Status(result=TrainingResult(test_accuracy=0.1, test_loss=float("nan")))
    again = Status.model_validate_json(lost.model_dump_json())
    assert math.isnan(again.training_result.test_loss)
