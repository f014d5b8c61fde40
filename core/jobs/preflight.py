"""May this configuration start? Asked by the pages and by the command line alike.

Answers from paths, headers and arithmetic, before a process is started or TensorFlow
loaded. What only the images themselves can tell is left to the worker.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path

from core.config import BASES, Base, RunConfig
from core.data.catalog import DatasetInfo, find_dataset, not_downloaded
from core.data.pretrained import missing_weights, weights_state
from core.errors import ConfigError, DatasetError, RunError, UserError
from core.jobs.memory import memory_problem, step_memory
from core.machine import describe_device
from core.models.plan import (
    LayerPlan,
    Misfit,
    StepMemory,
    misfits,
    plan_layers,
    shrinking_no_side,
    sketch_layers,
    total_multiply_adds,
    total_parameters,
    total_trainable,
)
from core.reading import is_file
from core.runs import open_run
from core.training.failures import towers_on_a_card


@dataclass(frozen=True)
class Preflight:
    """A configuration looked over: its images, its network on them, and what stands in the way."""

    info: DatasetInfo | None = None  # None where there is no such data set
    input_shape: tuple[int, int, int] | None = None  # (H, W, C); None where not known
    num_classes: int = 0
    layers: list[LayerPlan] = field(default_factory=list)  # empty where the network does not fit
    sketch: list[LayerPlan] = field(default_factory=list)  # then, as if it did, to be looked at
    data_problem: UserError | None = None
    network_problem: UserError | None = None  # the first of `misfits`
    misfits: list[Misfit] = field(default_factory=list)
    weights_problem: UserError | None = None
    missing_base: Base | None = None  # whose weights are not here, but can be had
    device_problem: UserError | None = None
    memory: StepMemory | None = None  # of one device, for the job; None where there are no layers
    memory_problem: UserError | None = None

    @property
    def needs_download(self) -> bool:
        """The images are not here, but can be had."""
        return self.info is not None and self.info.state == "downloadable"

    @property
    def problem(self) -> UserError | None:
        """The first thing that stands in the way; None where the run may start."""
        return (
            self.data_problem
            or self.network_problem
            or self.weights_problem
            or self.device_problem
            or self.memory_problem
        )

    @property
    def parameters(self) -> int:
        return total_parameters(self.layers)

    @property
    def trainable(self) -> int:
        return total_trainable(self.layers)

    @property
    def multiply_adds(self) -> int:
        return total_multiply_adds(self.layers)


def inspect(config: RunConfig, runs: Path | None = None) -> Preflight:
    """Look a configuration over. Never raises UserError: it is in the answer.

    Args:
        runs: where a run named in `initial_weights` is looked for.
    """
    missing_base = _missing_base(config)
    weights_problem = _weights_problem(config, runs)
    if missing_base is not None:
        weights_problem = missing_weights(missing_base)
    found = Preflight(
        weights_problem=weights_problem,
        missing_base=missing_base,
        device_problem=_device_problem(config),
    )
    try:
        info = find_dataset(config.dataset.name)
    except DatasetError as error:
        return replace(found, data_problem=error)
    found = replace(found, info=info, data_problem=_data_problem(info))
    if info.num_classes is None:
        return found
    height, width = config.dataset.image_size or info.image_shape[:2]
    shape = (height, width, info.image_shape[2])
    found = replace(found, input_shape=shape, num_classes=info.num_classes)
    try:
        layers = plan_layers(config.architecture, shape, info.num_classes)
    except ConfigError as error:
        return replace(
            found,
            network_problem=error,
            sketch=sketch_layers(config.architecture, shape, info.num_classes),
            misfits=_misfits(config, shape, info.num_classes),
        )
    return _with_memory(replace(found, layers=layers), config, info)


def check(config: RunConfig, runs: Path | None = None) -> None:
    """Raises UserError, the first that stands in the way, where it may not start."""
    problem = inspect(config, runs).problem
    if problem is not None:
        raise problem


def _with_memory(found: Preflight, config: RunConfig, info: DatasetInfo) -> Preflight:
    """A configuration whose layers are known, with what a step takes."""
    assert found.input_shape is not None  # where there are layers
    images = info.sizes.get("train", 0) + info.sizes.get("validation", 0)
    device = describe_device()
    memory = step_memory(config, found.layers, found.input_shape, images, device)
    return replace(found, memory=memory, memory_problem=memory_problem(memory, device))


def _misfits(config: RunConfig, shape: tuple[int, int, int], num_classes: int) -> list[Misfit]:
    """Shape: (H, W, C) of the images."""
    found = misfits(config.architecture, shape, num_classes)
    return [shrinking_no_side(item, shape[:2]) for item in found]


def _data_problem(info: DatasetInfo) -> UserError | None:
    if info.problem:
        return DatasetError(info.problem)
    if info.state == "downloadable":
        return not_downloaded(info.name)
    return None


def _device_problem(config: RunConfig) -> UserError | None:
    """No more graphics cards than there are, and no towers on one; a run on one device needs none.

    Where the driver cannot be asked, TensorFlow may still find them: that is the worker's to say.
    """
    asked, towers = config.training.gpus, config.training.towers
    if asked == towers == 1:
        return None
    device = describe_device()
    if towers > 1:
        return towers_on_a_card(towers) if device.kind == "gpu" else None
    if device.cards is None or asked <= device.cards:
        return None
    there, has = max(device.cards, 1), "one" if device.cards == 1 else device.cards or "none"
    return ConfigError(
        f"The run is to train on {asked} graphics cards, and this machine has {has}.",
        f"Set Graphics cards, training.gpus, to {there}.",
    )


def _missing_base(config: RunConfig) -> Base | None:
    """The base whose weights are needed and not here; another run's model has a base's, too."""
    name = config.architecture.base
    if name is None or config.initial_weights is not None:
        return None
    return BASES[name] if weights_state(BASES[name]) != "ready" else None


def _weights_problem(config: RunConfig, runs: Path | None) -> UserError | None:
    """The run to start from must be there and have a model; whether it fits, the worker sees."""
    if config.initial_weights is None:
        return None
    try:
        other = open_run(config.initial_weights, runs)
    except UserError as error:
        return error
    if not is_file(other.model_path):
        return RunError(
            f"Run {other.id}, whose weights this one is to start from, has no model yet.",
            "Wait until it has finished, or choose another run.",
        )
    return None
