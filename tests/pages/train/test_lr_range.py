"""The range test's page: started with the draft's range, its suggestion taken over."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from core.config import RunConfig
from core.recipes import find_recipe
from core.runs import RangeTestResult, Run, State, create_run
from core.runs.drafts import newest_draft
from tests.pages.opening import open_page
from tests.pages.train.records import buttons, words, write_metrics

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
    buttons(app)["Use 3.2e-3 in the draft"].click().run()
    assert not app.exception
    draft = newest_draft()
    assert draft is not None
    assert draft.schedule.learning_rate == 0.0032
    assert buttons(app)["3.2e-3 is in the draft"].disabled


def test_a_range_test_without_suggestion_says_why(runs_folder: Path) -> None:
    finished_range_test(runs_folder, suggestion=None, reason="The loss never fell clearly.")
    app = open_page("lr_range", RANGE_TEST)
    assert "No suggestion. The loss never fell clearly." in words(app)
