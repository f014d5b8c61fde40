"""The searches of the Studies page through the router: planned, at rest, damaged; no training."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from core.recipes import find_recipe
from core.runs.drafts import load_draft, save_draft
from core.searches import (
    SearchConfig,
    SearchRecord,
    SearchState,
    SearchTrial,
    TrialState,
    create_search,
    list_searches,
    parse_search,
)
from core.studies import list_studies
from tests.pages.opening import errors, healthy, open_page, texts

BASE = find_recipe("digits-quick").config


@pytest.fixture
def runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CONVSCOPE_RUNS", str(tmp_path))
    return tmp_path


def search(**update: Any) -> SearchConfig:
    space = {"schedule.learning_rate": {"low": 0.001, "high": 0.1, "log": True}}
    given = {"title": "A *good* rate", "base": "digits-quick", "space": space, "most_trials": 3}
    return parse_search(given | update)


def ended(record: SearchRecord, *accuracies: float) -> None:
    """Trials as the conductor leaves them; the last one was behind."""
    trials = [
        SearchTrial(
            number=number,
            values={"schedule.learning_rate": 0.001 * 3**number},
            state=TrialState.FINISHED if number < len(accuracies) else TrialState.PRUNED,
            epochs=(accuracy,),
            accuracy=accuracy,
            seconds=10.0,
        )
        for number, accuracy in enumerate(accuracies, 1)
    ]
    progress = record.progress()
    record.write_progress(progress.model_copy(update={"trials": tuple(trials), "started": True}))


def open_searches(**query: str) -> AppTest:
    return open_page("studies", "Studies", look_at="searches", **query)


def plan(page: AppTest) -> AppTest:
    page.session_state["new_search"] = True  # the popover, open
    return healthy(page.run())


def test_without_a_search_it_says_what_one_is_for(runs: Path):
    assert "Say what may vary" in texts(open_searches())


def test_a_search_is_planned_by_clicks(runs: Path):
    page = plan(open_searches())
    page.multiselect(key="searched").set_value(["schedule.learning_rate", "width"]).run()
    page.number_input(key="lowest_schedule.learning_rate").set_value(0.002).run()
    page.number_input(key="search_minutes").set_value(2).run()
    healthy(page.button(key="plan_search").click().run())
    (record,) = list_searches(runs)
    found = record.search()
    assert record.state() is SearchState.PLANNED
    assert set(found.space) == {"schedule.learning_rate", "width"}
    assert found.space["schedule.learning_rate"].low == 0.002 and found.seconds == 120
    assert found.base == BASE
    assert "learning rate 0.002 to 0.06" in texts(page)


def test_a_range_that_cannot_be_is_told_and_nothing_is_planned(runs: Path):
    page = plan(open_searches())
    page.number_input(key="lowest_schedule.learning_rate").set_value(1.0).run()
    healthy(page.button(key="plan_search").click().run())
    assert "must be below high" in page.toast[0].value.replace("\\", "")
    assert list_searches(runs) == []


def test_nothing_chosen_is_told(runs: Path):
    page = plan(open_searches())
    page.multiselect(key="searched").set_value([]).run()
    healthy(page.button(key="plan_search").click().run())
    assert page.toast and list_searches(runs) == []


def test_a_draft_that_validates_on_test_images_cannot_be_searched(runs: Path):
    save_draft("0123abcd", find_recipe("cifar10-2020-batchnorm").config, runs)
    page = plan(open_searches(draft="0123abcd"))
    assert "The draft cannot be searched" in texts(page)


def test_the_best_is_said_with_its_caution_and_becomes_a_draft(runs: Path):
    record = create_search(search(), runs)
    ended(record, 0.90, 0.97, 0.60)
    page = open_searches()
    said = texts(page)
    assert "Best: 97.0 % validation accuracy with learning rate 0.009" in said
    assert "flattered by being chosen" in said and "One trial was stopped early" in said
    assert "A *good* rate" in [option for box in page.selectbox for option in box.options]
    healthy(page.button(key="use_best").click().run())
    held = page.query_params["draft"]
    draft = load_draft(held if isinstance(held, str) else held[0], runs)
    assert draft is not None and draft.schedule.learning_rate == pytest.approx(0.009)


def test_the_best_is_compared_with_the_base_in_a_study(runs: Path):
    record = create_search(search(), runs)
    ended(record, 0.90, 0.97, 0.60)
    page = open_searches()
    healthy(page.button(key="study_best").click().run())
    (study,) = list_studies(runs)
    assert [variant.name for variant in study.study().variants] == ["Base", "Trial 2"]
    assert "Is learning rate 0.009 better than the base?" in texts(page)


def test_more_time_is_given(runs: Path, monkeypatch: pytest.MonkeyPatch):
    record = create_search(search(), runs)
    ended(record, 0.90, 0.97, 0.60)
    started: list[SearchRecord] = []
    monkeypatch.setattr("core.searches.start", started.append)
    page = open_searches()
    page.number_input(key="trials_to_add").set_value(7).run()
    healthy(page.button(key="add_time").click().run())
    assert record.search().most_trials == 10 and record.search().seconds == 900
    assert started == [record]


def test_damaged_trials_are_told_and_the_search_can_be_deleted(runs: Path):
    record = create_search(search(), runs)
    record.progress_path.write_text('{"trials": [{"number": "x"}]}')
    page = open_searches()
    assert "trials.json" in errors(page)[0]
    healthy(page.button(key="delete_search_now").click().run())
    assert list_searches(runs) == []


def test_why_it_stopped_is_told(runs: Path):
    record = create_search(search(most_trials=9), runs)
    ended(record, 0.90, 0.97)
    update = {"error": "Five trials failed.", "advice": "Continue tries other values."}
    record.write_progress(record.progress().model_copy(update=update))
    page = open_searches()
    assert errors(page) == ["Five trials failed. Continue tries other values."]
    assert any(button.label == "Continue" for button in page.button)
