"""docs/results.md says what the kept files say, and a study is kept whole but for what is large."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.config import apply_overrides
from core.recipes import find_recipe
from core.studies import StudyConfig, StudyState, Variant, create_study, findings
from tests.studies.left_over import leave_finished
from tools.showing import results

KEPT = results.kept()


@pytest.mark.parametrize("name", KEPT)
def test_the_page_says_what_the_kept_runs_came_to(name: str):
    record = KEPT[name]
    text = results.PAGE.read_text(encoding="utf-8")
    found = findings(record, record.study())
    assert record.state() is StudyState.FINISHED
    assert results.put(text, name, results.words(name, record, found)) == text, (
        "run `python -m tools.showing.results`"
    )


@pytest.mark.parametrize("name", KEPT)
def test_every_chart_that_the_page_shows_is_there(name: str):
    found = findings(KEPT[name], KEPT[name].study())
    for kind in results.charts(found):
        assert (results.RESULTS / name / f"{kind}.png").read_bytes().startswith(b"\x89PNG")


def test_a_kept_study_comes_to_what_it_came_to(tmp_path: Path):
    rates = (Variant(name="One"), Variant(name="Other", changes={"training.batch_size": 32}))
    study = StudyConfig(
        title="Kept", base=find_recipe("digits-quick").config, variants=rates, seeds=(0, 1)
    )
    record = create_study(study, tmp_path / "runs")
    leave_finished(record, {"0/0": 0.90, "0/1": 0.91, "1/0": 0.97, "1/1": 0.98})
    results.keep(record, tmp_path / "kept")
    copy = results.StudyRecord(tmp_path / "kept" / ".studies" / record.id)
    before, after = findings(record, study), findings(copy, copy.study())
    assert after.to_dict() == before.to_dict()
    assert copy.state() is StudyState.FINISHED
    largest = max(path.stat().st_size for path in (tmp_path / "kept").rglob("*") if path.is_file())
    assert largest < 20_000


def test_runs_that_only_watch_test_images_are_told_by_what_they_say_of_all(tmp_path: Path):
    """While training they may look at a few, once: 0.01 better here than at the end."""
    base = find_recipe("digits-quick").config
    base = apply_overrides(base, ["split.method=none"])
    study = StudyConfig(title="Watched", base=base, variants=(Variant(name="One"),), seeds=(0, 1))
    record = create_study(study, tmp_path / "runs")
    leave_finished(record, {"0/0": 0.90, "0/1": 0.92})
    found = findings(record, study)
    assert found.variants[0].validation.values == pytest.approx((0.89, 0.91))
    assert found.sentences[0].startswith("One reaches 90.00 % test accuracy, the mean of 2 seeds")
    said = results.words("watched", record, found)
    assert "| One | 2 | none | 90.00 % (89.00 to 91.00) |" in said
    assert "differences.png" not in said  # there is nothing to compare it with


def test_a_page_without_a_place_for_it_is_refused():
    with pytest.raises(ValueError, match="no place for mine"):
        results.put("<!-- results: other -->\n<!-- end -->", "mine", "words")
    text = "a\n<!-- results: mine -->\nold\n<!-- end -->\nb"
    assert results.put(text, "mine", "new\n") == "a\n<!-- results: mine -->\nnew\n<!-- end -->\nb"
