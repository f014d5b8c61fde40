"""Evaluate, Mistakes and Feature maps: empty and with a finished run."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from core.analysis.evaluation import load_evaluation, select_images
from core.notation import percent
from core.runs import Run, State
from pages.session import cache
from pages.widgets import samples
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
    np.testing.assert_allclose(table["Recall"], [100 * item.recall for item in found.per_class])


@pytest.mark.parametrize("name", TITLES)
def test_of_a_run_that_went_on_it_is_said_that_all_is_of_where_it_was_stopped(
    name: str, with_finished_run: Run
) -> None:
    assert "stopped before" not in texts(open_page(name, TITLES[name]))
    status = with_finished_run.status()
    gone_on = {"state": State.PAUSED, "step": status.step + 1}
    with_finished_run.write_status(status.model_copy(update=gone_on))
    assert "stopped before. It has gone on since" in texts(open_page(name, TITLES[name]))


def test_evaluate_links_to_the_most_confused_pairs(with_finished_run: Run) -> None:
    app = open_page("evaluate", "Evaluate")
    labels = [link.proto.label for link in app.get("page_link")]
    assert any("taken for" in label for label in labels)


def test_mistakes_are_filtered_by_the_address(with_finished_run: Run) -> None:
    found = load_evaluation(with_finished_run)
    wrong = int(select_images(found)[0])
    true, predicted = int(found.labels[wrong]), int(found.predictions[wrong])
    expected = len(select_images(found, true, predicted))
    app = open_page(
        "mistakes", "Mistakes", true=found.classes[true], predicted=found.classes[predicted]
    )
    assert app.selectbox(key="true").value == found.classes[true]
    images = "1 image" if expected == 1 else f"{expected} images"
    assert f"**{images}** of class **{found.classes[true]}**" in texts(app)


def test_mistakes_can_be_filtered_by_hand(with_finished_run: Run) -> None:
    found = load_evaluation(with_finished_run)
    app = open_page("mistakes", "Mistakes")
    assert f"**{len(select_images(found))} images** misclassified" in texts(app)
    app.selectbox(key="predicted").set_value(found.classes[3]).run()
    assert not app.exception
    assert f"misclassified as **{found.classes[3]}**" in texts(app)


def test_what_is_shown_and_its_order_stand_in_the_address(with_finished_run: Run) -> None:
    found = load_evaluation(with_finished_run)
    app = open_page("mistakes", "Mistakes", show="correct", sort="class", page="2")
    right = len(found.labels) - found.num_mistakes
    assert f"**{right} images** classified rightly" in texts(app)
    assert app.selectbox(key="sort").value == "class"
    app.selectbox(key="true").set_value(found.classes[3]).run()
    assert (parameter(app, "true"), parameter(app, "show")) == (found.classes[3], "correct")
    assert "page" not in app.query_params  # another choice begins on its first page
    app.selectbox(key="true").set_value("").run()
    assert "true" not in app.query_params


def test_a_choice_that_is_none_holds_for_nothing(with_finished_run: Run) -> None:
    found = load_evaluation(with_finished_run)
    app = open_page("mistakes", "Mistakes", true="no class", show="x", sort="y", page="999999")
    assert f"**{found.num_mistakes} images** misclassified" in texts(app)


def test_a_class_called_any_class_can_be_told_from_any(with_finished_run: Run) -> None:
    said = json.loads(with_finished_run.dataset_path.read_text(encoding="utf-8"))
    said["classes"][3] = "Any class"
    with_finished_run.dataset_path.write_text(json.dumps(said), encoding="utf-8")
    found = load_evaluation(with_finished_run)
    app = open_page("mistakes", "Mistakes", true="Any class", show="all")
    assert f"**{len(select_images(found, 3, show='all'))} images** of class" in texts(app)
    assert len(set(app.selectbox(key="true").options)) == len(found.classes) + 1
    app = open_page("mistakes", "Mistakes", show="all")
    assert f"**{len(found.labels)} images** classified" in texts(app)


def test_a_page_of_mistakes_ends_in_a_full_row(with_finished_run: Run) -> None:
    """Where there are enough of them for more than one."""
    app = open_page("mistakes", "Mistakes", show="all")
    for size in (64, 96, 144, 208):
        app.select_slider(key="mistakes_size").set_value(size).run()
        assert not app.exception
        (shown,) = albums(app)
        assert len(shown["items"]) % shown["across"] == 0
        assert 20 <= len(shown["items"]) <= 60


def albums(app: AppTest) -> list[dict[str, Any]]:
    """What was sent to the browser of each album."""
    sent = [item.proto.json for item in app.get("bidi_component")]
    return [data for data in map(json.loads, filter(None, sent)) if "across" in data]


def test_an_enlarged_mistake_says_what_else_it_may_be(with_finished_run: Run) -> None:
    found = load_evaluation(with_finished_run)
    (shown,) = albums(open_page("mistakes", "Mistakes"))
    first = shown["items"][0]
    wrong = int(select_images(found)[0])
    assert first["value"] == wrong
    assert first["best"][0][0] == found.classes[int(found.predictions[wrong])]
    shares = [share for _, share, _ in first["best"]]
    assert [text for *_, text in first["best"]] == [percent(share) for share in shares]
    assert shares == sorted(shares, reverse=True) and len(shares) == 5


def test_feature_maps_shows_each_layer_asked_for(with_finished_run: Run) -> None:
    app = open_page("feature_maps", "Feature maps", sample="5")
    assert "**block1_conv1**" in texts(app)
    blocks = "".join(str(block.proto.body) for block in app.get("html"))
    assert "test image 5" in blocks and "The likeliest classes" in blocks
    app.selectbox(key="layer").set_value("flatten").run()
    assert not app.exception and parameter(app, "layer") == "flatten"
    assert "1,024 numbers" in texts(app)
    app.button(key="maps_Next").click().run()
    assert not app.exception and parameter(app, "layer") == "dense1"
    app.toggle(key="every_layer").set_value(True).run()
    assert not app.exception
    names = [option.partition(" · ")[0] for option in app.selectbox(key="layer").options]
    assert len(names) > 10 and all(f"**{name}**" in texts(app) for name in names)


def test_a_layer_in_the_address_is_shown(with_finished_run: Run) -> None:
    app = open_page("feature_maps", "Feature maps", sample="5", layer="block2_conv1")
    assert app.selectbox(key="layer").value == "block2_conv1"
    assert "**block2_conv1**" in texts(app) and "16 × 16, 32 channels" in texts(app)
    assert "**block1_conv1**" in texts(
        open_page("feature_maps", "Feature maps", layer="no such layer")
    )


def test_a_test_folder_of_one_class_of_many_has_a_picture_to_show(
    with_finished_run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    test = cache.test_images(with_finished_run)
    of_one = test.select(test.positions_of(7))
    monkeypatch.setattr(cache, "test_images", lambda run: of_one)
    monkeypatch.setattr(samples, "SHOWN", 3)  # of ten classes; ten are shown of a hundred
    for seed in ("0", "1", "2"):
        app = open_page("feature_maps", "Feature maps", shuffle=seed)
        assert "**block1_conv1**" in texts(app)


def test_without_test_images_the_page_says_so(
    with_finished_run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    test = cache.test_images(with_finished_run)
    monkeypatch.setattr(cache, "test_images", lambda run: test.select([]))
    for name, title in {"feature_maps": "Feature maps", "classify": "Classify a photo"}.items():
        (said,) = open_page(name, title).info
        assert said.value == "This run has no test images."


@pytest.mark.parametrize("name", ["train", "lr_range", "evaluate", "mistakes"])
def test_pages_that_need_no_tensorflow_import_none(with_finished_run: Run, name: str) -> None:
    """In a process of its own: this one has TensorFlow by now. A server loads it ahead."""
    script = (
        "import sys\n"
        "from pages.session import ahead\n"
        "ahead.begin = lambda wanted: None\n"
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
