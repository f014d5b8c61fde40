"""What a run is: one frozen RunConfig and its parts, validated, to and from JSON.

Knows nothing of TensorFlow, of Streamlit, or of where runs and data sets lie on
disk. Every error names the field, the value received and what is allowed.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    field_validator,
    model_validator,
)

Fraction = Annotated[float, Field(ge=0.0, le=1.0)]
Dropout = Annotated[float, Field(ge=0.0, lt=1.0)]
LearningRate = Annotated[float, Field(gt=0.0, le=100.0)]


class ConfigError(ValueError):
    """A configuration that cannot be run, in words fit for a page or a terminal."""


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class DatasetConfig(_Part):
    """Which images. `name` is a built-in set or a folder or zip under the datasets folder."""

    name: str = Field("digits", min_length=1)
    image_size: tuple[Annotated[int, Field(ge=8, le=512)], Annotated[int, Field(ge=8, le=512)]] | (
        None
    ) = Field(None, description="(height, width) in pixels; None keeps the set's own size")
    limit: int | None = Field(
        None, ge=10, description="train on at most this many images, drawn stratified"
    )


class SplitConfig(_Part):
    """How the training part is divided. The test part is fixed by the data set.

    auto        the set's own validation part where it brings one, else stratified
    stratified  `fraction` of every class, drawn with `seed`
    first-n     the first `count` images of the training part, as they lie
    none        train on everything and validate on the test part: that chooses a
                model on test data, and every page that shows such a run says so
    """

    method: Literal["auto", "stratified", "first-n", "none"] = "auto"
    fraction: float = Field(0.1, gt=0.0, le=0.5)
    count: int = Field(5000, ge=1)
    seed: int = Field(0, ge=0, le=2**31 - 1)


class BlockConfig(_Part):
    """Convolutions of one width, then a pool, then dropout."""

    filters: int = Field(ge=1, le=2048)
    convolutions: int = Field(1, ge=1, le=8)
    kernel_size: int = Field(3, ge=1, le=11)
    pool: Literal["max", "average", "none"] = "max"
    dropout: Dropout = 0.0


class ArchitectureConfig(_Part):
    """A stack of convolution blocks, flattened (or averaged) into dense layers and a head."""

    kind: Literal["blocks"] = "blocks"
    name: str = Field("custom", description="the preset it started from, or 'custom'")
    blocks: tuple[BlockConfig, ...] = Field(min_length=1, max_length=8)
    padding: Literal["same", "valid"] = "same"
    activation: Literal["relu", "leaky_relu", "elu", "gelu", "silu", "tanh", "maxout"] = "relu"
    batch_normalization: bool = False
    initializer: Literal["glorot_uniform", "he_uniform", "he_normal"] = Field(
        "glorot_uniform", description="of the convolutions; dense layers keep glorot_uniform"
    )
    flatten: Literal["flatten", "global_average", "global_max"] = "flatten"
    flatten_dropout: Dropout = 0.0
    dense: tuple[Annotated[int, Field(ge=1, le=8192)], ...] = Field((), max_length=4)
    dense_dropout: Dropout = 0.0
    head: Literal["softmax", "sigmoid"] = Field(
        "softmax", description="sigmoid: one output for two classes"
    )


class AugmentationConfig(_Part):
    """Random changes to training images; ranges are those of Keras's ImageDataGenerator.

    A value of 0 (or False) switches a transform off. Random numbers come from
    (seed, step), never from state.
    """

    horizontal_flip: bool = False
    vertical_flip: bool = False
    width_shift: Fraction = Field(0.0, description="fraction of the width, both ways")
    height_shift: Fraction = Field(0.0, description="fraction of the height, both ways")
    whole_pixels: bool = Field(False, description="round shifts to pixels: no interpolation")
    rotation: float = Field(0.0, ge=0.0, le=180.0, description="degrees, both ways")
    shear: float = Field(0.0, ge=0.0, le=45.0, description="degrees, both ways")
    zoom: float = Field(0.0, ge=0.0, lt=1.0, description="each axis from 1 - zoom to 1 + zoom")
    brightness: Fraction = Field(0.0, description="added, as a fraction of 255, both ways")
    contrast: Fraction = Field(0.0, description="about the image's mean, from 1 - c to 1 + c")
    crop_padding: int = Field(0, ge=0, le=64, description="pad by this, then crop at random")
    erasing: Fraction = Field(0.0, description="chance of random erasing (Zhong et al. 2017)")
    mixup: float = Field(0.0, ge=0.0, le=10.0, description="alpha (Zhang et al. 2017); 0 is off")
    cutmix: float = Field(0.0, ge=0.0, le=10.0, description="alpha (Yun et al. 2019); 0 is off")
    fill: Literal["nearest", "reflect", "constant", "wrap"] = "nearest"
    start_epoch: int = Field(0, ge=0, description="epochs before this one train unaugmented")

    @model_validator(mode="after")
    def _one_mix(self) -> AugmentationConfig:
        if self.mixup and self.cutmix:
            raise ValueError("mixup and cutmix cannot both be on; set one of them to 0")
        return self

    @property
    def active(self) -> bool:
        """True where any transform is on."""
        off = AugmentationConfig(
            fill=self.fill, start_epoch=self.start_epoch, whole_pixels=self.whole_pixels
        )
        return self != off


class SgdConfig(_Part):
    kind: Literal["sgd"] = "sgd"
    momentum: Annotated[float, Field(ge=0.0, lt=1.0)] = 0.9
    nesterov: bool = True


class AdamConfig(_Part):
    kind: Literal["adam"] = "adam"
    beta_1: Annotated[float, Field(ge=0.0, lt=1.0)] = 0.9
    beta_2: Annotated[float, Field(ge=0.0, lt=1.0)] = 0.999


class AdamWConfig(_Part):
    kind: Literal["adamw"] = "adamw"
    weight_decay: Annotated[float, Field(ge=0.0, le=1.0)] = 0.01


class RmspropConfig(_Part):
    kind: Literal["rmsprop"] = "rmsprop"
    rho: Annotated[float, Field(ge=0.0, lt=1.0)] = 0.9


OptimizerConfig = Annotated[
    SgdConfig | AdamConfig | AdamWConfig | RmspropConfig, Field(discriminator="kind")
]


class ConstantSchedule(_Part):
    kind: Literal["constant"] = "constant"
    learning_rate: LearningRate = 1e-3


class InverseTimeSchedule(_Part):
    """lr / (1 + decay * step): the `decay` of Keras 2's optimizers."""

    kind: Literal["inverse_time"] = "inverse_time"
    learning_rate: LearningRate = 1e-3
    decay: float = Field(1e-4, ge=0.0)


