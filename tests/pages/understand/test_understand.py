"""Evaluate, Mistakes and Feature maps: empty and with a finished run."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from core.analysis.evaluation import load_evaluation, mistakes
from core.runs import Run
from tests.pages.opening import APP, PAGES, open_page, parameter, texts

TITLES = {
    "evaluate": "Evaluate",
    "mistakes": "Mistakes",
    "feature_maps": "Feature maps",
}


@pytest.mark.parametrize("name", TITLES)
def test_without_runs_of_ones_own_the_page_shows_the_shipped_one(
    name: str, runs_folder: Path
) -> None:
    app = open_page(name, TITLES[name])
    assert parameter(app, "run") == "digits-shipped"
    assert "Train one first" not in texts(app)


@pytest.mark.parametrize("name", TITLES)
def test_a_run_of_ones_own_goes_before_the_shipped_one(name: str, with_finished_run: Run) -> None:
    assert parameter(open_page(name, TITLES[name]), "run") == with_finished_run.id


def test_evaluate_shows_the_numbers_of_the_run(with_finished_run: Run) -> None:
    app = open_page("evaluate", "Evaluate")
    found = load_evaluation(with_finished_run)
    shown = {metric.label: metric.value for metric in app.metric}
    assert shown["Test accuracy"] == f"{100 * found.test_accuracy:.2f} %"
    assert shown["Test images"] == str(len(found.labels))
    table = app.dataframe[0].value
    assert list(table["Class"]) == list(found.classes)
    np.testing.assert_allclose(table["Recall"], [item.recall for item in found.per_class])


def test_evaluate_links_to_the_most_confused_pairs(with_finished_run: Run) -> None:
    app = open_page("evaluate", "Evaluate")
    labels = [link.proto.label for link in app.get("page_link")]
    assert any("taken for" in label for label in labels)


def test_mistakes_are_filtered_by_the_address(with_finished_run: Run) -> None:
    found = load_evaluation(with_finished_run)
    wrong = int(mistakes(found)[0])
    true, predicted = int(found.labels[wrong]), int(found.predictions[wrong])
    expected = len(mistakes(found, true, predicted))
    app = open_page(
        "mistakes", "Mistakes", true=found.classes[true], predicted=found.classes[predicted]
    )
    assert app.selectbox(key="true").value == found.classes[true]
    images = "1 image" if expected == 1 else f"{expected} images"
    assert f"**{images}** of class **{found.classes[true]}**" in texts(app)


def test_mistakes_can_be_filtered_by_hand(with_finished_run: Run) -> None:
    found = load_evaluation(with_finished_run)
    app = open_page("mistakes", "Mistakes")
    assert f"**{len(mistakes(found))} images** misclassified" in texts(app)
    app.selectbox(key="predicted").set_value(found.classes[3]).run()
    assert not app.exception
    assert f"misclassified as **{found.classes[3]}**" in texts(app)


def test_feature_maps_shows_each_layer_asked_for(with_finished_run: Run) -> None:
    app = open_page("feature_maps", "Feature maps", sample="5")
    assert "block1_conv1" in texts(app)
    assert "test image 5" in "".join(str(block.proto.body) for block in app.get("html"))
    layers = app.selectbox(key="layer").options
    app.selectbox(key="layer").set_value(layers[-1]).run()
    assert not app.exception
    app.toggle(key="every_layer").set_value(True).run()
    assert not app.exception
    assert all(f"**{layer}**" in texts(app) for layer in layers)


@pytest.mark.parametrize("name", ["train", "lr_range", "evaluate", "mistakes"])
def test_pages_that_need_no_tensorflow_import_none(with_finished_run: Run, name: str) -> None:
    """In a process of its own: this one has TensorFlow by now."""
    script = (
        "import sys\n"
        "from streamlit.testing.v1 import AppTest\n"
        f"app = AppTest.from_file({str(APP)!r}, default_timeout=60)\n"
        f"app.switch_page({PAGES[name]!r}).run()\n"
        "assert not app.exception\n"
        "sys.exit('tensorflow' in sys.modules)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=APP.parent,
        capture_output=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode()[-2000:]
