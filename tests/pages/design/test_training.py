"""The Training step: every schedule and optimizer with its numbers, and what Advanced holds."""

from __future__ import annotations

import json

import pytest
from streamlit.testing.v1 import AppTest

from core.config import EmaConfig, LookaheadConfig, RunConfig, ViewsConfig, apply_overrides
from core.recipes import find_recipe
from core.runs.drafts import save_draft
from pages.design.training.optimizer import _OPTIMIZERS
from pages.design.training.schedule import _SCHEDULES
from tests.pages.design.drafted import DRAFT, saved
from tests.pages.opening import errors, healthy, open_page, texts


def training() -> AppTest:
    return open_page("design", "Design", draft=DRAFT, step="Training")


def choose(app: AppTest, field: str, value: str) -> None:
    app.selectbox(key=f"draft.{field}").set_value(value)
    healthy(app.run())


def type_in(app: AppTest, field: str, value: float) -> None:
    app.number_input(key=f"draft.{field}").set_value(value)
    app.run()
    assert not app.exception


def traces(app: AppTest) -> list[str]:
    """What the drawn schedule consists of."""
    (chart,) = app.get("plotly_chart")
    return [trace["name"] for trace in json.loads(chart.proto.spec)["data"]]


def kinds(name: str) -> set[str]:
    """What the configuration itself knows."""
    schema = RunConfig.model_json_schema()["properties"][name]
    return set(schema["discriminator"]["mapping"])


def test_every_kind_can_be_chosen():
    assert set(_SCHEDULES) == kinds("schedule")
    assert set(_OPTIMIZERS) == kinds("optimizer")


def test_every_schedule_keeps_the_learning_rate_and_draws_its_curve(draft: RunConfig):
    app = training()
    for kind in _SCHEDULES:
        choose(app, "schedule.kind", kind)
        schedule = saved().schedule
        assert (schedule.kind, schedule.learning_rate) == (kind, 6e-3)
        assert not app.error
        assert len(app.get("plotly_chart")) == 1
        fields = {name for name in type(schedule).model_fields if name != "kind"}
        shown = {widget.key.split(".")[-1] for widget in (*app.number_input, *app.slider)}
        assert fields & shown >= {"learning_rate"}


@pytest.mark.parametrize(
    ("kind", "numbers"),
    [
        ("step", {"factor": 0.3, "every": 4}),
        ("exponential", {"factor": 0.8}),
        ("inverse_time", {"decay": 0.01}),
        ("polynomial", {"power": 2.0}),
        ("cyclical", {"max_learning_rate": 0.2, "step_size": 50}),
        ("plateau", {"factor": 0.3, "patience": 2, "min_delta": 0.01, "cooldown": 1}),
        ("plateau", {"min_learning_rate": 1e-4}),
    ],
)
def test_a_schedule_s_numbers_are_kept(draft: RunConfig, kind: str, numbers: dict):
    app = training()
    choose(app, "schedule.kind", kind)
    for name, value in numbers.items():
        type_in(app, f"schedule.{name}", value)
        assert not app.error
    schedule = saved().schedule
    assert {name: getattr(schedule, name) for name in numbers} == numbers


def test_cosine_restarts_are_switched_on_and_off(draft: RunConfig):
    app = training()
    choose(app, "schedule.kind", "cosine")
    app.toggle(key="draft.schedule.first_period_off").set_value(True)
    healthy(app.run())
    type_in(app, "schedule.first_period", 2)
    type_in(app, "schedule.t_mult", 1.5)
    type_in(app, "schedule.restart_factor", 0.5)
    schedule = saved().schedule
    found = (schedule.first_period, schedule.t_mult, schedule.restart_factor)
    assert found == (2, 1.5, 0.5)
    app.toggle(key="draft.schedule.first_period_off").set_value(False)
    healthy(app.run())
    assert saved().schedule.first_period is None


def test_a_cycle_s_policy_brings_its_gamma(draft: RunConfig):
    app = training()
    choose(app, "schedule.kind", "cyclical")
    choose(app, "schedule.policy", "exp_range")
    type_in(app, "schedule.gamma", 0.999)
    assert (saved().schedule.policy, saved().schedule.gamma) == ("exp_range", 0.999)
    choose(app, "schedule.policy", "triangular2")
    assert not app.error
    assert (saved().schedule.policy, saved().schedule.gamma) == ("triangular2", 1.0)


def test_the_2018_write_up_s_numbers_are_one_click_away(draft: RunConfig):
    app = training()
    choose(app, "schedule.kind", "cyclical")
    app.button(key="write_up_cycle").click()
    healthy(app.run())
    assert saved().schedule == find_recipe("cifar10-2018-cyclical").config.schedule


