"""Gradient steps in the graph: many a call, each with its own learning rate.

Knows nothing of epochs, records or files; the loop around it is the engine's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import nullcontext
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from core.config import AdamConfig, AdamWConfig, OptimizerConfig, RmspropConfig, SgdConfig


def build_optimizer(config: OptimizerConfig, *, scaled: bool) -> keras.optimizers.Optimizer:
    """The Keras optimizer; its rate is set before each step.

    Args:
        scaled: scale the loss, which float16 gradients need (Micikevicius et al. 2017).
    """
    rate = 1e-3
    optimizer: keras.optimizers.Optimizer
    if isinstance(config, SgdConfig):
        optimizer = keras.optimizers.SGD(rate, config.momentum, config.nesterov)
    elif isinstance(config, AdamConfig):
        optimizer = keras.optimizers.Adam(rate, config.beta_1, config.beta_2)
    elif isinstance(config, AdamWConfig):
        optimizer = keras.optimizers.AdamW(rate, config.weight_decay)
    elif isinstance(config, RmspropConfig):
        optimizer = keras.optimizers.RMSprop(rate, config.rho)
    return keras.optimizers.LossScaleOptimizer(optimizer) if scaled else optimizer


class Trainer:
    """A network with its optimizer, and the compiled functions that train and evaluate it.

    Args:
        network: a functional model whose layer `head` gives the logits, (B, K) for
            softmax or (B, 1) for sigmoid.
        optimizer: configuration; the learning rate is given with every step.
        label_smoothing: share of the label spread evenly over the classes
            (Szegedy et al. 2015, section 7).
        strategy: of the devices that share each batch; the network was built in its
            scope. None trains on one device.
    """

    def __init__(
        self,
        network: keras.Model,
        optimizer: OptimizerConfig,
        label_smoothing: float = 0.0,
        strategy: tf.distribute.Strategy | None = None,
    ) -> None:
        self.network = network
        self._strategy = strategy
        with strategy.scope() if strategy else nullcontext():
            self._build_optimizer(optimizer)
        self._logits = keras.Model(network.inputs, network.get_layer("head").output)
        self._smoothing = label_smoothing

    def _build_optimizer(self, optimizer: OptimizerConfig) -> None:
        scaled = keras.config.dtype_policy().name == "mixed_float16"
        self.optimizer = build_optimizer(optimizer, scaled=scaled)
        self.optimizer.build(self.network.trainable_variables)

    @property
    def state(self) -> list[Any]:
        """Every variable that a resumed run needs: weights, seeds, optimizer."""
        return [*self.network.variables, *self.optimizer.variables]

    @property
    def weights(self) -> list[Any]:
        """What the network is, without seeds or optimizer."""
        return list(self.network.weights)

    def stream(self, batches: tf.data.Dataset) -> Iterator:
        """An iterator for `train`; where several devices train, each batch is shared out."""
        if self._strategy is not None:
            batches = self._strategy.experimental_distribute_dataset(batches)
        return iter(batches)

    def train(self, stream: Iterator, rates: np.ndarray) -> tuple[np.ndarray, float, int]:
        """Take len(rates) steps from the stream.

        Args:
            stream: from `stream`, of (images (B, H, W, C) float32 0..255,
                labels (B, K) float32).
            rates: (k,) float32, a learning rate for each step.

        Returns: each step's own mean loss (k,) float32, images classified rightly,
            images seen.
        """
        losses, hits, seen = self._train(stream, tf.constant(rates, tf.float32))
        return losses.numpy(), float(hits), int(seen)

    def evaluate(self, batches: Any, interrupted: Callable[[], bool]) -> tuple[float, float] | None:
        """Mean loss and accuracy over batches of (images, one-hot labels).

        Args:
            interrupted: asked between batches; a true answer ends the evaluation, and
                there is no result.
        """
        loss, hits, seen = 0.0, 0.0, 0
        for images, labels in batches:
            batch_loss, batch_hits = self._evaluate(images, labels)
            loss += float(batch_loss)
            hits += float(batch_hits)
            seen += int(images.shape[0])
            if interrupted():
                return None
        return loss / max(seen, 1), hits / max(seen, 1)

    @tf.function(reduce_retracing=True)
    def _train(self, stream: Any, rates: Any) -> Any:
        count = tf.shape(rates)[0]
        losses = tf.TensorArray(tf.float32, size=count)
        hits, seen = tf.constant(0.0), tf.constant(0)
        for i in tf.range(count):
            loss, batch_hits, size = self._shared_step(next(stream), rates[i])
            losses = losses.write(i, loss)
            hits += batch_hits
            seen += size
        return losses.stack(), hits, seen

    def _shared_step(self, batch: Any, rate: Any) -> Any:
        """One step of all devices together: mean loss, hits and images of the whole batch."""
        if self._strategy is None:
            images, labels = batch
            size = tf.shape(images)[0]
            return *self._step(images, labels, rate, size), size
        sizes = self._strategy.run(lambda images, labels: tf.shape(images)[0], batch)
        size = self._strategy.reduce("SUM", sizes, axis=None)
        results = self._strategy.run(self._step, (*batch, rate, size))
        loss, hits = (self._strategy.reduce("SUM", item, axis=None) for item in results)
        return loss, hits, size

    def _step(self, images: Any, labels: Any, rate: Any, size: Any) -> tuple[Any, Any]:
        """One device's part of a batch of `size` images; its share of the loss, its hits."""
        with tf.GradientTape() as tape:
            logits = tf.cast(self._logits(images, training=True), tf.float32)
            losses = self._losses(logits, labels, self._smoothing)
            loss = tf.reduce_sum(losses) / tf.cast(size, tf.float32)
            scaled = self.optimizer.scale_loss(loss)
        variables = self.network.trainable_variables
        gradients = tape.gradient(scaled, variables)
        inner = getattr(self.optimizer, "inner_optimizer", self.optimizer)
        inner.learning_rate.assign(rate)
        self.optimizer.apply(gradients, variables)
        return loss, self._hits(logits, labels)

    @tf.function(reduce_retracing=True)
    def _evaluate(self, images: Any, labels: Any) -> tuple[Any, Any]:
        logits = tf.cast(self._logits(images, training=False), tf.float32)
        loss = tf.reduce_sum(self._losses(logits, labels, 0.0))
        return loss, self._hits(logits, labels)

    def _losses(self, logits: Any, labels: Any, smoothing: float) -> Any:
        """Cross-entropy of each image.  # (B,) float32"""
        classes = labels.shape[-1]
        labels = labels * (1.0 - smoothing) + smoothing / classes
        if logits.shape[-1] == 1:
            return tf.nn.sigmoid_cross_entropy_with_logits(labels[:, 1], logits[:, 0])
        return tf.nn.softmax_cross_entropy_with_logits(labels, logits)

    def _hits(self, logits: Any, labels: Any) -> Any:
        """How many images have their most probable label right; a mixed one counts for most."""
        if logits.shape[-1] == 1:
            predicted = tf.cast(logits[:, 0] > 0.0, tf.int64)
        else:
            predicted = tf.argmax(logits, axis=-1)
        return tf.reduce_sum(tf.cast(tf.equal(predicted, tf.argmax(labels, axis=-1)), tf.float32))
