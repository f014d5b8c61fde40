"""May this start? The same answer in the same words for the page and the command line."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.cli.commands import main
from core.config import apply_overrides
from core.errors import UserError
from core.jobs import preflight
from core.recipes import find_recipe
from core.runs import Run, create_run, list_runs
from tests.pages.opening import open_page
from tests.pages.train.records import words

DIGITS = find_recipe("digits-quick").config

PROBLEMS = {
    "no such data set": (["dataset.name=unicorns"], "There is no data set 'unicorns'."),
    "images too small": (
        ["architecture=catdog-4", "architecture.head=softmax"],
        "the smallest side this network fits is 46.",
    ),
    "a head for two classes": (["architecture.head=sigmoid"], "for exactly 2 classes"),
    "no machine holds it": (
        [
            *("architecture.blocks.0.filters=2048", "architecture.blocks.0.convolutions=8"),
            *("dataset.image_size=[512, 512]", "batch_size=1024", "precision=float32"),
        ],
        "A training step would take about 40.2 TB, and ",
    ),
    "no run to start from": (["initial_weights=nobody"], "There is no run 'nobody'"),
}


def test_what_may_start_has_no_problem(runs_folder: Path) -> None:
    found = preflight.inspect(DIGITS)
    assert found.problem is None
    preflight.check(DIGITS)
    assert (found.input_shape, found.num_classes) == ((32, 32, 1), 10)
    assert (found.parameters, found.trainable) == (89_994, 89_770)
    assert not found.needs_download


@pytest.mark.parametrize("name", PROBLEMS)
def test_page_and_command_line_refuse_in_the_same_words(
    name: str, runs_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    changes, sentence = PROBLEMS[name]
    config = apply_overrides(DIGITS, changes)
    with pytest.raises(UserError) as caught:
        preflight.check(config)
    assert sentence in caught.value.message
    assert caught.value.message.endswith(".") and "\n" not in str(caught.value)

    typed = [part for change in changes for part in ("--set", change)]
    assert main(["train", "--recipe", "digits-quick", *typed]) == 1
    assert capsys.readouterr().err == f"error: {caught.value}\n"

    from core.runs.drafts import save_draft

    save_draft("0123abcd", config)
    app = open_page("train", "Train", draft="0123abcd")
    assert next(item for item in app.button if item.label == "Start training").disabled
    assert str(caught.value) in words(app)
    assert list_runs() == []


@pytest.mark.parametrize(
    ("cards", "asked", "has"),
    [
        *((0, 1, None), (1, 1, None), (4, 4, None), (None, 4, None)),
        *((0, 2, "none"), (1, 4, "one"), (2, 16, "2")),
    ],
)
def test_no_more_graphics_cards_than_there_are(runs_folder, graphics_cards, cards, asked, has):
    graphics_cards(cards)
    problem = preflight.inspect(apply_overrides(DIGITS, [f"gpus={asked}"])).problem
    if has is None:
        assert problem is None
    else:
        assert f"on {asked} graphics cards, and this machine has {has}" in str(problem)
        assert f"training.gpus, to {max(cards, 1)}." in str(problem)


def test_towers_are_of_a_processor(runs_folder, graphics_cards):
    graphics_cards(0)
    towers = apply_overrides(DIGITS, ["training.towers=2"])
    assert preflight.inspect(towers).problem is None
    graphics_cards(1)
    assert preflight.inspect(DIGITS).problem is None
    problem = str(preflight.inspect(towers).problem)
    assert "in 2 towers" in problem and problem.endswith("Set training.towers to 1.")


MEMORY = ["precision=float32", "architecture.blocks.0.pool=none", "batch_size=512"]
WEIGHTS = [*MEMORY, "architecture.dense.0.units=8192"]


@pytest.mark.parametrize(
    ("changes", "times", "words"),
    [
        (MEMORY, 0.55, None),
        (MEMORY, 0.45, "A training step would take about "),
        (WEIGHTS, 0.55, None),
        (["batch_size=1", *WEIGHTS[:2], WEIGHTS[3]], 0.85, None),
        (["batch_size=1", *WEIGHTS[:2], WEIGHTS[3]], 0.75, "The network's weights, with what "),
    ],
)
def test_only_what_is_far_beyond_the_memory_is_refused(
    runs_folder, graphics_cards, changes, times, words
):
    """Times: the memory of a card by what the step is planned to take."""
    config = apply_overrides(DIGITS, changes)
    graphics_cards(1)
    found = preflight.inspect(config)
    assert found.memory is not None and found.memory_problem is None, "its memory is not known"
    graphics_cards(1, [int(times * found.memory.total)])
    problem = preflight.inspect(config).problem
    assert problem is None if words is None else str(problem).startswith(words)
    if problem is not None:
        assert "and the graphics card has" in str(problem) and problem.advice.startswith("Take ")


def test_the_range_test_has_a_batch_of_its_own_and_none_has_more_images_than_there_are(
    runs_folder, graphics_cards
):
    def activations(*changes: str) -> int:
        found = preflight.inspect(apply_overrides(DIGITS, list(changes))).memory
        assert found is not None
        return found.activations

    graphics_cards(0)
    larger = "range_test.batch_size=512"
    assert activations(larger) == activations()
    assert activations("job=range-test", larger) == activations("batch_size=512") > activations()
    assert activations("batch_size=8192") == activations("batch_size=4096")


def test_images_that_can_be_downloaded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CONVSCOPE_DATASETS", str(tmp_path))
    found = preflight.inspect(find_recipe("cifar10-fast").config)
    assert found.needs_download
    assert found.problem is found.data_problem
    assert found.problem.message == "CIFAR-10 is not on this machine yet."
    assert str(tmp_path / "cifar-10-binary.tar.gz") in found.problem.advice
    assert found.parameters == 552_362  # what can be told beforehand is told


def test_what_makes_images_large_enough_leaves_a_side_that_is(runs_folder: Path) -> None:
    oblong = ["dataset.image_size=[28, 512]", "architecture=catdog-4", "architecture.head=softmax"]
    (found,) = preflight.inspect(apply_overrides(DIGITS, oblong)).misfits
    assert found.mends[0].words == "Resize the images to 46 × 512"


def test_a_broken_set_of_ones_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CONVSCOPE_DATASETS", str(tmp_path))
    (tmp_path / "holiday.zip").write_bytes(b"no zip")
    found = preflight.inspect(apply_overrides(DIGITS, ["dataset.name=holiday"]))
    assert "cannot be opened as a zip" in found.problem.message
    assert found.layers == []


def test_weights_of_a_run_that_has_none_yet(runs_folder: Path, finished_run: Run) -> None:
    other = create_run(DIGITS)
    config = DIGITS.model_copy(update={"initial_weights": other.id})
    assert "has no model yet" in preflight.inspect(config).problem.message
    trained = DIGITS.model_copy(update={"initial_weights": str(finished_run.path)})
    preflight.check(trained)
