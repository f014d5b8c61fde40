"""The range test's page: started with the draft's range, its suggestion taken over."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core.config import RunConfig, apply_overrides
from core.recipes import find_recipe
from core.runs import Phase, RangeTestResult, Run, State, create_run
from core.runs.drafts import newest_drafts, save_draft
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


def finished_range_test(folder: Path, **result: Any) -> Run:
    config = find_recipe("digits-quick").config.model_copy(update={"job": "range-test"})
    run = create_run(config, folder)
    lrs = np.geomspace(1e-5, 1.0, 40)
    write_metrics(
        run,
        [
            {"kind": "range", "step": i + 1, "lr": float(lr), "loss": 2.3 - 0.03 * i}
            for i, lr in enumerate(lrs)
        ],
    )
    ended = {"state": State.FINISHED, "step": 40, "steps": 150}
    found = RangeTestResult(stopped_at=40, diverged=True, **result)
    run.write_status(run.status().model_copy(update={**ended, "result": found}))
    return run


def test_the_suggestion_goes_into_the_draft_in_one_click(runs_folder: Path) -> None:
    finished_range_test(runs_folder, suggestion=0.00321, reason="Here the loss falls fastest.")
    app = open_page("lr_range", RANGE_TEST)
    assert "because the loss diverged" in words(app)
    assert "The draft uses 0.006." in words(app)
    buttons(app)["Use 0.0032 in the draft"].click().run()
    assert not app.exception
    draft = next(newest_drafts())
    assert draft is not None
    assert draft.schedule.learning_rate == 0.0032
    assert buttons(app)["0.0032 is in the draft"].disabled
    assert "The draft uses 0.0032." in words(app)
    assert "learning rate 0.0032" in words(app)  # in the row above too


def test_what_is_said_of_the_draft_is_the_draft_as_it_is_now(runs_folder: Path) -> None:
    finished_range_test(runs_folder, suggestion=0.0011, reason="Here the loss falls fastest.")
    app = open_page("lr_range", RANGE_TEST)
    buttons(app)["Use 0.0011 in the draft"].click().run()
    draft = next(newest_drafts())
    assert draft is not None
    save_draft(parameter(app, "draft"), apply_overrides(draft, ["schedule.learning_rate=0.02"]))
    app.run()
    assert "The draft uses 0.02." in words(app)
    assert not buttons(app)["Use 0.0011 in the draft"].disabled


def test_the_band_that_is_good_to_use_is_told(runs_folder: Path) -> None:
    finished_range_test(runs_folder, suggestion=0.0032, index=20, reason="Here it falls fastest.")
    assert "Good to use, shaded: 0.00011 to 1." in words(open_page("lr_range", RANGE_TEST))


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


def test_a_range_test_without_suggestion_says_why(runs_folder: Path) -> None:
    finished_range_test(runs_folder, suggestion=None, reason="The loss never fell clearly.")
    app = open_page("lr_range", RANGE_TEST)
    assert "No suggestion. The loss never fell clearly." in words(app)