class CosineSchedule(_Part):
    """Linear warm-up, then half a cosine to 0 (Loshchilov and Hutter 2016, eq. 5)."""

    kind: Literal["cosine"] = "cosine"
    learning_rate: LearningRate = 1e-3
    warmup: Fraction = Field(0.05, description="share of all steps")


class OneCycleSchedule(_Part):
    """Cosine up to `learning_rate`, cosine down to nearly nothing (Smith and Topin 2017)."""

    kind: Literal["one_cycle"] = "one_cycle"
    learning_rate: LearningRate = Field(6e-3, description="the peak")
    warmup: Fraction = Field(0.3, description="share of all steps spent rising")
    start_divisor: float = Field(25.0, gt=1.0)
    end_divisor: float = Field(1e4, gt=1.0)


class CyclicalSchedule(_Part):
    """Triangles between two rates (Smith 2015, section 3.1), shrunk by gamma."""

    kind: Literal["cyclical"] = "cyclical"
    learning_rate: LearningRate = Field(1e-4, description="the base, where each cycle begins")
    max_learning_rate: LearningRate = 6e-3
    step_size: int = Field(1000, ge=1, description="iterations in half a cycle")
    gamma: float = Field(1.0, gt=0.0, le=1.0)

    @model_validator(mode="after")
    def _ordered(self) -> CyclicalSchedule:
        if self.max_learning_rate <= self.learning_rate:
            raise ValueError(
                f"max_learning_rate is {self.max_learning_rate:g}; it must be above "
                f"learning_rate, {self.learning_rate:g}"
            )
        return self


ScheduleConfig = Annotated[
    ConstantSchedule | InverseTimeSchedule | CosineSchedule | OneCycleSchedule | CyclicalSchedule,
    Field(discriminator="kind"),
]


class EarlyStoppingConfig(_Part):
    monitor: Literal["val_loss", "val_accuracy"] = "val_loss"
    patience: int = Field(5, ge=1, description="epochs without improvement")
    restore_best: bool = True


class TrainingConfig(_Part):
    """How long, how much at a time, and what is kept."""

    epochs: int = Field(10, ge=1, le=10_000)
    batch_size: int = Field(64, ge=1, le=8192)
    steps_per_epoch: int | None = Field(
        None, ge=1, description="None: one pass over the training images"
    )
    validation_steps: int | None = Field(None, ge=1, description="None: all validation images")
    early_stopping: EarlyStoppingConfig | None = None
    keep: Literal["best", "last"] = Field("best", description="which weights model.keras gets")
    monitor: Literal["val_accuracy", "val_loss"] = Field(
        "val_accuracy", description="what 'best' means"
    )
    label_smoothing: Fraction = 0.0
    gpus: int = Field(1, ge=1, le=16, description="graphics cards to train on together")
    precision: Literal["auto", "float32", "mixed_bfloat16", "mixed_float16"] = "auto"
    deterministic: bool = False
    seed: int = Field(0, ge=0, le=2**31 - 1)
    checkpoint_seconds: float = Field(60.0, gt=0.0, description="between checkpoints in an epoch")


