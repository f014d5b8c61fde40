"""The write-ups' recipes, to the letter; what a write-up leaves open is said in `notes`.

Knows nothing of TensorFlow, of pages or of where data lie.
"""

from __future__ import annotations

from core.config import (
    PRESETS,
    AdamConfig,
    AugmentationConfig,
    ConstantSchedule,
    CyclicalSchedule,
    DatasetConfig,
    EarlyStoppingConfig,
    InverseTimeSchedule,
    RangeTestConfig,
    RmspropConfig,
    RunConfig,
    SgdConfig,
    SplitConfig,
    TrainingConfig,
)
from core.recipes.recipe import Recipe

_CIFAR10 = DatasetConfig(name="cifar10")
# The write-up's flow_from_directory squashed its photos, by Keras's default of nearest neighbour.
_CATS_AND_DOGS = DatasetConfig(
    name="cats-and-dogs-1000", image_size=(150, 150), fit="squash", interpolation="nearest"
)

_WRITE_UP_2018 = "Write-up of May 2018: image recognition with a convolutional neural network"
_WRITE_UP_2019 = "Write-up of 2019: visual recognition, what happens inside convolutional networks"
_WRITE_UP_2020_MAY = "Write-up of May 2020: a convolutional network for image identification"
_WRITE_UP_2020_FEBRUARY = "Write-up of February 2020: a VGG-style network on CIFAR-10"


_CIFAR10_2018 = Recipe(
    name="cifar10-2018",
    source=_WRITE_UP_2018,
    reached="The write-up reports no accuracy: it ends before training. 71.70 % of the test images "
    "here, and 81.55 % with cyclical rates.",
    when="November 2026",
    notes="The write-up gives no batch size, epochs or validation for training. Chosen here: "
    "batches of 50, 20 epochs and a stratified tenth for validation, so that the run is 18,000 "
    "steps, nine whole cycles of its cyclical twin. The range test covers the write-up's range, "
    "0.00001 to 1.288 in 300 batches, three times, but with the run's batches of 50: with the "
    "write-up's 10 the loss falls by little more than its noise. Samplewise scaling is a layer of "
    "the model, with (x - mean) / sqrt(variance + 1e-6) for the write-up's "
    "(x - mean) / (std + 1e-6).",
    config=RunConfig(
        title="CIFAR-10, 2018: control run",
        recipe="cifar10-2018",
        dataset=_CIFAR10,
        split=SplitConfig(method="stratified", fraction=0.1),
        preprocessing="samplewise",
        augmentation=AugmentationConfig(horizontal_flip=True),
        architecture=PRESETS["plain-4"].architecture,
        optimizer=SgdConfig(momentum=0.9, nesterov=True),
        schedule=InverseTimeSchedule(learning_rate=1e-3, decay=1e-4),
        training=TrainingConfig(epochs=20, batch_size=50, keep="last"),
        range_test=RangeTestConfig(start=1e-5, end=1.288, iterations=300, seeds=3),
    ),
)

_CIFAR10_2018_CYCLICAL = Recipe(
    name="cifar10-2018-cyclical",
    source=_WRITE_UP_2018,
    reached="The write-up's open question, one run each: 81.55 % of the test images here, where "
    "the control run reached 71.70 % in as many epochs.",
    when="November 2026",
    notes="The same as the control run in all but the schedule: triangles from 0.0001 to 0.006 and "
    "back in 2,000 iterations (Smith 2015). The control's decay is left out, because the cycle "
    "sets the rate alone.",
    config=_CIFAR10_2018.config.model_copy(
        update={
            "title": "CIFAR-10, 2018: cyclical",
            "recipe": "cifar10-2018-cyclical",
            "schedule": CyclicalSchedule(
                learning_rate=1e-4, max_learning_rate=6e-3, step_size=1000, gamma=1.0
            ),
        }
    ),
)

_CIFAR10_2020_BATCHNORM = Recipe(
    name="cifar10-2020-batchnorm",
    source=_WRITE_UP_2020_MAY,
    reached="The write-up shows its accuracy only as a picture; its text gives no figure. Here "
    "87.99 % of the test images after 100 epochs; 83.9 % after the 50 without augmentation.",
    when="November 2026",
    notes="50 epochs without augmentation, then 50 more of the same weights with shifts of a "
    "tenth and flips; 1,562 steps an epoch throughout, though the write-up's first half ended "
    "each epoch with a short batch more. It trains on all 50,000 images and validates on the "
    "test set, so its validation curve is no fair judge; it keeps the last weights.",
    config=RunConfig(
        title="CIFAR-10, 2020: batch normalization",
        recipe="cifar10-2020-batchnorm",
        dataset=_CIFAR10,
        split=SplitConfig(method="none"),
        augmentation=AugmentationConfig(
            horizontal_flip=True,
            width_shift=0.1,
            height_shift=0.1,
            fill="nearest",
            start_epoch=50,
        ),
        architecture=PRESETS["batchnorm-6"].architecture,
        optimizer=AdamConfig(),
        schedule=ConstantSchedule(learning_rate=1e-3),
        training=TrainingConfig(epochs=100, batch_size=32, steps_per_epoch=1562, keep="last"),
        range_test=RangeTestConfig(iterations=800),  # of 32: fewer learn nothing yet
    ),
)

