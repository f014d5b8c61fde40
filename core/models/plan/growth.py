"""A list of layers that grows: weighted layers, their normalization, activation and dropout.

Knows nothing of blocks or of what fits.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from math import prod
from typing import Any, Final

from core.config import ArchitectureConfig, BlockConfig, DenseConfig, WhiteningConfig
from core.models.plan.layer import INPUT, LayerPlan, Shape
from core.models.plan.sides import reach

KERAS_MOMENTUM: Final = 0.99  # of batch normalization where nothing else is asked for
KERAS_INITIALIZER: Final = "glorot_uniform"  # of a dense layer where nothing else is asked for
_PIECES: Final = ("", "_b", "_c", "_d", "_e", "_f", "_g", "_h")  # of maxout, in their names


@dataclass(frozen=True)
class Names:
    """What a weighted layer and those around it are called."""

    weights: str
    activation: str
    normalization: str
    sum: str = ""  # of the layer and a shortcut


@dataclass(frozen=True)
class Tip:
    """Where the next layer takes up."""

    name: str  # of the layer there
    shape: Shape
    # Araujo, Norris and Sim 2019, "Computing receptive fields", equation 2, layer by layer.
    field: int | None = 1  # receptive field, see LayerPlan
    jump: int = 1  # pixels from one value to its neighbour


class Growth:
    """Layers, and the tip that the next one takes up at; it may be put back to an earlier one."""

    def __init__(self, architecture: ArchitectureConfig, input_shape: Shape) -> None:
        self.architecture = architecture
        self.layers: list[LayerPlan] = []
        self.tip = Tip(INPUT, tuple(input_shape))

    def activated(
        self,
        names: Names,
        kind: str,
        options: dict[str, Any],
        shape: Shape,
        row: BlockConfig | DenseConfig,
        *,
        l2: float = 0.0,
        shortcut: str | None = None,
        pooled: Callable[[], None] | None = None,
    ) -> None:
        """A weighted layer, its activation, and a batch normalization before or after that.

        Maxout (Goodfellow et al. 2013) is the largest of several layers with weights of their
        own: `name`, `name_b` and so on, joined by a Maximum. What is normalized at once needs no
        bias, because its own mean is subtracted (Ioffe and Szegedy 2015, section 3.2).

        Args:
            shape: what the layer makes.
            shortcut: the name of a layer of that shape, to be added before the activation.
            pooled: puts a pool between the layer and what belongs to it; with neither maxout nor
                a shortcut.
        """
        maxout = row.activation == "maxout"
        before = row.normalization == "before"
        start, pieces = self.tip, []
        for suffix in _PIECES[: row.pieces if maxout else 1]:
            self.tip = start
            self.weighted(f"{names.weights}{suffix}", kind, options, shape, l2, bias=not before)
            if pooled is not None:
                pooled()
            if before:
                self.batch_normalization(f"{names.normalization}{suffix}")
            pieces.append(self.tip.name)
        if maxout:
            self.add(names.activation, "Maximum", {}, shape, inputs=tuple(pieces))
        if shortcut is not None:  # to every piece or to the largest is the same
            self.add(names.sum, "Add", {}, shape, inputs=(self.tip.name, shortcut))
        self.activation(names.activation, row)
        if row.normalization == "after":
            self.batch_normalization(names.normalization)

    def activation(self, name: str, row: BlockConfig | DenseConfig | WhiteningConfig) -> None:
        """That of a row, where it has one. The largest of several is no layer of this kind."""
        if isinstance(row, BlockConfig | DenseConfig) and row.activation == "leaky_relu":
            self.add(name, "LeakyReLU", {"negative_slope": row.slope}, self.tip.shape)
        elif row.activation not in ("none", "maxout"):
            self.add(name, "Activation", {"activation": row.activation}, self.tip.shape)

    def weighted(
        self,
        name: str,
        kind: str,
        options: dict[str, Any],
        shape: Shape,
        l2: float = 0.0,
        *,
        bias: bool = True,
        trained: bool = True,
    ) -> None:
        """A convolution or a dense layer. It widens the receptive field as far as it reaches."""
        options = dict(options) | ({} if bias else {"use_bias": False}) | ({"l2": l2} if l2 else {})
        taken = 1 if kind == "DepthwiseConv2D" else self.tip.shape[-1]
        kernel = options.get("kernel_size", 1) ** 2 * taken * shape[-1]
        self.add(
            name,
            kind,
            options,
            shape,
            parameters=kernel + (shape[-1] if bias else 0),
            trainable=None if trained else 0,
            multiply_adds=prod(shape[:-1]) * kernel,
            reached=reach(options.get("kernel_size", 1), options.get("dilation_rate", 1)),
            stride=options.get("strides", 1),
        )

    def batch_normalization(self, name: str) -> None:
        """Scale and offset are trained; the moving mean and variance are not."""
        channels = self.tip.shape[-1]
        momentum = self.architecture.batch_normalization_momentum
        scales = self.architecture.batch_normalization_scale
        options: dict[str, Any] = {} if momentum == KERAS_MOMENTUM else {"momentum": momentum}
        self.add(
            name,
            "BatchNormalization",
            options if scales else {**options, "scale": False},
            self.tip.shape,
            parameters=(3 + scales) * channels,
            trainable=(1 + scales) * channels,
        )

    def dropout(self, name: str, rate: float) -> None:
        if rate:
            self.add(name, "Dropout", {"rate": rate}, self.tip.shape)

    def add(
        self,
        name: str,
        kind: str,
        options: dict[str, Any],
        shape: Shape,
        *,
        parameters: int = 0,
        trainable: int | None = None,
        multiply_adds: int = 0,
        inputs: tuple[str, ...] | None = None,
        reached: int = 1,
        stride: int = 1,
    ) -> None:
        """Put a layer at the tip.

        Args:
            trainable: of the parameters; None: all.
            inputs: None: the layer at the tip.
            reached: side of the square of values that one of its values depends on.
            stride: values from one such square to the next.
        """
        tip = self.tip
        field = None if tip.field is None else tip.field + (reached - 1) * tip.jump
        self.tip = Tip(name, shape, field, tip.jump * stride)
        trained = parameters if trainable is None else trainable
        taken = inputs or (tip.name,)
        self.layers.append(
            LayerPlan(name, kind, options, shape, parameters, trained, multiply_adds, taken, field)
        )

    def forget_places(self) -> None:
        """From here on every value depends on all of the image."""
        self.tip = replace(self.tip, field=None)
