"""Stock Keras on TensorFlow: `fit` with stock layers, over `ImageDataGenerator` or tf.data.

The first is the way of the 2020 write-up. Knows nothing of our layers and our pipeline.
"""

from __future__ import annotations

import keras
import numpy as np
import tensorflow as tf

from benchmarks.throughput import task
from benchmarks.throughput.contestants.fitting import fit
from benchmarks.throughput.serving import Server
from core.models.builder import build_model


def generator(server: Server, precision: str) -> None:
    """`ImageDataGenerator` with flips and shifts; the write-up's precision is "float32".

    Fit ends an epoch early where the images are through, so there are 13 bursts of 60 steps.
    """
    from keras.src.legacy.preprocessing.image import ImageDataGenerator

    model = _model(precision)
    augmenting = ImageDataGenerator(
        width_shift_range=0.125, height_shift_range=0.125, horizontal_flip=True, fill_mode="nearest"
    )
    images, labels = task.pixels()
    flow = augmenting.flow(images, _one_hot(labels), batch_size=task.BATCH)
    fit(model, server, flow, steps_per_epoch=task.STEPS)


def dataset(server: Server, precision: str) -> None:
    """tf.data without augmentation."""
    model = _model(precision)
    images, labels = task.pixels()
    data = tf.data.Dataset.from_tensor_slices((images, _one_hot(labels)))
    data = data.shuffle(10_000).repeat().batch(task.BATCH).prefetch(tf.data.AUTOTUNE)
    fit(model, server, data, steps_per_epoch=task.STEPS)


def _model(precision: str) -> keras.Model:
    """Not compiled by XLA, as Keras chooses on a processor: there XLA takes thrice the time."""
    keras.config.set_dtype_policy(precision)
    model = build_model(task.PRESET.architecture, task.SHAPE, task.CLASSES, fused=False)
    trained = sum(int(np.prod(weight.shape)) for weight in model.trainable_weights)
    task.check_size(model.count_params(), trained)
    model.compile("adam", "categorical_crossentropy", metrics=["accuracy"])
    return model


def _one_hot(labels: np.ndarray) -> np.ndarray:
    return keras.utils.to_categorical(labels, task.CLASSES)
