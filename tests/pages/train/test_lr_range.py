"""The range test's page: started with the draft's range, its suggestion taken over."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core.config import CyclicalSchedule, RunConfig, apply_overrides
from core.recipes import find_recipe
from core.runs import Phase, RangeTestResult, RateSuggestion, RefusedRule, Run, State, create_run
from core.runs.drafts import load_draft, newest_drafts, save_draft
from tests.pages.opening import errors, open_page, parameter
from tests.pages.train.records import buttons, living_worker, words, write_metrics

RANGE_TEST = "Learning-rate range test"


def test_a_range_test_is_started_with_the_drafts_range(launched: list[RunConfig]) -> None:
    app = open_page("lr_range", RANGE_TEST)
    assert "No range test has been run yet" in words(app)
    next(item for item in app.number_input if item.label == "Iterations").set_value(60).run()
    buttons(app)["Start the test"].click().run()
    assert not app.exception
    assert [(config.job, config.range_test.iterations) for config in launched] == [
        ("range-test", 60)
    ]


SUGGESTIONS = (
    RateSuggestion(name="Steepest", learning_rate=0.000123, why="Here the loss falls fastest."),
    RateSuggestion(name="Peak", learning_rate=0.00321, why="For one cycle."),
    RateSuggestion(name="Cycle", learning_rate=0.0001, max_learning_rate=0.00321, why="Cycles."),
)
FOUND: dict[str, Any] = {
    "suggestion": 0.00321,
    "recommended": "Peak",
    "reason": "The loss is low from 0.001 to 0.01.",
    "suggestions": SUGGESTIONS,
    "good": (0.00111, 0.00999),
}


def finished_range_test(folder: Path, seeds: int = 1, **result: Any) -> Run:
    config = find_recipe("digits-quick").config.model_copy(update={"job": "range-test"})
    run = create_run(config, folder)
    rows = [
        {
            "kind": "range",
            "step": 40 * seed + i + 1,
            "seed": seed,
            "lr": float(lr),
            "loss": 2.3 - 0.03 * i + 0.01 * seed,
        }
        for seed in range(seeds)
        for i, lr in enumerate(np.geomspace(1e-5, 1.0, 40))
    ]
    write_metrics(run, rows)
    ended = {"state": State.FINISHED, "step": 40, "steps": 150}
    found = RangeTestResult(**{"stopped_at": 40, "diverged": True, "seeds": seeds, **result})
    run.write_status(run.status().model_copy(update={**ended, "result": found}))
    return run


def newest_draft() -> RunConfig:
    draft = next(newest_drafts())
    assert draft is not None
    return draft


def test_the_recommended_rate_goes_into_the_draft_in_one_click(runs_folder: Path) -> None:
    finished_range_test(runs_folder, **FOUND)
    app = open_page("lr_range", RANGE_TEST)
    assert "because the loss diverged" in words(app)
    assert "The draft uses 0.006." in words(app)
    buttons(app)["Use 0.0032 in the draft"].click().run()
    assert not app.exception
    assert newest_draft().schedule.learning_rate == 0.0032
    assert buttons(app)["0.0032 is in the draft"].disabled
    assert "The draft uses 0.0032." in words(app)
    assert "learning rate 0.0032" in words(app)  # in the row above too


def use(app: Any, run: Run, name: str) -> None:
    next(button for button in app.button if button.key == f"use_{name}_{run.id}").click().run()
    assert not app.exception


def test_every_suggestion_is_told_and_can_be_used(runs_folder: Path) -> None:
    run = finished_range_test(runs_folder, **FOUND)
    app = open_page("lr_range", RANGE_TEST)
    for one in SUGGESTIONS:
        assert one.name in words(app) and one.why in words(app) and one.in_words in words(app)
    assert words(app).count("recommended") == 1
    use(app, run, "Steepest")
    assert newest_draft().schedule.learning_rate == 0.00012
    assert newest_draft().schedule.kind == "one_cycle"


def test_a_rule_that_says_nothing_has_a_row_with_the_reason_and_no_button(
    runs_folder: Path,
) -> None:
    rule = RefusedRule(name="Steepest", why="The loss falls fastest at an end.")
    run = finished_range_test(
        runs_folder, **{**FOUND, "suggestions": SUGGESTIONS[1:], "refused": (rule,)}
    )
    app = open_page("lr_range", RANGE_TEST)
    row = next(text.value for text in app.markdown if rule.name in text.value)
    assert "none" in row and rule.why in words(app)
    assert f"use_Steepest_{run.id}" not in {button.key for button in app.button}
    use(app, run, "Cycle")


def test_a_cycle_makes_the_drafts_schedule_cyclical(runs_folder: Path) -> None:
    run = finished_range_test(runs_folder, **FOUND)
    app = open_page("lr_range", RANGE_TEST)
    use(app, run, "Cycle")
    schedule = newest_draft().schedule
    assert isinstance(schedule, CyclicalSchedule)
    assert (schedule.learning_rate, schedule.max_learning_rate) == (0.0001, 0.0032)
    assert "The draft uses 0.0001 to 0.0032." in words(app)
    use(app, run, "Steepest")  # now the highest of a cycle, the other in proportion
    schedule = newest_draft().schedule
    assert isinstance(schedule, CyclicalSchedule)
    assert schedule.max_learning_rate == 0.00012
    assert schedule.learning_rate == pytest.approx(0.00012 * 0.0001 / 0.0032)


def test_what_is_said_of_the_draft_is_the_draft_as_it_is_now(runs_folder: Path) -> None:
    finished_range_test(runs_folder, **FOUND)
    app = open_page("lr_range", RANGE_TEST)
    buttons(app)["Use 0.0032 in the draft"].click().run()
    save_draft(
        parameter(app, "draft"), apply_overrides(newest_draft(), ["schedule.learning_rate=0.02"])
    )
    app.run()
    assert "The draft uses 0.02." in words(app)
    assert not buttons(app)["Use 0.0032 in the draft"].disabled


def test_a_record_of_a_version_before_shows_the_one_suggestion_that_it_has(
    runs_folder: Path,
) -> None:
    finished_range_test(runs_folder, suggestion=0.00111, reason="Here the loss falls fastest.")
    app = open_page("lr_range", RANGE_TEST)
    assert "Here the loss falls fastest." in words(app)
    assert "shaded" not in words(app)
    buttons(app)["Use 0.0011 in the draft"].click().run()
    assert not app.exception
    assert newest_draft().schedule.learning_rate == 0.0011


def test_the_band_that_is_good_to_use_is_told(runs_folder: Path) -> None:
    finished_range_test(runs_folder, **FOUND)
    assert "Good to use, shaded: 0.0011 to 0.01." in words(open_page("lr_range", RANGE_TEST))


def test_several_seeds_are_judged_together(runs_folder: Path) -> None:
    finished_range_test(runs_folder, seeds=3, **FOUND)
    app = open_page("lr_range", RANGE_TEST)
    assert "Judged by the mean of 3 seeds" in words(app)


def test_spacing_and_seeds_are_set_in_the_draft(launched: list[RunConfig]) -> None:
    app = open_page("lr_range", RANGE_TEST)
    next(item for item in app.number_input if item.label == "Seeds").set_value(3).run()
    next(item for item in app.selectbox if item.label == "Spacing").set_value("linear").run()
    assert "3 seeds" in words(app)
    buttons(app)["Start the test"].click().run()
    assert not app.exception
    test = launched[0].range_test
    assert (test.seeds, test.spacing) == (3, "linear")


def test_a_range_test_counts_iterations_and_no_epochs(runs_folder: Path) -> None:
    run = finished_range_test(runs_folder, suggestion=None, reason="")
    going_on = {"state": State.RUNNING, "phase": Phase.RAISING_LEARNING_RATE, "result": None}
    run.write_status(run.status().model_copy(update=going_on))
    with living_worker(run):
        app = open_page("lr_range", RANGE_TEST)
        assert "Iteration 40 of 150" in app.get("progress")[0].proto.text
        assert "Pause" not in buttons(app)
        assert "Stop" in buttons(app)


@pytest.mark.parametrize(("typed", "told"), [(7, "Received 7;"), (99_999, "Received 99,999;")])
def test_a_number_out_of_range_is_answered_beside_its_field(
    runs_folder: Path, typed: int, told: str
) -> None:
    app = open_page("lr_range", RANGE_TEST)
    field = next(item for item in app.number_input if item.label == "Iterations")
    before = field.value
    field.set_value(typed).run()
    assert errors(app) == [f"{told} allowed is 20 to 5,000. The draft keeps what it had."]
    field = next(item for item in app.number_input if item.label == "Iterations")
    assert field.value == before
    field.set_value(60).run()
    assert not errors(app)


def test_a_range_test_without_suggestion_says_why_and_starts_another_by_a_click(
    runs_folder: Path, launched: list[RunConfig]
) -> None:
    test = find_recipe("digits-quick").config.range_test
    longer = test.model_copy(update={"iterations": 2 * test.iterations})
    reason = "The loss never fell clearly."
    run = finished_range_test(runs_folder, suggestion=None, reason=reason, instead=longer)
    app = open_page("lr_range", RANGE_TEST)
    assert "No suggestion. The loss never fell clearly." in words(app)
    buttons(app)[f"Test again: {longer.iterations} iterations"].click().run()
    assert not app.exception
    assert [(config.job, config.range_test) for config in launched] == [("range-test", longer)]
    assert parameter(app, "run") != run.id, "the new test is looked at"
    assert newest_draft().range_test == longer
    field = next(item for item in app.number_input if item.label == "Iterations")
    assert field.value == longer.iterations


def test_a_test_that_is_offered_is_of_what_was_tested_not_of_what_is_drafted_by_now(
    runs_folder: Path, launched: list[RunConfig]
) -> None:
    other = find_recipe("cifar10-fast").config
    save_draft("0123abcd", other)
    tested = find_recipe("digits-quick").config
    longer = tested.range_test.model_copy(update={"iterations": 2 * tested.range_test.iterations})
    finished_range_test(runs_folder, suggestion=None, reason="It never fell.", instead=longer)
    app = open_page("lr_range", RANGE_TEST, draft="0123abcd")
    buttons(app)[f"Test again: {longer.iterations} iterations"].click().run()
    assert not app.exception
    assert [(config.dataset, config.range_test) for config in launched] == [
        (tested.dataset, longer)
    ]
    assert load_draft("0123abcd") == other
