"""How long an epoch takes here: from paper, from runs like it, else nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from core.config import PRESETS, RunConfig, apply_overrides
from core.data.load import load_dataset
from core.data.splits import make_splits
from core.jobs import preflight
from core.jobs.pace import Estimate, Measured, epoch_time, measure, run_time, work_of
from core.jobs.timings import newest_timing
from core.machine import Device
from core.recipes import RECIPES, find_recipe
from core.runs import Run, TimingResult, create_run, open_run

HERE = Device("Processor, 2 cores", "cpu", "mixed_bfloat16", "", cores=2)
DIGITS = find_recipe("digits-quick").config
CIFAR10 = find_recipe("cifar10-fast").config


def estimate(config: RunConfig, past: Sequence[Measured] = (), device: Device = HERE) -> Estimate:
    found = epoch_time(config, preflight.inspect(config), past, device)
    assert found is not None
    return found


def seconds(config: RunConfig, past: Sequence[Measured] = (), device: Device = HERE) -> float:
    return estimate(config, past, device).seconds


@pytest.mark.parametrize(
    "change",
    [
        [],
        ["split.method=none"],
        ["split.method=first-n", "split.count=200"],
        ["split.method=fold", "split.folds=3", "split.fold=2"],
        ["split.fraction=0.3", "dataset.limit=500"],
        ["training.batch_size=100", "training.validation_steps=1"],
    ],
)
def test_the_work_on_paper_is_that_of_the_images(change: list[str]):
    config = apply_overrides(DIGITS, change)
    splits = make_splits(load_dataset(config.dataset), config.split, limit=config.dataset.limit)
    work = work_of(config, preflight.inspect(config))
    assert work is not None
    assert work.steps == config.training.steps_in_epoch(len(splits.train))
    asked = config.training.validation_steps
    validated = min(len(splits.validation), (asked or 1000) * config.training.batch_size)
    assert abs(work.validation_images - validated) <= 10


def test_without_runs_it_is_near_what_the_reference_machine_took():
    """docs/results.md: 1,480 images a second, and 111 s for the recipe's four epochs."""
    assert 20 < seconds(CIFAR10) < 45
    assert 0.3 < seconds(DIGITS) < 2.5


@pytest.mark.parametrize("name", [name for name in RECIPES if "cifar10" in name])
def test_every_recipe_with_known_data_has_a_figure(name: str):
    config = find_recipe(name).config
    assert 5 < seconds(config) < 600
    whole = run_time(config, Estimate(30.0, 2.0))
    assert whole.seconds > 30.0 * config.training.epochs and whole.factor == 2.0


def test_more_work_takes_longer_and_better_devices_are_faster():
    assert seconds(apply_overrides(DIGITS, ["architecture=vgg-6"])) > seconds(DIGITS)
    assert seconds(CIFAR10, device=replace(HERE, precision="float32")) > 2 * seconds(CIFAR10)
    assert seconds(CIFAR10, device=replace(HERE, cores=8)) < seconds(CIFAR10) / 2
    assert seconds(CIFAR10, device=replace(HERE, kind="gpu")) < seconds(CIFAR10) / 2


def test_a_batch_larger_than_the_set_is_no_more_work_than_the_set():
    whole, larger = (apply_overrides(DIGITS, [f"batch_size={size}"]) for size in (1_294, 8_192))
    assert work_of(larger, preflight.inspect(larger)).training_images == 1_294
    assert seconds(larger) == pytest.approx(seconds(whole))


def test_a_run_of_the_same_work_says_what_it_takes():
    work = work_of(CIFAR10, preflight.inspect(CIFAR10))
    assert work is not None
    past = [Measured(work, "mixed_bfloat16", HERE.name, 50.0)]
    assert seconds(CIFAR10, past) == pytest.approx(50.0)
    twice = apply_overrides(CIFAR10, ["dataset.limit=22500"])
    assert 20 < seconds(twice, past) < 30


def test_the_run_most_like_it_counts_and_those_of_other_devices_do_not():
    small = work_of(DIGITS, preflight.inspect(DIGITS))
    large = work_of(CIFAR10, preflight.inspect(CIFAR10))
    assert small is not None
    assert large is not None
    like = Measured(small, "mixed_bfloat16", HERE.name, 3.0)
    unlike = Measured(large, "mixed_bfloat16", HERE.name, 500.0)
    assert seconds(DIGITS, [unlike, like]) == pytest.approx(3.0)
    assert seconds(DIGITS, [replace(like, device="another")]) == seconds(DIGITS)
    # Ten times slower than thought with digits is not ten times slower with all else.
    slow = replace(like, seconds=10 * seconds(DIGITS))
    assert seconds(CIFAR10) < seconds(CIFAR10, [slow]) < 3 * seconds(CIFAR10)
    assert seconds(DIGITS, [replace(like, precision="float32")]) == seconds(DIGITS)


