"""What the drafted network costs, and the button that times it."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.config import apply_overrides
from core.jobs import launch
from core.recipes import find_recipe
from core.runs import State, list_timings
from core.runs.drafts import save_draft
from pages.widgets.text import format_large
from tests.pages.design.drafted import DRAFT
from tests.pages.opening import errors, healthy, metrics, open_page


@pytest.mark.timeout(240)
def test_one_click_times_the_drafted_network(runs_folder: Path):
    config = find_recipe("digits-quick").config
    save_draft(DRAFT, config)
    app = open_page("design", "Design", draft=DRAFT, step="Network")
    shown = {item.label: item.value for item in app.metric}
    assert shown["Parameters"] == "89,994"
    assert shown["Multiply-adds"] == "2.57 million"
    assert shown["Receptive field"] == "22 × 22 px"
    assert shown["Memory of a step"].endswith("MB")
    assert " to " in shown["An epoch here"]
    app.button(key="time_it").click()
    healthy(app.run())
    (timing,) = list_timings()
    assert any(":material/timer:" in item.value for item in app.caption)
    assert launch.wait(timing, 200) is State.FINISHED, timing.log_tail()
    healthy(app.run())
    shown = {item.label: item.value for item in app.metric}
    assert "±" in shown["An epoch here"]
    assert app.button(key="time_it").label == "Time it again"
    save_draft(DRAFT, apply_overrides(config, ["architecture.blocks.0.filters=24"]))
    app = open_page("design", "Design", draft=DRAFT, step="Network")
    assert {item.label: item.value for item in app.metric}["An epoch here"].find(" to ") > 0


@pytest.mark.parametrize(
    ("normalization", "said"),
    [
        ("before", "89,658 of them are trained; the others are the moving averages"),
        ("none", "All of them are trained."),
    ],
)
def test_the_help_of_parameters_says_how_many_are_trained(
    runs_folder: Path, normalization: str, said: str
):
    config = find_recipe("digits-quick").config
    blocks = range(len(config.architecture.blocks))
    changes = [f"architecture.blocks.{place}.normalization={normalization}" for place in blocks]
    save_draft(DRAFT, apply_overrides(config, changes))
    app = open_page("design", "Design", draft=DRAFT, step="Network")
    (parameters,) = (item for item in app.metric if item.label == "Parameters")
    assert said in parameters.help


def test_what_no_machine_holds_is_said_above_and_not_timed(runs_folder: Path, graphics_cards):
    graphics_cards(1, [2**30])
    config = find_recipe("digits-quick").config
    huge = ["architecture.blocks.0.filters=2048", "architecture.blocks.0.convolutions=8"]
    save_draft(DRAFT, apply_overrides(config, huge))
    app = open_page("design", "Design", draft=DRAFT, step="Network")
    (said,) = errors(app)
    assert "would take about" in said and "the graphics card has 1.1 GB" in said
    assert app.button(key="time_it").disabled


def test_large_numbers_are_said_shortly():
    assert [format_large(n) for n in (950, 1200, 40_012_345, 7_654_000_000)] == [
        "950",
        "1.2 thousand",
        "40 million",
        "7.65 billion",
    ]


def test_a_momentum_that_is_cycled_needs_the_memory_of_its_velocities(runs_folder: Path):
    def memory(*changes: str) -> str:
        config = apply_overrides(find_recipe("digits-quick").config, ["optimizer.kind=sgd"])
        still = ["architecture=vgg-6", "optimizer.momentum=0", "optimizer.nesterov=false", *changes]
        save_draft(DRAFT, apply_overrides(config, still))
        app = open_page("design", "Design", draft=DRAFT, step="Network")
        return metrics(app)["Memory of a step"]

    cycle = "schedule.kind=one_cycle", "schedule.cycle_momentum=true"
    assert memory() == memory(*cycle[:1]) != memory(*cycle)


def test_cards_that_share_a_batch_need_the_memory_of_their_share(runs_folder, graphics_cards):
    def memory(*changes: str) -> str:
        config = apply_overrides(find_recipe("digits-quick").config, list(changes))
        save_draft(DRAFT, config)
        app = open_page("design", "Design", draft=DRAFT, step="Network")
        return metrics(app)["Memory of a step"]

    graphics_cards(2)
    half, whole = memory("batch_size=256"), memory("batch_size=512")
    assert memory("batch_size=512", "gpus=2") == half != whole
    assert memory("batch_size=512", "gpus=4") == half, "two are all that there are"
    graphics_cards(0)
    assert memory("batch_size=512", "gpus=2") == memory("batch_size=512")
