"""The Studies page through the router: planned, changed, at rest, damaged; no training."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.config import apply_overrides
from core.recipes import find_recipe
from core.runs.drafts import load_draft, save_draft
from core.studies import (
    StudyConfig,
    StudyState,
    Variant,
    create_study,
    list_studies,
)
from tests.pages.opening import errors, healthy, open_page, texts
from tests.studies.left_over import leave_finished

BASE = find_recipe("digits-quick").config
RATES = (
    Variant(name="Base_line"),  # a name that Markdown would read otherwise
    Variant(name="Lower", changes={"schedule.learning_rate": 0.001}),
)


def study(**update) -> StudyConfig:
    given = {"title": "Two rates", "question": "Which *is* best?", "base": BASE, "variants": RATES}
    return StudyConfig(**(given | {"seeds": (0, 1)} | update))


@pytest.fixture
def runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CONVSCOPE_RUNS", str(tmp_path))
    return tmp_path


def test_without_a_study_it_says_what_one_is_for(runs: Path):
    page = open_page("studies", "Studies")
    assert "Train a network again" in texts(page)
    assert "New study" in texts(page)


def test_a_question_is_planned_by_a_click_and_changed_before_it_starts(runs: Path):
    page = open_page("studies", "Studies")
    page.session_state["new_study"] = True  # the popover, open
    page.run()
    page.radio(key="question").set_value("augmentation").run()
    healthy(page.button(key="plan_study").click().run())
    (record,) = list_studies(runs)
    assert record.state() is StudyState.PLANNED
    assert record.study().title == "With and without augmentation"
    assert "Without" in texts(page) and "3 seeds each" in texts(page)
    healthy(page.number_input(key="study_repeats").set_value(2).run())
    assert record.study().seeds == (0, 1) and "2 seeds each" in texts(page)
    healthy(page.button(key="remove_variant_0").click().run())
    assert [variant.name for variant in record.study().variants] == ["With"]


def test_a_field_of_ones_own_is_varied(runs: Path):
    page = open_page("studies", "Studies")
    page.session_state["new_study"] = True
    page.run()
    page.radio(key="question").set_value("own").run()
    page.text_input(key="factor_values").set_value("0.001, quick").run()
    healthy(page.button(key="plan_study").click().run())
    assert "'quick' is no number" in page.toast[0].value.replace("\\", "")
    page.session_state["new_study"] = True
    page.run()
    page.radio(key="question").set_value("own").run()
    page.text_input(key="factor_values").set_value("0.001, 0.003").run()
    healthy(page.button(key="plan_study").click().run())
    (record,) = list_studies(runs)
    rates = [record.study().config_of(place, 0).schedule.learning_rate for place in range(2)]
    assert rates == [0.001, 0.003]


def test_the_draft_becomes_a_variant_once_it_is_another(runs: Path):
    record = create_study(study(), runs)
    draft = "0123abcd"
    save_draft(draft, BASE, runs)
    page = open_page("studies", "Studies", draft=draft)
    assert page.button(key="add_variant").disabled
    save_draft(draft, apply_overrides(BASE, ["batch_size=16", "title=Mine"]), runs)
    page.run()
    healthy(page.button(key="add_variant").click().run())
    assert record.study().variants[-1].changes == {"training.batch_size": 16}
    assert "batch size 16" in texts(page)
    assert page.button(key="add_variant").disabled  # it is there already


def test_a_variant_becomes_a_draft(runs: Path):
    create_study(study(), runs)
    page = open_page("studies", "Studies")
    before = page.query_params["draft"]
    healthy(page.button(key="use_variant_1").click().run())
    assert page.query_params["draft"] != before
    held = page.query_params["draft"]
    draft = load_draft(held if isinstance(held, str) else held[0], runs)
    assert draft is not None and draft.schedule.learning_rate == 0.001


def test_what_came_out_is_said_with_its_interval(runs: Path):
    record = create_study(study(), runs)
    leave_finished(record, {"0/0": 0.90, "0/1": 0.91, "1/0": 0.97, "1/1": 0.98})
    page = open_page("studies", "Studies")
    said = texts(page)
    assert "Lower is better than Base_line by 7.0 points of validation accuracy" in said
    assert "90.50 ± 0.71 %" in said and "+7.00" in said
    assert "Which *is* best?" in said and "for the report" in said
    assert not errors(page)
    assert record.state() is StudyState.FINISHED


def test_half_a_study_says_how_far_it_is_and_why_it_stopped(runs: Path):
    record = create_study(study(), runs)
    leave_finished(record, {"0/0": 0.90})
    page = open_page("studies", "Studies")
    assert "1 of 4 runs are done" in texts(page)
    assert any(button.label == "Continue" for button in page.button)
    update = {"error": "One run failed. No space.", "advice": "Continue tries again."}
    record.write_progress(record.progress().model_copy(update=update))
    page.run()
    assert errors(page) == ["One run failed. No space. Continue tries again."]


def test_a_run_that_was_deleted_is_to_be_trained_again(runs: Path):
    record = create_study(study(), runs)
    leave_finished(record, {"0/0": 0.90, "0/1": 0.91, "1/0": 0.97, "1/1": 0.98})
    run = record.run_of(record.study().trials[0])
    assert run is not None
    run.config_path.unlink()
    assert record.state() is StudyState.STOPPED
    healthy(open_page("studies", "Studies"))


def test_a_damaged_study_is_told_and_can_be_deleted(runs: Path):
    record = create_study(study(), runs)
    record.asked_path.write_text('{"title": "x", "base": "no-such-recipe", "variants": []}')
    page = open_page("studies", "Studies")
    assert "there is no recipe 'no-such-recipe'" in errors(page)[0]
    healthy(page.button(key="delete_study_now").click().run())
    assert list_studies(runs) == []


def test_a_variant_that_cannot_be_trained_is_named(runs: Path):
    nowhere = Variant(name="Nowhere", changes={"dataset.name": "no-such-set"})
    create_study(study(variants=(RATES[0], nowhere)), runs)
    page = open_page("studies", "Studies")
    assert "Variant Nowhere cannot be trained" in errors(page)[0]


def test_an_address_that_names_no_study_shows_the_newest(runs: Path):
    create_study(study(), runs)
    page = open_page("studies", "Studies", study="../../etc")
    assert "Which *is* best?" in texts(page)