def test_a_network_that_was_timed_says_what_its_steps_take():
    work = work_of(CIFAR10, preflight.inspect(CIFAR10))
    assert work is not None
    result = TimingResult(seconds_per_step=0.1, seconds_per_image=1e-4, error=0.2)
    timed = Measured(work, "mixed_bfloat16", HERE.name, 45.0, result)
    found = estimate(CIFAR10, [timed])
    assert found.timed
    assert found.seconds == pytest.approx(0.1 * 352 + 1e-4 * 5000, abs=1.0)
    assert found.low < found.seconds < found.high == pytest.approx(1.2 * found.seconds)
    # Other images of that size, other epochs: the same steps.
    fewer = estimate(apply_overrides(CIFAR10, ["dataset.limit=4500", "epochs=9"]), [timed])
    assert fewer.timed
    assert fewer.seconds == pytest.approx(0.1 * 36 + 1e-4 * 5000, abs=1.0)
    assert estimate(apply_overrides(CIFAR10, ["architecture.name=mine"]), [timed]).timed
    for change in (
        *("batch_size=64", "augmentation.rotation=9", "architecture.blocks.0.filters=8"),
        *(
            "training.towers=2",
            "deterministic=true",
            "clip_norm=1",
            'training.averaging={"kind": "ema"}',
        ),
    ):
        assert not estimate(apply_overrides(CIFAR10, [change]), [timed]).timed
    assert not estimate(CIFAR10, [replace(timed, device="another")]).timed


def test_a_network_saved_under_a_name_is_the_one_that_was_timed(runs_folder):
    timing = create_run(CIFAR10.model_copy(update={"job": "timing", "title": ""}))
    named = apply_overrides(CIFAR10, ["architecture.name=mine"])
    assert newest_timing(CIFAR10) == newest_timing(named) == timing
    assert newest_timing(apply_overrides(named, ["architecture.blocks.0.filters=8"])) is None


def test_the_less_alike_the_further_off_it_may_be():
    like, unlike = (work_of(c, preflight.inspect(c)) for c in (CIFAR10, DIGITS))
    assert like is not None
    assert unlike is not None
    took = seconds(CIFAR10)
    factors = [
        estimate(CIFAR10, past).factor
        for past in (
            [Measured(like, "mixed_bfloat16", HERE.name, took)],
            [Measured(replace(like, step="another"), "mixed_bfloat16", HERE.name, took)],
            [Measured(unlike, "mixed_bfloat16", HERE.name, seconds(DIGITS))],
        )
    ]
    assert 1.0 < factors[0] < factors[1] < factors[2] <= estimate(CIFAR10).factor


def test_a_finished_run_is_measured_and_no_other(finished_run: Run, tmp_path):
    found = measure(finished_run)
    assert found is not None
    assert found.work == work_of(DIGITS, preflight.inspect(DIGITS))
    assert 0 < found.seconds < 120
    shipped = measure(open_run("digits-shipped"))
    assert shipped is not None
    assert shipped.work.multiply_adds == found.work.multiply_adds
    assert measure(create_run(DIGITS, tmp_path)) is None


def test_nothing_is_said_where_images_or_network_are_not_known():
    unknown = apply_overrides(DIGITS, ["dataset.name=unicorns"])
    assert epoch_time(unknown, preflight.inspect(unknown), [], HERE) is None
    misfit = DIGITS.model_copy(update={"architecture": PRESETS["catdog-4"].architecture})
    assert epoch_time(misfit, preflight.inspect(misfit), [], HERE) is None


def test_a_base_that_is_left_alone_takes_less_than_one_that_is_fine_tuned():
    based = ['architecture={"base": "mobilenet_v3_small", "flatten": "global_average"}']
    frozen = seconds(apply_overrides(DIGITS, based))
    tuned = 'training.fine_tuning={"frozen_epochs": 2}'
    some, most = (
        seconds(apply_overrides(DIGITS, [*based, f"epochs={epochs}", tuned])) for epochs in (4, 20)
    )
    assert 0.3 < frozen < some < most < 60
    large = [*based, "dataset.image_size=[160, 160]"]
    assert seconds(apply_overrides(DIGITS, large)) > 3 * frozen
