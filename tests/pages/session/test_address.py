"""What stands in the address is taken, and what makes no sense there is passed over."""

from __future__ import annotations

from core.recipes import find_recipe
from core.runs import Run, create_run
from tests.pages.opening import go_to, open_page, parameter, texts


def test_an_address_that_makes_no_sense_is_passed_over(with_finished_run: Run) -> None:
    app = open_page("mistakes", "Mistakes", true="no such class")
    assert app.selectbox(key="true").value == ""  # any class
    open_page("feature_maps", "Feature maps", sample="-1", shuffle="x", layer="nonsense")


def test_the_run_in_the_address_is_the_one_shown_and_stays_so(with_finished_run: Run) -> None:
    newer = create_run(find_recipe("digits-quick").config, with_finished_run.path.parent)
    assert parameter(open_page("train", "Train"), "run") == newer.id  # of itself the newest
    app = open_page("train", "Train", run=with_finished_run.id)
    assert parameter(app, "run") == with_finished_run.id
    go_to(app, "evaluate", "Evaluate")
    go_to(app, "train", "Train")
    assert parameter(app, "run") == with_finished_run.id
    assert "Finished" in texts(app)  # the newer one never ran
