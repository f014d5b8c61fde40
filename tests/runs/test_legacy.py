"""Records and drafts of the version before open as ever; `version_before` was made by it.

Five runs of tiny networks: a finished one, one that stopped early, one on class folders, a
range test, and one that was paused; and two drafts.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from core.analysis.evaluation import load_evaluation
from core.config import AdamWConfig
from core.jobs import launch
from core.models.export import load_model
from core.models.inference import predict_probabilities
from core.photos.network_input import fitting_of
from core.runs import Phase, Run, State, list_runs
from core.runs.drafts import load_draft
from tests.conftest import ROOT
from tests.jobs.helpers import wait_for

MADE_BEFORE = ROOT / "tests" / "runs" / "version_before"


@pytest.fixture
def runs(tmp_path: Path) -> dict[str, Run]:
    """A copy of the records, by the end of their ids."""
    folder = tmp_path / "runs"
    shutil.copytree(MADE_BEFORE, folder)
    return {run.id.split("-", 2)[2]: run for run in list_runs(folder)}


def test_all_of_them_are_listed_with_their_states(runs: dict[str, Run]) -> None:
    assert {name: run.status().state for name, run in runs.items()} == {
        "finished": State.FINISHED,
        "early-stopping": State.FINISHED,
        "pets": State.FINISHED,
        "range-test": State.FINISHED,
        "paused": State.PAUSED,
    }
    assert {run.status().phase for run in runs.values()} == {Phase.ENDED}
    assert all(run.status().resources.cores >= 1 for run in runs.values())


def test_their_results_are_what_they_were(runs: dict[str, Run]) -> None:
    finished = runs["finished"].status().training_result
    assert finished.parameters == 2_790
    evaluation = load_evaluation(runs["finished"])
    assert evaluation.test_accuracy == pytest.approx(finished.test_accuracy)
    assert evaluation.test_loss == pytest.approx(finished.test_loss)
    assert runs["range-test"].status().range_result.suggestion == pytest.approx(4.144e-3, rel=1e-3)
    assert runs["paused"].status().result is None


def test_which_weights_they_kept_is_said_in_the_words_of_today(runs: dict[str, Run]) -> None:
    assert runs["finished"].config().training.keep == "last"
    # restore_best, the default then, overrode `keep` and `monitor`.
    stopped = runs["early-stopping"].config().training
    assert (stopped.keep, stopped.keep_monitor) == ("early_stopping", "val_loss")
    folder = runs["finished"].path.parent
    assert load_draft("0123abcd", folder).training.keep == "last"
    draft = load_draft("89abcdef", folder).training
    assert (draft.keep, draft.early_stopping.monitor) == ("best_val_loss", "val_accuracy")


def test_their_pictures_were_fitted_as_they_were_fitted(runs: dict[str, Run]) -> None:
    assert fitting_of(runs["pets"].dataset()).fit == "squash"
    assert fitting_of(runs["finished"].dataset()).fit == "crop"
    assert runs["pets"].dataset().classes == ("cats", "dogs")
    assert runs["pets"].dataset().name == "pets"
    assert runs["pets"].dataset().sizes == {"train": 12, "validation": 6, "test": 8}


def test_a_draft_made_before_would_fit_pictures_as_it_would_have_then(tmp_path: Path) -> None:
    before = json.loads((MADE_BEFORE / ".drafts" / "0123abcd.json").read_text())
    before["dataset"]["name"] = "pets"
    (tmp_path / ".drafts").mkdir()
    (tmp_path / ".drafts" / "0123abcd.json").write_text(json.dumps(before))
    draft = load_draft("0123abcd", tmp_path)
    assert (draft.dataset.fit, draft.dataset.interpolation) == ("squash", "bilinear")


def test_adamw_made_before_decays_all_as_it_did_then(tmp_path: Path) -> None:
    before = json.loads((MADE_BEFORE / ".drafts" / "0123abcd.json").read_text())
    before["optimizer"] = {"kind": "adamw", "weight_decay": 0.05}
    (tmp_path / ".drafts").mkdir()
    path = tmp_path / ".drafts" / "0123abcd.json"
    path.write_text(json.dumps(before))
    optimizer = load_draft("0123abcd", tmp_path).optimizer
    assert optimizer == AdamWConfig(weight_decay=0.05, decay_normalization_and_biases=True)
    # What is written today names the field.
    path.write_text(
        load_draft("0123abcd", tmp_path).to_json().replace('biases": true', 'biases": false')
    )
    assert load_draft("0123abcd", tmp_path).optimizer == AdamWConfig(weight_decay=0.05)


def test_their_models_say_what_they_said(runs: dict[str, Run], make_class_folder, monkeypatch):
    from core.data.load import load_dataset

    folder = runs["pets"].path.parent.parent / "datasets"
    make_class_folder(folder, "pets")
    test = load_dataset(runs["pets"].config().dataset, folder).test
    images, labels = test.gather(np.arange(len(test)))
    with np.load(runs["pets"].predictions_path) as saved:
        assert np.array_equal(saved["labels"], labels)
        model = load_model(runs["pets"].model_path)
        again = predict_probabilities(model, images, 2)
        assert np.allclose(saved["probabilities"], again, atol=1e-5)


def test_a_run_paused_then_goes_on_now(runs: dict[str, Run]) -> None:
    run = runs["paused"]
    before = run.status()
    launch.resume(run)
    wait_for(run, lambda status: status.epoch > before.epoch)
    launch.request_stop(run)
    assert launch.wait(run, 60) is State.STOPPED, run.log_tail()
    status = run.status()
    assert status.first_step == before.step
    assert status.training_result.parameters == 2_790
    steps = [row["step"] for row in run.metrics()]
    assert steps == sorted(steps)
    assert run.dataset_path.is_file()


@pytest.mark.parametrize(
    ("error", "lost_at"),
    [
        ("The loss stopped being a number at step 3 (learning rate 10).", 10.0),
        ("The loss grew without end: 1e+03 at step 9 (learning rate 1e-05).", 1e-5),
        ("The loss stopped being a number at step 9 (learning rate 0).", None),
        ("The device ran out of memory.", None),
    ],
)
def test_a_loss_that_was_lost_was_told_in_words_alone(
    runs: dict[str, Run], error: str, lost_at: float | None
) -> None:
    run = runs["paused"]
    recorded = json.loads(run.status_path.read_text(encoding="utf-8"))
    run.status_path.write_text(json.dumps({**recorded, "state": "failed", "error": error}))
    assert run.status().lost_learning_rate == lost_at
