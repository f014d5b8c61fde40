"""ConvScope's own recipes, quick and to be understood. Knows nothing of the write-ups' recipes."""

from __future__ import annotations

from core.config import (
    PRESETS,
    WITH_BASES,
    AdamConfig,
    AdamWConfig,
    ArchitectureConfig,
    AugmentationConfig,
    DatasetConfig,
    FineTuningConfig,
    MuonSgdConfig,
    OneCycleSchedule,
    PolynomialSchedule,
    RangeTestConfig,
    RunConfig,
    SplitConfig,
    TrainingConfig,
    ViewsConfig,
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
    when="November 2026",
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
    when="November 2026",
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

_SWIFT = Recipe(
    name="swift",
    source="After airbench (Jordan 2024, arXiv 2404.00498; its version with Muon), on two "
    "processor cores",
    reached="94.43 % of the test images in the mean of three seeds (94.41 to 94.45; 93.48 at one "
    "look at each), after 13 minutes on two processor cores with AMX.",
    when="November 2026",
    notes="A first layer that whitens patches and is not trained; convolutions that begin as if "
    "they were not there; flips by turns and shifts of two pixels; Muon for kernels, and SGD with "
    "a high rate for the offsets of batch normalization; a rate that falls in a line from the "
    "first step to the last. It trains on all 50,000 images, keeps the last weights and chooses "
    "nothing: what it validates on are test images, to be looked at. At the end a test image of "
    "which it is not sure is looked at from six sides.",
    config=RunConfig(
        title="Swift: 94 % on CIFAR-10",
        recipe="swift",
        dataset=DatasetConfig(name="cifar10"),
        split=SplitConfig(method="none"),
        preprocessing="standardize",
        augmentation=AugmentationConfig(
            horizontal_flip=True, alternating_flip=True, crop_padding=2, fill="reflect"
        ),
        architecture=PRESETS["airbench94"].architecture,
        optimizer=MuonSgdConfig(),
        schedule=PolynomialSchedule(learning_rate=0.24),
        training=TrainingConfig(
            epochs=16, batch_size=2000, label_smoothing=0.2, keep="last", validation_steps=1
        ),
        range_test=RangeTestConfig(start=1e-3, end=10.0, iterations=100),
        test_views=ViewsConfig(unsure=0.5),
    ),
)

_SMALL_IMAGES = Recipe(
    name="small-images",
    source="ConvScope's own, with the residual network of He et al. 2015",
    reached="On digits 98.6, 98.9 and 99.2 % test accuracy with three seeds. How long that takes "
    "was not measured: the machine had other work.",
    when="November 2026",
    notes="For any images that say enough in 32 by 32 pixels: other sizes are brought to that "
    "whole, with black borders where their shape is another. Where the set brings no validation "
    "images, they are a tenth of each class. Images are shifted by up to three pixels, without "
    "interpolation, and never mirrored: a mirrored letter, digit or sign is none or another. "
    "Where left and right do not matter, as with animals, switch horizontal flips on. A last "
    "layer that averages over all positions keeps the network small. It keeps the epoch that "
    "validates best.",
    config=RunConfig(
        title="Small images in twenty epochs",
        recipe="small-images",
        dataset=DatasetConfig(name="digits", image_size=(32, 32), fit="pad"),
        preprocessing="standardize",
        augmentation=AugmentationConfig(crop_padding=3),
        architecture=PRESETS["resnet-20"].architecture,
        optimizer=AdamWConfig(),
        schedule=OneCycleSchedule(learning_rate=6e-3),
        training=TrainingConfig(epochs=20, batch_size=64),
    ),
    any_images=True,
)

_OWN_PHOTOS = Recipe(
    name="own-photos",
    source="ConvScope's own, with a network that others trained on ImageNet (Howard et al. 2019)",
    reached="Not measured here: the network's weights have to be downloaded, and the machine on "
    "which this was written could not.",
    when="November 2026",
    notes="For photos of any size. Their middle is brought to 160 by 160 pixels. For four epochs "
    "only a new head learns, because its first, large errors would spoil what the network knows "
    "(Yosinski et al. 2014); for four more all of it is fine-tuned, at a thirtieth of the rate. "
    "Small rotations, shifts and zooms, mirrored photos and other light stand in for photos that "
    "were not taken. Where a mirrored photo is another class, as with traffic signs, switch "
    "horizontal flips off. It keeps the epoch that validates best.",
    config=RunConfig(
        title="Own photos, fine-tuned",
        recipe="own-photos",
        dataset=DatasetConfig(name="cats-and-dogs-1000", image_size=(160, 160)),
        augmentation=AugmentationConfig(
            horizontal_flip=True,
            width_shift=0.1,
            height_shift=0.1,
            rotation=15.0,
            zoom=0.15,
            brightness=0.15,
            fill="reflect",
        ),
        architecture=WITH_BASES["mobilenet_v3_large"],
        optimizer=AdamConfig(),
        schedule=OneCycleSchedule(learning_rate=3e-3),
        training=TrainingConfig(
            epochs=8,
            batch_size=32,
            fine_tuning=FineTuningConfig(frozen_epochs=4, learning_rate=1e-4),
        ),
    ),
    any_images=True,
)

OWN = (_DIGITS_QUICK, _CIFAR10_FAST, _SWIFT, _SMALL_IMAGES, _OWN_PHOTOS)