class RangeTestConfig(_Part):
    """Learning-rate range test (Smith 2015, section 3.3): lr grows by a factor a step."""

    start: LearningRate = 1e-5
    end: LearningRate = 1.0
    iterations: int = Field(150, ge=20, le=5000)
    batch_size: int | None = Field(None, ge=1, le=8192, description="None: the run's own")
    smoothing: float = Field(0.95, ge=0.0, lt=1.0)
    divergence: float = Field(4.0, gt=1.0, description="stop at this many times the best loss")

    @model_validator(mode="after")
    def _ordered(self) -> RangeTestConfig:
        if self.end <= self.start:
            raise ValueError(f"end is {self.end:g}; it must be above start, {self.start:g}")
        return self


class RunConfig(_Part):
    """All of a run. The same JSON drives the pages, `python -m core train` and the tests."""

    title: str = Field("", max_length=120)
    recipe: str | None = Field(None, description="the shipped recipe it started from")
    job: Literal["train", "range-test"] = "train"
    dataset: DatasetConfig = DatasetConfig()
    split: SplitConfig = SplitConfig()
    preprocessing: Literal["rescale", "standardize", "samplewise"] = Field(
        "rescale",
        description="rescale: x / 255; standardize: by the training part's mean and standard "
        "deviation a channel; samplewise: each image to mean 0 and standard deviation 1",
    )
    augmentation: AugmentationConfig = AugmentationConfig()
    architecture: ArchitectureConfig
    optimizer: OptimizerConfig = AdamConfig()
    schedule: ScheduleConfig = ConstantSchedule()
    training: TrainingConfig = TrainingConfig()
    range_test: RangeTestConfig = RangeTestConfig()
    initial_weights: str | None = Field(
        None, description="id of a run whose weights this one starts from"
    )

    @field_validator("architecture", mode="before")
    @classmethod
    def _preset_by_name(cls, value: Any) -> Any:
        """A string is the name of a preset."""
        if not isinstance(value, str):
            return value
        from core.models.presets import PRESETS

        if value not in PRESETS:
            raise ValueError(f"there is no preset {value!r}; presets: {', '.join(PRESETS)}")
        return PRESETS[value].architecture

    def to_json(self) -> str:
        return self.model_dump_json(indent=2)


def parse_config(data: Any) -> RunConfig:
    """Build a RunConfig from parsed JSON.

    Raises:
        ConfigError: naming each wrong field, the value received and what is allowed.
    """
    try:
        return RunConfig.model_validate(data)
    except ValidationError as error:
        raise ConfigError(describe_errors(error)) from error


def load_config(path: Path) -> RunConfig:
    """Read a RunConfig from a JSON file.

    Raises:
        ConfigError: the file is missing, is not JSON, or holds a wrong value.
    """
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigError(f"{path} cannot be read: {error.strerror or error}") from error
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path} is not JSON: {error}") from error
    return parse_config(data)


def describe_errors(error: ValidationError) -> str:
    """One line a wrong field: `training.epochs: received 0; input should be ...`."""
    return "\n".join(_describe(item) for item in error.errors())


def _describe(item: Any) -> str:
    field = ".".join(str(part) for part in item["loc"]) or "configuration"
    message = item["msg"].removeprefix("Value error, ")
    if item["type"] == "missing":
        return f"{field}: is missing; it must be given"
    if item["type"] == "extra_forbidden":
        return f"{field}: received {item['input']!r}, but there is no such field"
    if isinstance(item["input"], (dict, list, tuple, BaseModel)):
        return f"{field}: {message}"
    return f"{field}: received {item['input']!r}; {message[0].lower()}{message[1:]}"


def apply_overrides(config: RunConfig, assignments: list[str]) -> RunConfig:
    """Set fields by dotted path: `["training.epochs=2", "epochs=2", "dataset.name=digits"]`.

    A path's first part may be left out where it is a field of `training` (`epochs=2`).
    Values are JSON where they parse as JSON, else text.

    Raises:
        ConfigError: an assignment without '=', an unknown field or a wrong value.
    """
    data = json.loads(config.model_dump_json())
    for assignment in assignments:
        path, separator, text = assignment.partition("=")
        if not separator or not path.strip():
            raise ConfigError(f"--set {assignment!r}: write it as field=value")
        _assign(data, path.strip().split("."), _json_or_text(text))
        if isinstance(data["architecture"], str):  # a preset, whose fields may be set next
            data = json.loads(parse_config(data).model_dump_json())
    return parse_config(data)


def _json_or_text(text: str) -> Any:
    try:
        return json.loads(text)
    except json.JSONDecodeError:
        return text


def _assign(data: dict[str, Any], path: list[str], value: Any) -> None:
    if len(path) == 1 and path[0] not in data and path[0] in TrainingConfig.model_fields:
        path = ["training", *path]
    place: Any = data
    for part in path[:-1]:
        place = place.get(part) if isinstance(place, dict) else None
        if not isinstance(place, dict):
            raise ConfigError(f"--set {'.'.join(path)}: {part!r} has no fields to set")
    if path[-1] == "kind":
        # Another kind has other fields, so those of the old kind go, save the rate.
        kept = {k: v for k, v in place.items() if k == "learning_rate"}
        place.clear()
        place.update(kept)
    place[path[-1]] = value
