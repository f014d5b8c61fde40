"""Decoding of single pictures: modes, orientation, refusals."""

from __future__ import annotations

import io
import zlib

import numpy as np
import pytest
from PIL import Image

from core.data.images import UnreadableImageError, decode_image, prepare_for

RED = (255, 0, 0)


def encoded(image: Image.Image, kind: str = "PNG", **options: object) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def middle(data: bytes) -> list[int]:
    pixels = decode_image(data, (9, 9))
    assert pixels.shape == (9, 9, 3) and pixels.dtype == np.uint8
    return [int(value) for value in pixels[4, 4]]


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "BMP", "GIF", "WEBP", "TIFF", "PPM"])
def test_formats(kind: str) -> None:
    red, green, blue = middle(encoded(Image.new("RGB", (20, 12), RED), kind))
    assert red > 245 and green < 15 and blue < 15


def test_heic() -> None:
    prepare_for({".heic"})
    assert middle(encoded(Image.new("RGB", (64, 64), RED), "HEIF"))[0] > 240


def test_grey_alpha_palette_cmyk_and_sixteen_bits() -> None:
    assert middle(encoded(Image.new("L", (9, 9), 77))) == [77, 77, 77]
    assert middle(encoded(Image.new("RGBA", (9, 9), (0, 0, 0, 0)))) == [255, 255, 255]
    assert middle(encoded(Image.new("RGB", (9, 9), RED).quantize(4))) == [255, 0, 0]
    assert middle(encoded(Image.new("CMYK", (9, 9), (0, 0, 0, 0)), "TIFF")) == [255, 255, 255]
    deep = Image.fromarray(np.full((9, 9), 257 * 100, dtype=np.uint16))
    assert middle(encoded(deep)) == [100, 100, 100]


def test_turned_upright_by_exif() -> None:
    image = Image.new("RGB", (40, 20), (0, 0, 0))
    image.paste(RED, (0, 0, 20, 20))  # left half
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned a quarter clockwise: left becomes top
    pixels = decode_image(encoded(image, "JPEG", exif=exif), (10, 10))
    assert pixels[1, :, 0].min() > 200 and pixels[8, :, 0].max() < 50


def test_large_jpegs_are_shrunk_well() -> None:
    ramp = np.tile(np.linspace(0, 255, 2048, dtype=np.uint8), (1024, 1))
    pixels = decode_image(encoded(Image.fromarray(ramp), "JPEG", quality=95), (16, 16))
    expected = np.linspace(0, 255, 33)[1::2]
    assert np.abs(pixels[8, :, 0] - expected).max() < 4


def test_no_image_damage_and_claims_of_size() -> None:
    with pytest.raises(UnreadableImageError, match="no image"):
        decode_image(b"not an image", (9, 9))
    noise = np.random.default_rng(0).integers(0, 256, (64, 64, 3), dtype=np.uint8)
    whole = encoded(Image.fromarray(noise))
    with pytest.raises(UnreadableImageError):
        decode_image(whole[: len(whole) // 2], (9, 9))
    huge = bytearray(encoded(Image.new("1", (8, 8))))
    huge[16:24] = (9000).to_bytes(4, "big") + (9000).to_bytes(4, "big")
    huge[29:33] = zlib.crc32(huge[12:29]).to_bytes(4, "big")
    with pytest.raises(UnreadableImageError, match="9,000 x 9,000"):
        decode_image(bytes(huge), (9, 9))
