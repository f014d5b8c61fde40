"""Random changes to training images. Knows nothing of how they are carried out."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from core.config.base import Fraction, Section


class AugmentationConfig(Section):
    """Random changes to training images; ranges are those of Keras's ImageDataGenerator.

    A value of 0 (or False) switches a transform off. Random numbers come from
    (seed, step), never from state.
    """

    horizontal_flip: bool = False
    alternating_flip: bool = Field(
        False,
        description="horizontal flips by turns: an image that is mirrored in one epoch is not in "
        "the next (Jordan 2024, section 3.6); without horizontal_flip it does nothing",
    )
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
            fill=self.fill,
            start_epoch=self.start_epoch,
            whole_pixels=self.whole_pixels,
            alternating_flip=self.alternating_flip,
        )
        return self != off
