"""Training throughput of the 552,362-parameter network, batch 64, CIFAR-10-sized images.

Ours (fused batch normalization, the device's precision, our pipeline) against the 2020
write-up's way: stock Keras `fit` over `ImageDataGenerator`; against stock Keras `fit` on
tf.data without augmentation; and against PyTorch eager, channels-last with bfloat16
autocast, where PyTorch is installed. Each pair is measured in turn, ours and theirs, so
that a machine that slows down slows both; the ratio's median over the pairs counts.
"""

from __future__ import annotations

import keras
import numpy as np

from benchmarks.common import compare, emit_skip
from core.config import AdamConfig, AugmentationConfig
from core.config.presets import PRESETS
from core.data.dataset import Subset
from core.data.pipeline import training_stream
from core.machine.devices import cpu_device
from core.models.builder import build_model
from core.training.trainer import Trainer

BATCH = 64
STEPS = 60
IMAGES = 50_000  # as many as CIFAR-10 trains on; the pixels do not matter to the clock


def main() -> None:
    images, labels = _pixels()
    shifts = AugmentationConfig(horizontal_flip=True, crop_padding=4, fill="nearest")
    for name, target, ours, theirs in (
        (
            "train: ours with flips and shifts / Keras fit with ImageDataGenerator",
            2.0,
            _ours(images, labels, shifts),
            _keras_generator(images, labels),
        ),
        (
            "train: ours without augmentation / Keras fit on tf.data",
            1.2,
            _ours(images, labels, AugmentationConfig()),
            _keras_dataset(images, labels),
        ),
    ):
        compare(name, target, ours, theirs, STEPS * BATCH)
    name = "train: ours with flips and shifts / PyTorch eager, channels-last, bfloat16"
    try:
        theirs = _pytorch(images, labels)
    except ImportError:
        emit_skip(name, "PyTorch is not installed: pip install -r requirements-bench.txt")
        return
    compare(name, 1.15, _ours(images, labels, shifts), theirs, STEPS * BATCH)


def _pixels() -> tuple[np.ndarray, np.ndarray]:
    generator = np.random.default_rng(0)
    images = generator.integers(0, 256, (IMAGES, 32, 32, 3), dtype=np.uint8)
    return images, generator.integers(0, 10, IMAGES)


def _ours(images: np.ndarray, labels: np.ndarray, augmentation: AugmentationConfig):
    keras.config.set_dtype_policy(cpu_device().precision)
    preset = PRESETS["vgg-6"]
    trainer = Trainer(build_model(preset.architecture, (32, 32, 3), 10), AdamConfig())
    keras.config.set_dtype_policy("float32")
    subset = Subset(images, labels.astype(np.int64), np.arange(len(images)))
    stream = trainer.stream(
        training_stream(
            subset,
            num_classes=10,
            batch_size=BATCH,
            augmentation=augmentation,
            seed=0,
            first_step=0,
            last_step=100_000,
        )
    )
    rates = np.full(STEPS // 10, 1e-3, np.float32)

    def work() -> None:
        for _ in range(10):
            trainer.train(stream, rates)

    return work


def _stock_model() -> keras.Model:
    preset = PRESETS["vgg-6"]
    model = build_model(preset.architecture, (32, 32, 3), 10, fused=False)
    model.compile("adam", "categorical_crossentropy", metrics=["accuracy"])
    return model


def _keras_generator(images: np.ndarray, labels: np.ndarray):
    from keras.src.legacy.preprocessing.image import ImageDataGenerator

    model = _stock_model()
    generator = ImageDataGenerator(
        width_shift_range=0.125, height_shift_range=0.125, horizontal_flip=True, fill_mode="nearest"
    )
    flow = generator.flow(images, keras.utils.to_categorical(labels, 10), batch_size=BATCH)
    return lambda: model.fit(flow, steps_per_epoch=STEPS, epochs=1, verbose=0)


def _keras_dataset(images: np.ndarray, labels: np.ndarray):
    import tensorflow as tf

    model = _stock_model()
    data = tf.data.Dataset.from_tensor_slices((images, keras.utils.to_categorical(labels, 10)))
    data = data.shuffle(10_000).repeat().batch(BATCH).prefetch(tf.data.AUTOTUNE)
    return lambda: model.fit(data, steps_per_epoch=STEPS, epochs=1, verbose=0)


def _pytorch(images: np.ndarray, labels: np.ndarray):
    import torch
    from torch import nn

    def block(inside: int, outside: int, dropout: float) -> list[nn.Module]:
        layers: list[nn.Module] = []
        for channels in (inside, outside):
            layers += [nn.Conv2d(channels, outside, 3, padding=1), nn.ReLU()]
            layers += [nn.BatchNorm2d(outside, eps=1e-3, momentum=0.01)]
        return [*layers, nn.MaxPool2d(2), nn.Dropout(dropout)]

    model = nn.Sequential(
        *block(3, 32, 0.2),
        *block(32, 64, 0.3),
        *block(64, 128, 0.4),
        nn.Flatten(),
        nn.Linear(2048, 128),
        nn.ReLU(),
        nn.Dropout(0.5),
        nn.Linear(128, 10),
    ).to(memory_format=torch.channels_last)
    parameters = sum(p.numel() for p in model.parameters())
    assert parameters == PRESETS["vgg-6"].trainable, parameters
    optimizer = torch.optim.Adam(model.parameters(), 1e-3)
    pixels = torch.from_numpy(images).permute(0, 3, 1, 2)  # stays channels-last in memory
    truth = torch.from_numpy(labels)
    order = torch.randperm(len(truth))

    def work() -> None:
        for step in range(STEPS):
            batch = order[step * BATCH : (step + 1) * BATCH]
            inputs = pixels[batch].float().div(255).contiguous(memory_format=torch.channels_last)
            with torch.autocast("cpu", torch.bfloat16):
                loss = nn.functional.cross_entropy(model(inputs), truth[batch])
            optimizer.zero_grad(set_to_none=True)
            loss.backward()
            optimizer.step()

    return work


if __name__ == "__main__":
    main()
