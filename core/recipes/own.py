"""ConvScope's own recipes, quick and to be understood. Knows nothing of the write-ups' recipes."""

from __future__ import annotations

from core.config import (
    PRESETS,
    AdamConfig,
    ArchitectureConfig,
    AugmentationConfig,
    DatasetConfig,
    OneCycleSchedule,
    RangeTestConfig,
    RunConfig,
    TrainingConfig,
)
from core.recipes.recipe import Recipe


def _without_dropout(architecture: ArchitectureConfig) -> ArchitectureConfig:
    blocks = tuple(block.model_copy(update={"dropout": 0.0}) for block in architecture.blocks)
    dense = tuple(layer.model_copy(update={"dropout": 0.0}) for layer in architecture.dense)
    return architecture.model_copy(update={"blocks": blocks, "dense": dense})


_DIGITS_QUICK = Recipe(
    name="digits-quick",
    source="ConvScope's own, for scikit-learn's handwritten digits",
    reached="97.5 to 98.6 % test accuracy with five seeds, after 4 s of training on two processor "
    "cores.",
    notes="Small shifts, rotations, shears and zooms stand in for other hands; no flips, because a "
    "mirrored digit is no digit. The learning rate rises and falls once over the whole run. "
    "Its batch normalization averages over some ten steps, not Keras's hundred: a run of a few "
    "hundred steps ends before those have caught up. It keeps the last weights: 144 validation "
    "images are too few to choose an epoch.",
    config=RunConfig(
        title="Digits in half a minute",
        recipe="digits-quick",
        dataset=DatasetConfig(name="digits"),
        augmentation=AugmentationConfig(
            width_shift=0.08,
            height_shift=0.08,
            rotation=15.0,
            shear=10.0,
            zoom=0.15,
            fill="constant",
        ),
        architecture=PRESETS["compact"].architecture,
        optimizer=AdamConfig(),
        schedule=OneCycleSchedule(learning_rate=6e-3),
        training=TrainingConfig(epochs=8, batch_size=64, keep="last"),
        range_test=RangeTestConfig(iterations=150),
    ),
)

_CIFAR10_FAST = Recipe(
    name="cifar10-fast",
    source="ConvScope's own, with the network of the February 2020 write-up",
    reached="81.28 % test accuracy after 111 s of training on 2 processor cores with AVX512-BF16.",
    notes="One-cycle schedule (Smith and Topin 2017) with Adam, flips and shifts of up to four "
    "pixels, and none of the write-up's dropout: four epochs are too few to overfit.",
    config=RunConfig(
        title="CIFAR-10 in four epochs",
        recipe="cifar10-fast",
        dataset=DatasetConfig(name="cifar10"),
        augmentation=AugmentationConfig(horizontal_flip=True, crop_padding=4, fill="reflect"),
        architecture=_without_dropout(PRESETS["vgg-6"].architecture),
        optimizer=AdamConfig(),
        schedule=OneCycleSchedule(learning_rate=6e-3),
        training=TrainingConfig(epochs=4, batch_size=128),
    ),
)

OWN = (_DIGITS_QUICK, _CIFAR10_FAST)
