"""What a run is: one frozen RunConfig, to JSON and, through core.config.parse, from it."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field, field_validator, model_validator

from core.config.architecture import ArchitectureConfig
from core.config.augmentation import AugmentationConfig
from core.config.base import Section
from core.config.data import DatasetConfig, SplitConfig
from core.config.lr_range import RangeTestConfig
from core.config.optimizers import AdamConfig, OptimizerConfig
from core.config.presets import NETWORKS
from core.config.schedules import ConstantSchedule, ScheduleConfig
from core.config.training import TrainingConfig
from core.config.views import ViewsConfig

LONGEST_TITLE = 120  # characters


class RunConfig(Section):
    """All of a run. The same JSON drives the pages, `python -m core train` and the tests."""

    title: str = Field("", max_length=LONGEST_TITLE)
    recipe: str | None = Field(None, description="the shipped recipe it started from")
    job: Literal["train", "range-test", "timing"] = "train"
    dataset: DatasetConfig = DatasetConfig()
    split: SplitConfig = SplitConfig()
    preprocessing: Literal["rescale", "standardize", "samplewise"] = Field(
        "rescale",
        description="rescale: x / 255; standardize: by the training images' mean and standard "
        "deviation a channel; samplewise: each image to mean 0 and standard deviation 1",
    )
    augmentation: AugmentationConfig = AugmentationConfig()
    architecture: ArchitectureConfig
    optimizer: OptimizerConfig = AdamConfig()
    schedule: ScheduleConfig = ConstantSchedule()
    training: TrainingConfig = TrainingConfig()
    range_test: RangeTestConfig = RangeTestConfig()
    test_views: ViewsConfig | None = Field(
        None, description="several views of a test image are looked at; None: one, the image"
    )
    initial_weights: str | None = Field(
        None, description="id of a run whose weights this one starts from"
    )

    @field_validator("architecture", mode="before")
    @classmethod
    def _network_by_name(cls, value: Any) -> Any:
        """A string is the name of a preset, or of a base, which gets a plain head."""
        if not isinstance(value, str):
            return value
        if value not in NETWORKS:
            raise ValueError(f"there is no preset {value!r}; presets: {', '.join(NETWORKS)}")
        return NETWORKS[value]

    @model_validator(mode="after")
    def _fine_tunes_a_base(self) -> RunConfig:
        if self.training.fine_tuning is not None and self.architecture.base is None:
            raise ValueError(
                "training.fine_tuning is set, but the network has no base that others trained; set "
                "architecture.base, or fine_tuning to null"
            )
        return self

    @property
    def validates_on_test(self) -> bool:
        """Validation looks at test images, which every page that shows the run says; whether the
        model is chosen by them is `chooses_by_validation`."""
        return self.split.method == "none"

    @property
    def chooses_by_validation(self) -> bool:
        """Validation has a say in what is saved: in its epoch, its end or its learning rates."""
        stops = self.training.early_stopping is not None
        return stops or self.training.keep != "last" or self.schedule.kind == "plateau"

    @property
    def range_test_batch_size(self) -> int:
        """Images a step of the range test: its own number, else that of training."""
        return self.range_test.batch_size or self.training.batch_size

    def to_json(self) -> str:
        return self.model_dump_json(indent=2)


def network_changes(config: RunConfig, architecture: ArchitectureConfig) -> dict[str, Any]:
    """What changes with another network: fine-tuning goes where there is no base to fine-tune.

    Returns: fields with their values, as apply_changes takes them.
    """
    changes: dict[str, Any] = {}
    if architecture.base is None and config.training.fine_tuning is not None:
        changes["training.fine_tuning"] = None  # first: the network is looked at when it is set
    return changes | {"architecture": architecture.model_dump(mode="json")}
