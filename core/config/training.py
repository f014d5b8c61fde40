"""How long a network trains, how much at a time, when it stops and which weights are kept."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field, model_validator

from core.config.base import Fraction, LearningRate, Section
from core.config.optimizers import AveragingConfig

Monitor = Literal["val_loss", "val_accuracy"]
MOST_CARDS = 16
MOST_TOWERS = 8
_FEWEST_IN_TOWER = 2  # images: the moments of one alone say nothing
Keep = Literal["last", "best_val_accuracy", "best_val_loss", "early_stopping"]


def batches_in(num_images: int, batch_size: int) -> int:
    """Batches in one pass over so many images; the last may be short."""
    return -(-num_images // batch_size)


class EarlyStoppingConfig(Section):
    """End the run once `monitor` has not improved for `patience` epochs."""

    monitor: Monitor = "val_loss"
    patience: int = Field(5, ge=1, description="epochs without improvement")


class FineTuningConfig(Section):
    """A second phase, in which a base trained by others is trained on, with rates of its own.

    In the first its weights stay as they are, because the new layers' first, large errors would
    spoil them (Yosinski et al. 2014). The schedule begins anew, and its highest rate is this one.
    """

    frozen_epochs: int = Field(5, ge=1, description="epochs of the first phase")
    learning_rate: LearningRate = Field(1e-5, description="the highest of the second phase")

    def within(self, epochs: int) -> FineTuningConfig | None:
        """It begun in the middle of a run that would end before it; None where one epoch is all."""
        if self.frozen_epochs < epochs:
            return self
        return self.model_copy(update={"frozen_epochs": epochs // 2}) if epochs > 1 else None


class TrainingConfig(Section):
    """How long, how much at a time, and what is kept."""

    epochs: int = Field(10, ge=1, le=10_000)
    batch_size: int = Field(64, ge=1, le=8192)
    steps_per_epoch: int | None = Field(
        None, ge=1, description="None: every training image once; see steps_in_epoch"
    )
    validation_steps: int | None = Field(None, ge=1, description="None: all validation images")
    early_stopping: EarlyStoppingConfig | None = None
    fine_tuning: FineTuningConfig | None = Field(
        None, description="of an architecture with a base; None: the base stays as it is"
    )
    keep: Keep = Field(
        "best_val_accuracy",
        description="which epoch's weights model.keras gets: the last, the best by validation "
        "accuracy or by validation loss, or the best by what early stopping monitors",
    )
    label_smoothing: Fraction = 0.0
    clip_norm: float | None = Field(
        None, gt=0.0, le=1e6, description="the longest that all gradients together may be"
    )
    clip_value: float | None = Field(
        None, gt=0.0, le=1e6, description="the most that any number in a gradient may be"
    )
    averaging: AveragingConfig | None = Field(
        None, description="an average of the weights is what is validated, kept and saved"
    )
    gpus: int = Field(1, ge=1, le=MOST_CARDS, description="graphics cards to train on together")
    towers: int = Field(
        1,
        ge=1,
        le=MOST_TOWERS,
        description="parts of a batch computed side by side, each on a core of its own; batch "
        "normalization then looks at a part alone",
    )
    precision: Literal["auto", "float32", "mixed_bfloat16", "mixed_float16"] = "auto"
    deterministic: bool = False
    seed: int = Field(0, ge=0, le=2**31 - 1)
    checkpoint_seconds: float = Field(60.0, gt=0.0, description="between checkpoints in an epoch")

    @model_validator(mode="before")
    @classmethod
    def _from_before_keep_was_one_choice(cls, data: Any) -> Any:
        """`keep: best`, `monitor` and `early_stopping.restore_best`, as it was once said.

        There `restore_best` overrode the other two, and was on where it was not named.
        """
        if not isinstance(data, dict) or not _says_it_as_before(data):
            return data
        data = dict(data)
        monitor = data.pop("monitor", "val_accuracy")
        if monitor not in ("val_accuracy", "val_loss"):
            raise ValueError(f"monitor is {monitor!r}; it must be 'val_accuracy' or 'val_loss'")
        if data.get("keep", "best") == "best":
            data["keep"] = f"best_{monitor}"
        stopping = data.get("early_stopping")
        if isinstance(stopping, dict):
            restore = stopping.get("restore_best", True)
            if not isinstance(restore, bool):
                raise ValueError(f"restore_best is {restore!r}; it must be true or false")
            data["early_stopping"] = {k: v for k, v in stopping.items() if k != "restore_best"}
            data["keep"] = "early_stopping" if restore else data["keep"]
        return data

    @model_validator(mode="after")
    def _stops_early_where_it_keeps_by_it(self) -> TrainingConfig:
        if self.keep == "early_stopping" and self.early_stopping is None:
            raise ValueError(
                "keep is 'early_stopping', but early_stopping is off; switch it on, or keep "
                "'last', 'best_val_accuracy' or 'best_val_loss'"
            )
        return self

    @model_validator(mode="after")
    def _clips_in_one_way(self) -> TrainingConfig:
        if self.clip_norm is not None and self.clip_value is not None:
            raise ValueError("clip_norm and clip_value cannot both be on; set one of them to null")
        return self

    @model_validator(mode="after")
    def _has_images_and_cores_for_its_towers(self) -> TrainingConfig:
        if self.towers == 1:
            return self
        if self.gpus > 1:
            raise ValueError(
                f"towers is {self.towers} and gpus is {self.gpus}; towers are of a processor, so "
                "set one of them to 1"
            )
        if self.batch_size < _FEWEST_IN_TOWER * self.towers:
            raise ValueError(
                f"towers is {self.towers} and batch_size is {self.batch_size}; a batch must have "
                f"{_FEWEST_IN_TOWER} images a tower, {_FEWEST_IN_TOWER * self.towers} or more"
            )
        return self

    @model_validator(mode="after")
    def _fine_tunes_before_it_ends(self) -> TrainingConfig:
        if self.fine_tuning is not None and self.fine_tuning.frozen_epochs >= self.epochs:
            raise ValueError(
                f"fine_tuning.frozen_epochs is {self.fine_tuning.frozen_epochs}; it must be below "
                f"epochs, {self.epochs}, so that there is something left to fine-tune in"
            )
        return self

    @property
    def keep_monitor(self) -> Monitor | None:
        """What decides which weights are kept; None where the last are."""
        if self.keep == "early_stopping":
            return self.early_stopping.monitor if self.early_stopping else None
        if self.keep == "last":
            return None
        return "val_loss" if self.keep == "best_val_loss" else "val_accuracy"

    @property
    def frozen_epochs(self) -> int | None:
        """Those before fine-tuning begins; None where nothing is fine-tuned."""
        return self.fine_tuning.frozen_epochs if self.fine_tuning is not None else None

    def steps_in_epoch(self, num_images: int) -> int:
        """Steps in an epoch of a run that trains on so many images."""
        return self.steps_per_epoch or batches_in(num_images, self.batch_size)

    def images_in_epoch(self, num_images: int) -> int:
        """Images that such an epoch sees: each once, where its steps are not set."""
        passes, more = divmod(
            self.steps_in_epoch(num_images), batches_in(num_images, self.batch_size)
        )
        return passes * num_images + more * self.batch_size

    def total_steps(self, num_images: int) -> int:
        """Steps in all of the run, where it does not stop early."""
        return self.steps_in_epoch(num_images) * self.epochs


def _says_it_as_before(data: dict[str, Any]) -> bool:
    """True where the fields are those of the version before; a mixture is refused as it is."""
    stopping = data.get("early_stopping")
    old_word = "monitor" in data or data.get("keep") == "best"
    old_word |= isinstance(stopping, dict) and "restore_best" in stopping
    return old_word and data.get("keep", "best") in ("best", "last")