_CATDOG_2019 = Recipe(
    name="catdog-2019",
    source=_WRITE_UP_2019,
    reached="The write-up's validation accuracy stalls around 75 %, on its own 6,007 training "
    "photos; here, with 700, at 71 %, when it knows those by heart (68.67 % of the test photos).",
    when="November 2026",
    notes="The write-up had 6,007 photos to train on, 2,000 to validate and 2,025 to test; the "
    "set named here is smaller, so that an epoch of 250 steps goes over it several times. "
    "Photos are squashed to 150x150 by nearest neighbour, as the write-up's flow_from_directory "
    "did. It keeps the last weights, as the write-up saved them.",
    config=RunConfig(
        title="Cats and dogs, 2019: see it overfit",
        recipe="catdog-2019",
        dataset=_CATS_AND_DOGS,
        architecture=PRESETS["catdog-4"].architecture,
        optimizer=RmspropConfig(),
        schedule=ConstantSchedule(learning_rate=1e-4),
        training=TrainingConfig(
            epochs=30, batch_size=20, steps_per_epoch=250, validation_steps=100, keep="last"
        ),
        # Its loss falls by a few hundredths in an epoch: in 600 of 1e-5 to 1 by no clear one.
        range_test=RangeTestConfig(start=1e-5, end=1e-2, iterations=1200),
    ),
)

_CATDOG_2019_REGULARIZED = Recipe(
    name="catdog-2019-regularized",
    source=_WRITE_UP_2019,
    reached="The write-up says that overfitting is much reduced; its text gives no figure. Here: "
    "73.3 % of the validation photos, 85.6 % in training, where the run that overfits knows all of "
    "its photos (72.67 % of the test photos for 68.67 %).",
    when="November 2026",
    notes="The run that overfits, with dropout of a half after flattening and augmentation. The "
    "shear of 0.2 is in degrees, as ImageDataGenerator reads it: hardly any.",
    config=_CATDOG_2019.config.model_copy(
        update={
            "title": "Cats and dogs, 2019: overfitting tamed",
            "recipe": "catdog-2019-regularized",
            "augmentation": AugmentationConfig(
                rotation=40.0,
                width_shift=0.2,
                height_shift=0.2,
                shear=0.2,
                zoom=0.2,
                horizontal_flip=True,
                fill="nearest",
            ),
            "architecture": PRESETS["catdog-4"].architecture.model_copy(
                update={"flatten_dropout": 0.5}
            ),
        }
    ),
)

_CIFAR10_2020_VGG = Recipe(
    name="cifar10-2020-vgg",
    source=_WRITE_UP_2020_FEBRUARY,
    reached="78.77 % test accuracy in the write-up, which stopped early after 23 epochs of "
    "about 22 s each on a GPU of its day; 81.42 % here, after 27 epochs.",
    when="November 2026",
    notes="Validation is the first 5,000 training images, not stratified. Training stops when "
    "the validation loss has not improved for 5 epochs and keeps the last weights, not the "
    "best. The network is that of the write-up's code, which has one more batch normalization "
    "than its printed summary, after the dense layer. The write-up's log is the code's: its first "
    "epoch reached 33.9 % in training and 44.5 % in validation; with that layer we get 33 to 34 % "
    "and 39 to 47 %, without it 24 to 25 % and 34 to 40 %.",
    config=RunConfig(
        title="CIFAR-10, 2020: VGG style",
        recipe="cifar10-2020-vgg",
        dataset=_CIFAR10,
        split=SplitConfig(method="first-n", count=5000),
        augmentation=AugmentationConfig(
            horizontal_flip=True, width_shift=0.2, height_shift=0.2, zoom=0.2, fill="nearest"
        ),
        architecture=PRESETS["vgg-6-code"].architecture,
        optimizer=AdamConfig(),
        schedule=ConstantSchedule(learning_rate=1e-3),
        training=TrainingConfig(
            epochs=50,
            batch_size=64,
            early_stopping=EarlyStoppingConfig(monitor="val_loss", patience=5),
            keep="last",
        ),
        range_test=RangeTestConfig(iterations=600),  # its dropout is strong: fewer learn nothing
    ),
)

_CIFAR10_2020_VGG_SUMMARY = Recipe(
    name="cifar10-2020-vgg-summary",
    source=_WRITE_UP_2020_FEBRUARY,
    reached="No figure: the write-up's 78.77 % was reached by its code. Here 77.46 % of the test "
    "images after 23 epochs, where the code's network reached 81.42 % after 27.",
    when="November 2026",
    notes="The same as the run of the write-up's code, with the network of 552,362 parameters that "
    "its summary prints: no batch normalization after the dense layer. What that one layer does "
    "in the first epochs is the difference of the two.",
    config=_CIFAR10_2020_VGG.config.model_copy(
        update={
            "title": "CIFAR-10, 2020: VGG style, as printed",
            "recipe": "cifar10-2020-vgg-summary",
            "architecture": PRESETS["vgg-6"].architecture,
        }
    ),
)

WRITE_UPS = (
    _CIFAR10_2018,
    _CIFAR10_2018_CYCLICAL,
    _CIFAR10_2020_BATCHNORM,
    _CATDOG_2019,
    _CATDOG_2019_REGULARIZED,
    _CIFAR10_2020_VGG,
    _CIFAR10_2020_VGG_SUMMARY,
)
