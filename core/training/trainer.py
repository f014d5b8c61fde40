"""Gradient steps in the graph: many a call, each with its own learning rate.

Knows nothing of epochs, records or files; the loop around it is the engine's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from functools import partial
from typing import Any, NamedTuple

import keras
import numpy as np
import tensorflow as tf

from core.config import OptimizerConfig, TrainingConfig
from core.models.towers import Towers, side_by_side
from core.training.optimizers.averaging import Averaging
from core.training.optimizers.build import Surroundings, build_optimizer, innermost
from core.training.optimizers.gradients import lost_on_all, mean
from core.training.optimizers.momentum import momentum_of
from core.training.sharing import count_asked, fill, is_asked

_LRS = 256  # steps whose settings a call into the graph is given, or a multiple
_PLAIN = TrainingConfig()


class Steps(NamedTuple):
    """What a call into the graph tells of the steps that it took."""

    losses: np.ndarray  # (k,) float32, each step's own mean loss in nats
    loss: float  # of every image, added up; the same however the steps are cut into calls
    correct: float  # images classified rightly
    seen: int  # images


class Trainer:
    """A network with its optimizer, and the compiled functions that train and evaluate it.

    Args:
        network: a functional model whose layer `head` gives the logits, (B, K) for
            softmax or (B, 1) for sigmoid.
        optimizer: configuration; the learning rate is given with every step.
        training: for label smoothing (Szegedy et al. 2015, section 7), clipping, towers and
            the average of weights.
        strategy: of the devices that share each batch; the network was built in its
            scope. None trains on one device.
        momentum: the first step's, where each step is given its own.
    """

    def __init__(
        self,
        network: keras.Model,
        optimizer: OptimizerConfig,
        training: TrainingConfig = _PLAIN,
        strategy: tf.distribute.Strategy | None = None,
        momentum: float | None = None,
    ) -> None:
        self.network = network
        self._configured = optimizer, training
        self._strategy = strategy
        self._momentum = momentum
        with strategy.scope() if strategy else nullcontext():
            self._build_optimizer(optimizer, training)
        self._logits = keras.Model(network.inputs, network.get_layer("head").output)
        # One graph for batches of any size, so that who asks first pays for all.
        pixels = tf.TensorSpec(network.inputs[0].shape, tf.float32)
        self._infer = tf.function(self._inferred, input_signature=[pixels], autograph=False)
        self._towers = Towers(network, training.towers)
        self._has_unasked = strategy is not None or training.towers > 1
        self._smoothing = training.label_smoothing
        clips = training.clip_norm is not None or training.clip_value is not None
        self._clips_shared = clips and strategy is not None

    def _build_optimizer(self, optimizer: OptimizerConfig, training: TrainingConfig) -> None:
        surroundings = Surroundings(
            scaled=keras.config.dtype_policy().name == "mixed_float16",
            momentum=self._momentum,
            replicas=self._strategy.num_replicas_in_sync if self._strategy else 1,
        )
        variables = self.network.trainable_variables
        self.optimizer = build_optimizer(optimizer, variables, training, surroundings)
        self._averaging = Averaging(training.averaging, self.optimizer, variables)

    def begun_anew(self) -> Trainer:
        """One that trains what of the network is trainable now, with a new optimizer."""
        return Trainer(self.network, *self._configured, self._strategy, self._momentum)

    @property
    def towers(self) -> int:
        """How many a batch is cut into."""
        return self._towers.count

    @property
    def state(self) -> list[Any]:
        """Every variable that a resumed run needs: weights, seeds, optimizer, averages."""
        averages = self._averaging.variables
        return [*self.network.variables, *self.optimizer.variables, *averages]

    @property
    def weights(self) -> list[Any]:
        """What the network is, without seeds or optimizer."""
        return list(self.network.weights)

    def averaged(self) -> AbstractContextManager[None]:
        """The average of the weights is in the network inside, where one is asked for."""
        return self._averaging.in_place()

    def keep_average(self) -> None:
        """The average is what the network is from now on; it trains no further."""
        self._averaging.put_in_place()

    def stream(self, batches: tf.data.Dataset) -> Iterator:
        """An iterator for `train`; where several devices train, each batch is shared out."""
        if self._strategy is not None:
            replicas = self._strategy.num_replicas_in_sync
            batches = batches.map(lambda images, labels: fill(images, labels, replicas))
            batches = self._strategy.experimental_distribute_dataset(batches)
        return iter(batches)

    def train(self, stream: Iterator, lrs: np.ndarray, momenta: np.ndarray | None = None) -> Steps:
        """Take len(lrs) steps from the stream.

        Args:
            stream: from `stream`, of (images (B, H, W, C) float32 0..255,
                labels (B, K) float32).
            lrs: (k,) float32, a learning rate for each step.
            momenta: (k,) float32, the momentum of each step, of a trainer that was made
                with a momentum; None: that one.
        """
        if momenta is None:
            momenta = np.full(len(lrs), self._momentum or 0.0, np.float32)
        # Always as long, whatever the steps: another length would be traced and compiled anew.
        padded = np.zeros((-(-len(lrs) // _LRS) * _LRS, 2), np.float32)
        padded[: len(lrs)] = np.stack([lrs, momenta], axis=1)
        taken = self._train(stream, tf.constant(padded), tf.constant(len(lrs)))
        losses, loss, correct, seen = taken
        return Steps(losses.numpy(), float(loss), float(correct), int(seen))

    def evaluate(self, batches: Any, interrupted: Callable[[], bool]) -> tuple[float, float] | None:
        """Mean loss (nats) and accuracy (0..1) over batches, of the average where there is one.

        Args:
            batches: of (images (B, H, W, C) float32 0..255, one-hot labels (B, K) float32).
            interrupted: asked between batches; a true answer ends the evaluation, and
                there is no result.
        """
        loss, correct, seen = 0.0, 0.0, 0
        with self.averaged():
            for images, labels in batches:
                batch_loss, batch_correct = self._evaluate(images, labels)
                loss += float(batch_loss)
                correct += float(batch_correct)
                seen += int(images.shape[0])
                if interrupted():
                    return None
        return loss / max(seen, 1), correct / max(seen, 1)

    def probabilities(self, images: np.ndarray) -> np.ndarray:
        """What the network, or the average of its weights, thinks of images now.

        Args:
            images: (N, H, W, C) uint8, 0..255.

        Returns: (N, K) float32, or (N, 1) of a sigmoid head.
        """
        with self.averaged():
            logits = self._infer(tf.constant(images, tf.float32))
        single = logits.shape[-1] == 1
        found: np.ndarray = (tf.sigmoid(logits) if single else tf.nn.softmax(logits)).numpy()
        return found

    def _inferred(self, images: Any) -> Any:
        """(B, H, W, C) float32 -> logits (B, K or 1) float32, of the network at rest."""
        network = partial(self._logits, training=False)
        return tf.cast(side_by_side(network, images, self.towers), tf.float32)

    @tf.function(reduce_retracing=True)
    def _train(self, stream: Any, settings: Any, count: Any) -> Any:
        """Settings (n, 2) float32, learning rate and momentum; the first `count` () int32 count.

        Returns: losses (count,) float32, their sum over images () float64, correct ()
            float32, seen () int32.
        """
        losses = tf.TensorArray(tf.float32, size=count)
        # A float32 times a count of images is exact in float64, and so is the sum, in any order.
        total = tf.constant(0.0, tf.float64)
        correct, seen = tf.constant(0.0), tf.constant(0)
        for i in tf.range(count):
            loss, batch_correct, size = self._shared_step(next(stream), settings[i])
            losses = losses.write(i, loss)
            total += tf.cast(loss, tf.float64) * tf.cast(size, tf.float64)
            correct += batch_correct
            seen += size
        return losses.stack(), total, correct, seen

    @tf.autograph.experimental.do_not_convert  # its branches hang on no tensor
    def _shared_step(self, batch: Any, settings: Any) -> Any:
        """One step of all devices together; settings (2,) float32, learning rate and momentum.

        Returns: of the whole batch the mean loss () float32, how many images are classified
            correctly () float32, how many there are () int32.
        """
        if self._strategy is None:
            images, labels = batch
            size = tf.shape(images)[0]
            loss, correct = self._step(images, labels, settings, size)
            self._averaging.after_step()
            return loss, correct, size
        sizes = self._strategy.run(lambda images, labels: count_asked(labels), batch)
        size = self._strategy.reduce("SUM", sizes, axis=None)
        results = self._strategy.run(self._step, (*batch, settings, size))
        self._averaging.after_step()
        loss, correct = (self._strategy.reduce("SUM", item, axis=None) for item in results)
        return loss, correct, size

    def _step(self, images: Any, labels: Any, settings: Any, size: Any) -> tuple[Any, Any]:
        """One device's part of a batch of `size` images.

        Args:
            images: (b, H, W, C) float32 0..255, b of the batch's images.
            labels: (b, K) float32, rows sum to 1; to 0 where `fill` put the image in.
            settings: (2,) float32, learning rate and momentum.
            size: () int32, images of the whole batch.

        Returns: its share of the batch's mean loss () float32, and how many of its images
            are classified correctly () float32.
        """
        variables = self.network.trainable_variables
        # Else all of a network that is not trained would be noted down, only to be thrown away.
        with tf.GradientTape(watch_accessed_variables=False) as tape:
            tape.watch([variable.value for variable in variables])
            loss, correct = self._towers.add_up(self._sums, images, labels)
            loss /= tf.cast(size, tf.float32)
            scaled = self.optimizer.scale_loss(loss + self._penalty())
        gradients = tape.gradient(scaled, variables)
        if self._strategy is not None:
            gradients = mean(gradients) if self._clips_shared else lost_on_all(gradients)
        inner = innermost(self.optimizer)
        inner.learning_rate.assign(settings[0])
        if self._momentum is not None:
            momentum_of(inner).assign(settings[1])
        self.optimizer.apply(gradients, variables)
        return loss, correct

    def _sums(self, images: Any, labels: Any) -> tuple[Any, Any]:
        """(B, H, W, C) and (B, K) float32 -> summed loss () and correct images () float32."""
        logits = tf.cast(self._logits(images, training=True), tf.float32)
        losses = self._losses(logits, labels, self._smoothing)
        if self._has_unasked:
            losses *= tf.cast(is_asked(labels), tf.float32)
        return tf.reduce_sum(losses), self._correct(logits, labels)

    def _penalty(self) -> Any:
        """This device's share of the penalties on weights, () float32.

        What is minimized has them; the losses that are told are cross-entropy alone, so that
        they can be compared with those of validation and of other networks.
        """
        found = self._logits.losses
        if not found:
            return 0.0
        return tf.add_n(found) / (self._strategy.num_replicas_in_sync if self._strategy else 1)

    @tf.function(reduce_retracing=True, autograph=False)
    def _evaluate(self, images: Any, labels: Any) -> tuple[Any, Any]:
        """(B, H, W, C) and (B, K) float32 -> summed loss () and correct images () float32."""
        logits = self._infer(images)
        loss = tf.reduce_sum(self._losses(logits, labels, 0.0))
        return loss, self._correct(logits, labels)

    def _losses(self, logits: Any, labels: Any, smoothing: float) -> Any:
        """Cross-entropy of each image: logits (B, K or 1), labels (B, K) -> (B,) float32."""
        num_classes = labels.shape[-1]
        labels = labels * (1.0 - smoothing) + smoothing / num_classes
        if logits.shape[-1] == 1:
            return tf.nn.sigmoid_cross_entropy_with_logits(labels[:, 1], logits[:, 0])
        return tf.nn.softmax_cross_entropy_with_logits(labels, logits)

    def _correct(self, logits: Any, labels: Any) -> Any:
        """How many images are classified correctly, () float32.

        A mixed image counts as what most of it is. Logits (B, K or 1), labels (B, K).
        """
        if logits.shape[-1] == 1:
            predicted = tf.cast(logits[:, 0] > 0.0, tf.int64)
        else:
            predicted = tf.argmax(logits, axis=-1)
        right = tf.equal(predicted, tf.argmax(labels, axis=-1))
        if self._has_unasked:
            right &= is_asked(labels)
        return tf.reduce_sum(tf.cast(right, tf.float32))
