"""Stock Keras `fit` on a backend that is not TensorFlow, which this process never imports.

`KERAS_BACKEND` says which. No augmentation; batches are gathered from an array in memory.
Knows nothing of whom it is compared with.
"""

from __future__ import annotations

import keras
import numpy as np
from keras import layers

from benchmarks.throughput import task
from benchmarks.throughput.contestants.fitting import fit
from benchmarks.throughput.serving import Server


def train(server: Server, precision: str) -> None:
    keras.config.set_dtype_policy(precision)
    images, labels = task.pixels()
    model = _network()
    targets = keras.utils.to_categorical(labels, task.CLASSES)
    model.compile("adam", "categorical_crossentropy", metrics=["accuracy"])
    burst = slice(0, task.STEPS * task.BATCH)
    fit(model, server, images[burst], targets[burst], batch_size=task.BATCH)


def _network() -> keras.Model:
    stack = [keras.Input(task.SHAPE, dtype="float32"), layers.Rescaling(1 / 255, dtype="float32")]
    for _, filters, dropout in task.BLOCKS:
        for _ in range(2):
            stack.append(layers.Conv2D(filters, 3, padding="same", activation="relu"))
            stack.append(layers.BatchNormalization())
        stack += [layers.MaxPooling2D(), layers.Dropout(dropout)]
    stack += [layers.Flatten(), layers.Dense(task.DENSE, "relu")]
    stack += [layers.Dropout(task.DENSE_DROPOUT)]
    stack += [layers.Dense(task.CLASSES, "softmax", dtype="float32")]
    model = keras.Sequential(stack)
    trained = sum(int(np.prod(weight.shape)) for weight in model.trainable_weights)
    task.check_size(model.count_params(), trained)
    return model
