"""Which images a run sees, how a picture becomes one of them, and how they are split.

Knows nothing of files or of where data sets lie.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from core.config.base import Section

Fit = Literal["crop", "pad", "squash"]
Interpolation = Literal["nearest", "bilinear", "bicubic"]
SMALLEST_SIDE = 8  # that images are brought to, in pixels
LARGEST_SIDE = 512
_Side = Annotated[int, Field(ge=SMALLEST_SIDE, le=LARGEST_SIDE)]


class DatasetConfig(Section):
    """Which images. `name` is a built-in set or a folder or zip under the datasets folder.

    `fit` and `interpolation` say how a picture of any size is brought to the size that
    the network sees: those trained on and those classified later in the same way.
    """

    name: str = Field("digits", min_length=1)
    image_size: tuple[_Side, _Side] | None = Field(
        None, description="(height, width) in pixels; None keeps the set's own size"
    )
    fit: Fit = Field(
        "crop",
        description="crop: the middle, in the size's proportions; pad: all of it, with black "
        "borders; squash: all of it, its proportions changed",
    )
    interpolation: Interpolation = "bilinear"
    limit: int | None = Field(
        None, ge=10, description="train on at most this many images, drawn stratified"
    )


class SplitConfig(Section):
    """How the training images are divided. The test split is fixed by the data set.

    auto        the set's own validation split where it brings one, else stratified
    stratified  `fraction` of every class, drawn with `seed`
    fold        one of `folds` of the training images, `fold`, counted from 0; each class is
                spread over them evenly, drawn with `seed`. Those of one seed overlap nowhere
                and are together all training images: k-fold cross-validation is a run for each
    first-n     the first `count` training images, as they lie
    none        train on everything and validate on the test split: that chooses a
                model on test data, and every page that shows such a run says so
    """

    method: Literal["auto", "stratified", "fold", "first-n", "none"] = "auto"
    fraction: float = Field(0.1, gt=0.0, le=0.5)
    folds: int = Field(5, ge=2, le=20)
    fold: int = Field(0, ge=0, description="which of them validates, from 0 to folds - 1")
    count: int = Field(5000, ge=1)
    seed: int = Field(0, ge=0, le=2**31 - 1)

    @model_validator(mode="after")
    def _fold_is_one_of_them(self) -> SplitConfig:
        if self.method == "fold" and self.fold >= self.folds:
            raise ValueError(
                f"fold is {self.fold}; it counts from 0 and must be below folds, {self.folds}"
            )
        return self
