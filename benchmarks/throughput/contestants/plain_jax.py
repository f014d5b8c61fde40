"""JAX without a library of layers: the network and Adam in its own functions, compiled a step.

No augmentation. The images lie in memory; a compiled step gathers its batch by index.
Knows nothing of whom it is compared with.
"""

from __future__ import annotations

from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from benchmarks.throughput import task
from benchmarks.throughput.serving import Server

LAYOUT = ("NHWC", "HWIO", "NHWC")


def train(server: Server, dtype: str) -> None:
    """Convolutions and products in `dtype`; weights, statistics and loss are float32."""
    jax.config.update("jax_default_prng_impl", "unsafe_rbg")  # the quickest that it has
    images, labels = (jnp.asarray(array) for array in task.pixels())
    weights, moving = _network()
    trained = sum(leaf.size for leaf in jax.tree.leaves(weights))
    task.check_size(trained + sum(leaf.size for leaf in jax.tree.leaves(moving)), trained)
    zeros = jax.tree.map(jnp.zeros_like, weights)
    state = (weights, moving, zeros, jax.tree.map(jnp.zeros_like, weights), jnp.zeros(()))
    step = jax.jit(partial(_step, dtype=dtype), donate_argnums=0)
    order = np.random.default_rng(1).permutation(task.IMAGES)[: task.STEPS * task.BATCH]
    key = jax.random.key(0)

    def work() -> None:
        nonlocal state, key
        for batch in order.reshape(task.STEPS, task.BATCH):
            state, key, loss = step(state, images, labels, batch, key)
        loss.block_until_ready()

    server.serve(work)


def _network() -> tuple[Any, Any]:
    """Weights that are learned, and the moving statistics beside them."""
    generator = np.random.default_rng(0)

    def kernel(*shape: int) -> jax.Array:
        limit = np.sqrt(6 / np.prod(shape[:-1]))  # he_uniform
        return jnp.asarray(generator.uniform(-limit, limit, shape), jnp.float32)

    convolutions, moving = [], []
    for inside, outside, _ in task.BLOCKS:
        for channels in (inside, outside):
            zeros, ones = jnp.zeros(outside), jnp.ones(outside)
            convolutions.append((kernel(3, 3, channels, outside), zeros, ones, zeros + 0))
            moving.append((zeros + 0, ones + 0))
    dense = (kernel(2048, task.DENSE), jnp.zeros(task.DENSE))
    head = (kernel(task.DENSE, task.CLASSES), jnp.zeros(task.CLASSES))
    return (convolutions, dense, head), moving


def _step(
    state: Any, images: jax.Array, labels: jax.Array, batch: jax.Array, key: jax.Array, dtype: str
) -> Any:
    weights, moving, first, second, count = state
    key, drawn = jax.random.split(key)
    pixels = images[batch].astype(jnp.float32) / 255
    (loss, moving), gradients = jax.value_and_grad(_loss, has_aux=True)(
        weights, moving, pixels, labels[batch], drawn, dtype
    )
    count = count + 1
    first = jax.tree.map(lambda m, g: 0.9 * m + 0.1 * g, first, gradients)
    second = jax.tree.map(lambda v, g: 0.999 * v + 0.001 * g * g, second, gradients)
    rate = task.LEARNING_RATE * jnp.sqrt(1 - 0.999**count) / (1 - 0.9**count)
    weights = jax.tree.map(
        lambda w, m, v: w - rate * m / (jnp.sqrt(v) + 1e-7), weights, first, second
    )
    return (weights, moving, first, second, count), key, loss


def _loss(
    weights: Any, moving: Any, pixels: jax.Array, labels: jax.Array, key: jax.Array, dtype: str
) -> Any:
    """Mean cross-entropy () float32 of pixels (B, 32, 32, 3) 0..1, and the new statistics."""
    convolutions, dense, head = weights
    keys = jax.random.split(key, len(task.BLOCKS) + 1)
    maps, updated = pixels.astype(dtype), []
    for index, (_, _, dropout) in enumerate(task.BLOCKS):
        for place in (2 * index, 2 * index + 1):
            maps, statistics = _convolution(maps, convolutions[place], moving[place])
            updated.append(statistics)
        maps = _dropout(_pool(maps), dropout, keys[index])
    flat = maps.reshape(len(maps), -1)
    hidden = jax.nn.relu(flat @ dense[0].astype(dtype) + dense[1].astype(dtype))
    hidden = _dropout(hidden, task.DENSE_DROPOUT, keys[-1]).astype(jnp.float32)
    logits = jax.nn.log_softmax(hidden @ head[0] + head[1])
    return -jnp.take_along_axis(logits, labels[:, None], axis=1).mean(), updated


def _convolution(maps: jax.Array, weights: Any, moving: Any) -> tuple[jax.Array, Any]:
    """Convolution, ReLU, batch normalization; maps (B, H, W, C) and the moving statistics."""
    kernel, bias, gamma, beta = weights
    kernel, bias = kernel.astype(maps.dtype), bias.astype(maps.dtype)
    maps = lax.conv_general_dilated(maps, kernel, (1, 1), "SAME", dimension_numbers=LAYOUT)
    maps = jax.nn.relu(maps + bias)
    exact = maps.astype(jnp.float32)
    mean, variance = exact.mean((0, 1, 2)), exact.var((0, 1, 2))
    scale = gamma * lax.rsqrt(variance + task.EPSILON)
    normal = (exact * scale + (beta - mean * scale)).astype(maps.dtype)
    seen = lax.stop_gradient((mean, variance))
    updated = tuple(
        old * task.MOMENTUM + new * (1 - task.MOMENTUM)
        for old, new in zip(moving, seen, strict=True)
    )
    return normal, updated


def _pool(maps: jax.Array) -> jax.Array:
    """The largest of 2x2; so written its gradient is quicker than that of a window."""
    images, height, width, channels = maps.shape
    return maps.reshape(images, height // 2, 2, width // 2, 2, channels).max((2, 4))


def _dropout(values: jax.Array, rate: float, key: jax.Array) -> jax.Array:
    kept = jax.random.bernoulli(key, 1 - rate, values.shape)
    return jnp.where(kept, values / (1 - rate), 0).astype(values.dtype)