def test_a_cycled_momentum_takes_the_place_of_the_optimizer_s(draft: RunConfig):
    app = training()
    choose(app, "optimizer.kind", "sgd")
    app.toggle(key="draft.schedule.cycle_momentum").set_value(True)
    healthy(app.run())
    assert saved().schedule.cycle_momentum
    assert "Momentum comes from the schedule." in texts(app)
    assert traces(app) == ["Learning rate", "Momentum"]
    shown = {field.key for field in app.number_input}
    assert "draft.optimizer.momentum" not in shown
    type_in(app, "schedule.min_momentum", 0.97)
    assert "it must not be above max_momentum, 0.95" in errors(app)[0]
    assert saved().schedule.min_momentum == 0.85


def test_of_a_plateau_the_page_says_what_it_depends_on(draft: RunConfig):
    app = training()
    choose(app, "schedule.kind", "plateau")
    assert "The rest depends on validation: after epoch 4 at the earliest" in texts(app)


def test_every_optimizer_s_numbers_are_kept(draft: RunConfig):
    app = training()
    for kind in _OPTIMIZERS:
        choose(app, "optimizer.kind", kind)
        assert saved().optimizer.kind == kind
        if kind == "adam":
            continue
        type_in(app, "optimizer.weight_decay", 0.03)
        toggle = app.toggle(key="draft.optimizer.decay_normalization_and_biases")
        assert toggle.value is False
        toggle.set_value(True)
        healthy(app.run())
        optimizer = saved().optimizer
        assert (optimizer.weight_decay, optimizer.decay_normalization_and_biases) == (0.03, True)


def test_a_batch_is_cut_into_parts_on_a_processor(draft: RunConfig):
    app = training()
    type_in(app, "training.towers", 2)
    assert saved().training.towers == 2
    type_in(app, "training.towers", 9)
    assert "allowed is 1 to 8" in errors(app)[0]
    assert saved().training.towers == 2


def test_looks_at_a_test_image_are_chosen(draft: RunConfig):
    app = training()
    choose(app, "test_views_variant", "mirrored")
    assert saved().test_views == ViewsConfig(shift=0)
    choose(app, "test_views_variant", "shifted")
    type_in(app, "test_views.shift", 2)
    app.slider(key="draft.test_views.unsure").set_value(0.5)
    healthy(app.run())
    assert saved().test_views == ViewsConfig(shift=2, unsure=0.5)
    choose(app, "test_views_variant", "none")
    assert saved().test_views is None


def test_averages_and_clipping_are_chosen_and_outlive_another_optimizer(draft: RunConfig):
    app = training()
    average, clipping = "training.averaging_variant", "training.clip_norm_variant"
    choose(app, average, "ema")
    assert saved().training.averaging == EmaConfig()
    type_in(app, "training.averaging.momentum", 0.9)
    choose(app, clipping, "clip_norm")
    type_in(app, "training.clip_norm", 0.5)
    choose(app, "optimizer.kind", "sgd")
    training_ = saved().training
    assert (training_.averaging, training_.clip_norm) == (EmaConfig(momentum=0.9), 0.5)
    choose(app, average, "lookahead")
    type_in(app, "training.averaging.k", 6)
    type_in(app, "training.averaging.alpha", 0.8)
    choose(app, clipping, "clip_value")
    training_ = saved().training
    assert training_.averaging == LookaheadConfig(k=6, alpha=0.8)
    assert (training_.clip_norm, training_.clip_value) == (None, 0.1)
    choose(app, average, "none")
    choose(app, clipping, "none")
    assert saved().training == draft.training


def test_a_draft_with_all_of_it_opens(draft: RunConfig):
    config = apply_overrides(
        draft,
        [
            *("optimizer.kind=muon", "schedule.kind=plateau", "schedule.min_learning_rate=1e-5"),
            *('training.averaging={"kind": "lookahead"}', "training.clip_value=0.2"),
        ],
    )
    save_draft(DRAFT, config)
    app = training()
    assert not app.error
    assert saved() == config


@pytest.mark.parametrize("cards", [0, 1])
def test_more_graphics_cards_than_there_are_can_be_mended(draft: RunConfig, graphics_cards, cards):
    graphics_cards(cards)
    save_draft(DRAFT, apply_overrides(draft, ["gpus=4"]))
    app = training()
    assert any("on 4 graphics cards" in words for words in errors(app))
    field = "draft.training.gpus"
    app.number_input(key=field).set_value(1)
    healthy(app.run())
    assert saved().training.gpus == 1 and not errors(app)
    assert field not in {item.key for item in app.number_input}
