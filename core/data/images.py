"""One picture file to pixels: orientation, RGB, size. Knows nothing of folders or classes."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from core.data.dataset import Images
from core.data.source import Batch, Size

_HEIF = frozenset((".heic", ".heif"))
_PLAIN = (
    ".jpg",
    ".jpeg",
    ".jfif",
    ".png",
    ".bmp",
    ".gif",
    ".webp",
    ".tif",
    ".tiff",
    ".ppm",
    ".pgm",
)
SUFFIXES = _HEIF.union(_PLAIN)
_MOST_PIXELS = 64_000_000
_RESIZED_AT_ONCE = 64  # memory stays small however large the size
_WHITE = (255, 255, 255, 255)


class UnreadableImageError(Exception):
    """Why a file could not be turned into pixels."""


def decode_image(data: bytes, size: Size) -> Images:
    """Decode a picture, turn it upright, and resize it plainly (aspect not kept).

    Returns:
        (height, width, 3) uint8, RGB 0..255.

    Raises:
        UnreadableImageError: no picture, damaged, or of more than 64 megapixels.
    """
    try:
        with Image.open(io.BytesIO(data)) as image:
            _refuse_huge(image)
            # A JPEG can be decoded at 1/2, 1/4, 1/8: twice the size wanted loses nothing.
            side = 2 * max(size)
            image.draft(None, (side, side))
            upright = to_rgb(ImageOps.exif_transpose(image))
            resized = upright.resize((size[1], size[0]), Image.Resampling.BILINEAR)
            return np.asarray(resized, dtype=np.uint8)
    except UnreadableImageError:
        raise
    except UnidentifiedImageError as error:
        raise UnreadableImageError("it is no image of a known format") from error
    except Exception as error:  # Pillow's decoders raise whatever their parsers meet
        raise UnreadableImageError(str(error) or type(error).__name__) from error


def _refuse_huge(image: Image.Image) -> None:
    width, height = image.size
    if width * height > _MOST_PIXELS:
        raise UnreadableImageError(f"it is {width:,} x {height:,} pixels, which is too large")


def to_rgb(image: Image.Image) -> Image.Image:
    """Any mode to RGB: 16-bit greys scaled to 8, transparency laid on white."""
    if image.mode.startswith("I"):
        grey = np.asarray(image).astype(np.float64) / 257.0  # 65535 -> 255
        return Image.fromarray(np.clip(np.rint(grey), 0, 255).astype(np.uint8)).convert("RGB")
    if image.has_transparency_data:
        ground = Image.new("RGBA", image.size, _WHITE)
        return Image.alpha_composite(ground, image.convert("RGBA")).convert("RGB")
    return image.convert("RGB")


def prepare_for(suffixes: Iterable[str]) -> None:
    """Teach Pillow the formats among these suffixes that it does not know by itself."""
    if _HEIF.intersection(suffixes):
        from pillow_heif import register_heif_opener

        register_heif_opener()


def resized(
    batches: Iterable[Batch], size: Size | None, resample: Image.Resampling
) -> Iterator[Batch]:
    """The same batches with images of another size; None leaves them as they are."""
    for batch in batches:
        if size is None or batch.images.shape[1:3] == size:
            yield batch
            continue
        for start in range(0, len(batch.images), _RESIZED_AT_ONCE):
            block = slice(start, start + _RESIZED_AT_ONCE)
            images = np.stack([_resize(image, size, resample) for image in batch.images[block]])
            yield Batch(batch.part, batch.rank, images, batch.labels[block])


def _resize(image: Images, size: Size, resample: Image.Resampling) -> Images:
    """(H, W, 1 or 3) uint8 to (*size, 1 or 3) uint8."""
    channels = image.shape[-1]
    picture = Image.fromarray(image[..., 0] if channels == 1 else image)
    pixels = np.asarray(picture.resize((size[1], size[0]), resample), dtype=np.uint8)
    return pixels.reshape(*size, channels)
