"""A study and a search as a person asks for them: planned, started, stopped, continued, read."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from core.runs import list_runs
from core.searches import best_of, list_searches
from core.searches import findings as search_findings
from core.studies import StudyRecord, StudyState, findings, list_studies, request_stop
from pages.widgets.head import PRODUCT
from tools.clicks import choose_segment, faults, fill_number, go_to, wait_for_title, wait_until_idle
from tools.dashboard import Complaints, Server

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]

_MINUTES = 60_000


def test_a_study_is_started_stopped_continued_and_read(
    page: Page, server: Server, complaints: Complaints
):
    page.goto(server.url)
    wait_for_title(page, PRODUCT)
    go_to(page, "Studies")
    plan(page, "With and without augmentation", seeds="2")
    record = only_study(server)
    assert record.state() is StudyState.PLANNED
    click(page, "Start the study")
    try:
        wait_for_words(page, re.compile(r"Now .*: epoch \d of 8"))
        click(page, "Stop")
        badge(page, "Stopped")
        assert not record.alive()
        assert complaints.lines == []

        address = page.url
        server.kill()
        server.start()
        page.goto(address)
        wait_for_title(page, "Studies")
        click(page, "Continue")
        wait_for_words(page, re.compile(r"Now .*: epoch \d of 8"))
        server.kill()  # nobody is looking: it goes on
        assert record.alive()
        server.start()
        page.goto(address)
        wait_for_title(page, "Studies")
        complaints.lines.clear()  # of a server that was not there
        badge(page, "Finished")
    finally:
        if record.alive():
            request_stop(record)
    (sentence,) = findings(record, record.study()).sentences
    expect(page.locator(".st-key-study_answer")).to_have_text(sentence)
    assert re.match(r"(With is (better|worse) than Without by|Within the noise: With )", sentence)
    row = page.get_by_test_id("stMain").get_by_role("row").filter(has_text="Without").first
    expect(row).to_contain_text(re.compile(r"\d\d\.\d\d ± \d\.\d\d %"))
    assert len(list_of_runs(page)) == 4
    wait_until_idle(page)
    assert faults(page) == []
    assert complaints.lines == []


def test_a_search_is_started_stopped_continued_and_its_best_becomes_the_draft(
    page: Page, server: Server, complaints: Complaints
):
    page.goto(f"{server.url}/studies")
    wait_for_title(page, "Studies")
    choose_segment(page, "Search for the best")
    page.get_by_role("button", name="New search").click()
    fill_number(page, "Trials at most", "3")
    wait_until_idle(page)
    click(page, "Plan it")
    badge(page, "Planned", "search")
    (record,) = list_searches(server.runs)
    click(page, "Start the search")
    try:
        wait_for_words(page, re.compile(r"Now learning rate .*: epoch \d of 8"))
        click(page, "Stop")
        badge(page, "Stopped", "search")
        assert not record.alive()
        assert complaints.lines == []

        address = page.url
        server.kill()
        server.start()
        page.goto(address)
        wait_for_title(page, "Studies")
        click(page, "Continue")
        wait_for_words(page, re.compile(r"Now learning rate .*: epoch \d of 8"))
        complaints.lines.clear()  # of a server that was not there
        badge(page, "Finished", "search")
    finally:
        if record.alive():
            request_stop(record)
    trials = record.progress().trials
    best, *_ = search_findings(record.search(), trials).sentences
    expect(page.locator(".st-key-search_answer")).to_contain_text(best)
    assert re.match(r"Best: \d\d\.\d % validation accuracy with learning rate .*of 3", best)
    assert len(trials) == len(list_runs(server.runs)) == 3
    drawn = page.get_by_label("Every trial, the best in front", exact=True)
    expect(drawn.locator(".main-svg").first).to_be_visible()
    click(page, "Use this one")
    expect(page.get_by_text("It is the draft now.")).to_be_visible()
    found = best_of(trials)
    assert found is not None
    go_to(page, "Design")
    page.get_by_role("tab", name="Training").click()
    rate = page.get_by_role("spinbutton", name=re.compile("earning rate|Peak")).first
    expect(rate).to_have_value(re.compile(rf"{found.values['schedule.learning_rate']:.3g}"[:5]))
    assert faults(page) == []
    assert complaints.lines == []


def plan(page: Page, question: str, seeds: str) -> None:
    page.get_by_role("button", name="New study").click()
    page.get_by_text(question, exact=True).click()
    wait_until_idle(page)
    click(page, "Plan it")
    badge(page, "Planned")
    fill_number(page, "Seeds", seeds)
    expect(page.get_by_text(re.compile(rf"{seeds} seeds each"))).to_be_visible()
    wait_until_idle(page)


def click(page: Page, label: str) -> None:
    page.get_by_role("button", name=label, exact=True).click()


def badge(page: Page, label: str, kind: str = "study") -> None:
    expect(page.locator(f".st-key-{kind}_row")).to_contain_text(label, timeout=4 * _MINUTES)


def wait_for_words(page: Page, words: re.Pattern[str]) -> None:
    expect(page.get_by_test_id("stMain").get_by_text(words)).to_be_visible(timeout=2 * _MINUTES)


def only_study(server: Server) -> StudyRecord:
    (record,) = list_studies(server.runs)
    return record


def list_of_runs(page: Page) -> list[str]:
    """The lines of the runs, each with a way to it."""
    runs = page.locator(".st-key-study_runs")
    runs.get_by_text(re.compile(r"^Runs \(")).click()
    expect(runs.get_by_role("link", name="Open")).to_have_count(4)
    return runs.get_by_role("link", name="Open").all_inner_texts()
