"""Batches computed in two towers against the same in one: how many times as fast.

Each in a process of its own, because TensorFlow shares its cores out once; the processes take
turns, burst by burst, so that a machine that slows down slows both. A burst is of steps as a run
takes them, with its augmentation, or of a validation's batches. The pixels are noise.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable

from benchmarks.common import emit, emit_skip
from core.config import RunConfig, apply_overrides
from core.recipes import find_recipe

BURSTS = 12
SECONDS = 3.0  # of a burst
CALL_SECONDS = 0.1  # as in a run
IMAGES = 20_000
CLASSES = 10
TOWERS = 2
CASES = {
    "vgg-6, batch 64": ("cifar10-fast", (32, 32, 3), 64),
    "vgg-6, batch 128": ("cifar10-fast", (32, 32, 3), 128),
    "plain-4, batch 50": ("cifar10-2018", (32, 32, 3), 50),
    "compact on digits, batch 64": ("digits-quick", (32, 32, 1), 64),
    "batchnorm-6, batch 32": ("cifar10-2020-batchnorm", (32, 32, 3), 32),
}


def main(chosen: list[str]) -> None:
    """All cases, or those that are named; of `--work CASE TOWERS` the worker's own part."""
    if chosen[:1] == ["--work"]:
        _work(chosen[1], int(chosen[2]))
        return
    for case in CASES:
        if chosen and case not in chosen:
            continue
        if (os.cpu_count() or 1) < TOWERS:
            emit_skip(f"{TOWERS} towers: {case}", "needs as many cores as towers")
            continue
        one, many = _Worker(case, 1), _Worker(case, TOWERS)
        try:
            for what in ("train", "validate"):
                _compare(f"{what}: {TOWERS} towers / one, {case}", what, one, many)
        finally:
            one.end(), many.end()


def _compare(name: str, what: str, one: _Worker, many: _Worker) -> None:
    for worker in (one, many):
        worker.burst(what)  # compiles, and warms up
    ratios, speeds = [], []
    for number in range(BURSTS):
        order = (one, many) if number % 2 else (many, one)
        told = {worker.towers: worker.burst(what) for worker in order}
        ratios.append(told[TOWERS] / told[1])
        speeds.append(told)
    emit(
        name,
        statistics.median(ratios),
        "ratio",
        target=None,
        met=True,
        lowest=round(min(ratios), 3),
        highest=round(max(ratios), 3),
        bursts=BURSTS,
        one_images_per_second=round(statistics.median(told[1] for told in speeds)),
        towers_images_per_second=round(statistics.median(told[TOWERS] for told in speeds)),
    )


class _Worker:
    """A process that trains in so many towers when it is told to, and rests otherwise."""

    def __init__(self, case: str, towers: int) -> None:
        self.towers = towers
        self._process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.training.towers", "--work", case, str(towers)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"},
            text=True,
        )

    def burst(self, what: str) -> float:
        """Images a second."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(f"{what}\n")
        self._process.stdin.flush()
        answer = self._process.stdout.readline()
        if not answer:
            raise RuntimeError(f"the process with {self.towers} towers ended; it said why above")
        return float(answer)

    def end(self) -> None:
        self._process.communicate()


def _work(case: str, towers: int) -> None:
    """In a process of its own: a burst for each line, and its speed in a line."""
    recipe, shape, batch_size = CASES[case]
    changes = [f"training.batch_size={batch_size}", f"training.towers={towers}"]
    bursts = _bursts(apply_overrides(find_recipe(recipe).config, changes), shape)
    for line in sys.stdin:
        images, begun = 0, time.perf_counter()
        while (seconds := time.perf_counter() - begun) < SECONDS:
            images += bursts[line.strip()]()
        print(images / seconds, flush=True)


def _bursts(config: RunConfig, shape: tuple[int, int, int]) -> dict[str, Callable[[], int]]:
    """What each kind of burst does again and again; each call says how many images it took."""
    import numpy as np

    from core.data.dataset import Subset
    from core.data.pipeline import evaluation_stream, training_stream
    from core.models.builder import build_model
    from core.models.towers import share_cores
    from core.training.prepare import use_device
    from core.training.trainer import Trainer

    share_cores(config.training.towers)
    use_device(config)
    generator = np.random.default_rng(0)
    pixels = generator.integers(0, 256, (IMAGES, *shape), dtype=np.uint8)
    labels = generator.integers(0, CLASSES, IMAGES)
    subset = Subset(pixels, labels, np.arange(IMAGES))
    network = build_model(config.architecture, shape, CLASSES, preprocessing=config.preprocessing)
    trainer = Trainer(network, config.optimizer, config.training)
    stream = trainer.stream(
        training_stream(
            subset,
            num_classes=CLASSES,
            batch_size=config.training.batch_size,
            augmentation=config.augmentation,
            seed=0,
            first_step=0,
            last_step=10**9,
        )
    )
    judged = evaluation_stream(subset, num_classes=CLASSES, batch_size=256, limit_batches=8)
    lrs = np.full(1, 1e-4, np.float32)

    def train() -> int:
        nonlocal lrs
        begun = time.perf_counter()
        seen = trainer.train(stream, lrs).seen
        steps = len(lrs) * CALL_SECONDS / (time.perf_counter() - begun)
        lrs = np.full(int(np.clip(round(steps), 1, 256)), 1e-4, np.float32)
        return seen

    def validate() -> int:
        trainer.evaluate(judged, lambda: False)
        return 8 * 256

    return {"train": train, "validate": validate}


if __name__ == "__main__":
    main(sys.argv[1:])
