"""How far from the truth the estimates of an epoch's time are, and how often their ranges held.

Each network is timed as by a click on Design, then trained for two epochs; an epoch's seconds in
the record are the truth. "Unlike" is what is said of a network before it was timed, from the
others that were: what a person sees on Design at first.
"""

from __future__ import annotations

import statistics
import tempfile
from collections.abc import Sequence
from pathlib import Path

from benchmarks.common import emit, emit_skip
from core.config import RunConfig, apply_overrides
from core.data.catalog import find_dataset
from core.jobs import launch, pace, preflight
from core.machine import describe_device
from core.recipes import find_recipe
from core.runs import Run, State

_CHANGES = (
    ["architecture=compact"],
    ["architecture=vgg-6", "training.batch_size=128"],
    ["architecture=vgg-6", "training.batch_size=32"],
    ["architecture=plain-4"],
    ["architecture=batchnorm-6", "training.batch_size=64"],
    ["architecture=vgg-6", "architecture.blocks.0.kernel_size=5", "training.batch_size=128"],
)
_IMAGES = 12_000
_UNLIKE = 0.8  # share of the estimates of unlike networks whose range should hold


def configurations() -> list[RunConfig]:
    base = find_recipe("cifar10-fast").config
    shared = [f"dataset.limit={_IMAGES}", "training.epochs=2"]
    return [apply_overrides(base, [*change, *shared]) for change in _CHANGES]


def main() -> None:
    if find_dataset("cifar10").state != "ready":
        emit_skip("estimates of an epoch", "needs CIFAR-10 in CONVSCOPE_DATASETS, looked at once")
        return
    configs = configurations()
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        timed = [pace.measure(_finish(config, "timing", folder)) for config in configs]
        truths = [_seconds_an_epoch(_finish(config, "train", folder)) for config in configs]
    _judge(configs, [item for item in timed if item is not None], truths)


def _finish(config: RunConfig, job: str, folder: Path) -> Run:
    run = launch.start(config.model_copy(update={"job": job, "title": ""}), folder)
    state = launch.wait(run, 600)
    if state is not State.FINISHED:
        raise RuntimeError(f"{run.id} ended {state}:\n{run.log_tail()}")
    return run


def _seconds_an_epoch(run: Run) -> float:
    """The second epoch's, validation with it: from its first line's time to the last's."""
    ends = [row["time"] for row in run.metrics() if row["kind"] == "epoch"]
    return float(ends[1] - ends[0])


def _judge(
    configs: Sequence[RunConfig], measured: Sequence[pace.Measured], truths: Sequence[float]
) -> None:
    device = describe_device()
    own, unlike, held = [], [], []
    for config, truth in zip(configs, truths, strict=True):
        found = preflight.inspect(config)
        exact = pace.epoch_time(config, found, measured, device)
        assert exact is not None
        assert exact.timed
        own.append(_apart(exact.seconds, truth))
        work = pace.work_of(config, found)
        others = [item for item in measured if item.work != work]
        guess = pace.epoch_time(config, found, others, device)
        assert guess is not None
        unlike.append(_apart(guess.seconds, truth))
        held.append(guess.low <= truth <= guess.high)
    emit(
        "timed network, estimate off by",
        statistics.median(own),
        "x",
        1.1,
        max(own) <= 1.25,
        worst=round(max(own), 3),
        networks=len(own),
    )
    share = sum(held) / len(held)
    emit(
        "unlike network, estimate off by",
        statistics.median(unlike),
        "x",
        None,
        True,
        worst=round(max(unlike), 3),
    )
    emit("unlike network, range held", share, "share", _UNLIKE, share >= _UNLIKE)


def _apart(one: float, other: float) -> float:
    """By what factor, at least 1."""
    return max(one, other) / min(one, other)


if __name__ == "__main__":
    main()
