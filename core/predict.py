"""A photo -> the tensor that the network sees -> its most probable classes.

The reading and framing need no TensorFlow; `classify` takes a model that is already
loaded. Knows nothing of pages.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

import numpy as np
from PIL import Image, ImageOps

from core.ink import frame_ink, framing_of, is_dark_on_light
from core.photo import PhotoError, read_photo
from core.runs import Run, RunError

__all__ = [
    "PhotoError",
    "classify",
    "classify_files",
    "read_photo",
    "should_invert",
    "to_network_input",
    "top_k",
]


def should_invert(image: Image.Image, light_on_dark: bool) -> bool:
    """True for dark ink on light ground where the data set has light ink on dark ground.

    Args:
        image: as read_photo returns it.
        light_on_dark: how the data set is.
    """
    return light_on_dark and is_dark_on_light(np.asarray(image.convert("L")))


def to_network_input(
    image: Image.Image,
    image_shape: tuple[int, int, int] | Sequence[int],
    *,
    invert: bool = False,
    light_on_dark: bool = False,
    dataset: str = "",
) -> np.ndarray:
    """What the network sees of a photo, at its own resolution.

    A picture of the network's own size, or one enlarged from it by repeating pixels, comes
    back as it was. Else the ink is found, cut out and centred where the set is light on
    dark, and the middle is cropped to the network's proportions where it is not.

    Args:
        image: as read_photo returns it.
        image_shape: (H, W, C) of the network, C 1 or 3.
        invert: turn light to dark and dark to light.
        light_on_dark: the data set shows light ink on dark ground.
        dataset: its name, which tells how large and how fine it draws the ink.

    Returns: (H, W, C) uint8
    """
    height, width, channels = image_shape
    pixels = np.asarray(image.convert("L" if channels == 1 else "RGB"))
    if invert:
        pixels = 255 - pixels
    if pixels.shape[:2] == (height, width):
        return _with_channels(pixels, channels)
    small = _enlarged_from(pixels, (height, width))
    if small is None and light_on_dark:
        small = _framed(pixels, (height, width), dataset, surely_light=invert)
    if small is None:
        small = _cropped(pixels, (height, width))
    return _with_channels(small, channels)


def _with_channels(pixels: np.ndarray, channels: int) -> np.ndarray:
    """(H, W) or (H, W, C) uint8 -> (H, W, channels) uint8, an array of its own."""
    if pixels.ndim == 2:
        pixels = np.repeat(pixels[:, :, None], channels, axis=2)
    return np.ascontiguousarray(pixels).copy()


def _enlarged_from(pixels: np.ndarray, size: tuple[int, int]) -> np.ndarray | None:
    """The small picture that this one shows with its pixels repeated; None: it is no such.

    Saving as JPEG is allowed for: up to a hundredth of the picture's variance may differ.
    """
    height, width = pixels.shape[:2]
    if height < 1.5 * size[0] or abs(height * size[1] - width * size[0]) > max(height, width):
        return None
    picture = Image.fromarray(pixels)
    small = picture.resize((size[1], size[0]), Image.Resampling.BOX)
    again = small.resize(picture.size, Image.Resampling.NEAREST)
    difference = np.asarray(again, dtype=np.float32) - pixels
    allowed = max(0.01 * float(pixels.var()), 1.0)
    return np.asarray(small) if float(np.square(difference).mean()) <= allowed else None


def _framed(
    pixels: np.ndarray, size: tuple[int, int], dataset: str, *, surely_light: bool
) -> np.ndarray | None:
    """The ink as the set lays it; None where there is none, or light and dark are swapped."""
    height, width = pixels.shape[:2]
    grey = np.asarray(Image.fromarray(pixels).convert("L"))
    if max(height, width) <= max(size):
        return None  # a small sample: there is no photo to look for ink in
    if not surely_light and is_dark_on_light(grey):
        return None  # the person chose not to invert, so the light part is not ink
    return frame_ink(grey, size, framing_of(dataset))


def _cropped(pixels: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """The middle of the picture in the network's proportions, scaled smoothly."""
    picture = Image.fromarray(pixels)
    return np.asarray(ImageOps.fit(picture, (size[1], size[0]), Image.Resampling.BICUBIC))


def classify(
    model: Any, tensors: np.ndarray, classes: Sequence[str], batch_size: int = 256
) -> np.ndarray:
    """The probability of each class for each image.

    Args:
        model: a loaded Keras model that takes pixels 0..255.
        tensors: (N, H, W, C) uint8 or float32, 0..255.
        classes: K names; a model with one output (a sigmoid) has two, the second's probability.

    Returns: (N, K) float32, rows sum to 1
    """
    if not len(tensors):
        return np.zeros((0, len(classes)), dtype=np.float32)
    outputs = [
        np.asarray(model(tensors[i : i + batch_size].astype(np.float32), training=False))
        for i in range(0, len(tensors), batch_size)
    ]
    probabilities = np.concatenate(outputs).astype(np.float32)
    if probabilities.shape[1] == 1 and len(classes) == 2:
        probabilities = np.concatenate([1.0 - probabilities, probabilities], axis=1)
    if probabilities.shape[1] != len(classes):
        raise ValueError(
            f"the model has {probabilities.shape[1]} outputs, but there are {len(classes)} classes"
        )
    return probabilities


def top_k(probabilities: np.ndarray, classes: Sequence[str], k: int = 5) -> list[tuple[str, float]]:
    """The k most probable classes, the most probable first.

    Args:
        probabilities: (K,) float32
    """
    order = np.argsort(-np.asarray(probabilities), kind="stable")[:k]
    return [(classes[int(i)], float(probabilities[i])) for i in order]


def classify_files(
    run: Run, photos: Sequence[Path], invert: Literal["auto", "yes", "no"] = "auto"
) -> list[dict[str, Any]]:
    """What the run's network makes of each photo.

    Args:
        invert: auto turns dark ink on light ground round where the data set is light on dark.

    Returns: for each photo `{"file", "top": [{"class", "probability"}, ...]}`, five at most,
        or `{"file", "error"}` where it could not be read.

    Raises:
        RunError: the run does not know its classes yet.
        ModelError: its model is missing or damaged.
    """
    facts = run.facts()
    if not facts.get("classes") or not facts.get("image_shape"):
        raise RunError(
            f"Run {run.id} has not loaded its data yet, so its classes are not known. "
            "Wait until it has finished, or choose another run."
        )
    from core.models.export import load_model

    model = load_model(run.model_path)
    return [_classify_file(model, facts, Path(photo), invert) for photo in photos]


def _classify_file(model: Any, facts: dict[str, Any], photo: Path, invert: str) -> dict[str, Any]:
    try:
        image = read_photo(photo)
    except PhotoError as error:
        return {"file": str(photo), "error": str(error)}
    light_on_dark = bool(facts.get("light_on_dark"))
    turn = should_invert(image, light_on_dark) if invert == "auto" else invert == "yes"
    tensor = to_network_input(
        image,
        facts["image_shape"],
        invert=turn,
        light_on_dark=light_on_dark,
        dataset=str(facts.get("dataset", "")),
    )
    probabilities = classify(model, tensor[None], facts["classes"])[0]
    best = top_k(probabilities, facts["classes"])
    return {"file": str(photo), "top": [{"class": c, "probability": p} for c, p in best]}
