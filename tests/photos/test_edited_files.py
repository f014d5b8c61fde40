"""Files of every format, edited at random: a picture or one sentence comes of each."""

from __future__ import annotations

import io
import random
from pathlib import Path

import pytest
from PIL import Image

from core.errors import PhotoError
from core.photos.reader import read_photo
from tests.photos.pictures import corners, encoded

# Pillow's, of what it finds odd.
pytestmark = [
    pytest.mark.filterwarnings(f"ignore:::PIL.{module}") for module in ("Image", "TiffImagePlugin")
]
QUICK, MANY = 5000, 100_000


def valid_files() -> list[bytes]:
    """Small pictures in all formats that are read, and in many of their ways."""
    from pillow_heif import from_pillow

    picture = corners().resize((96, 64))
    exif = Image.Exif()
    exif[0x0112] = 6
    files = [
        encoded(picture, "JPEG", exif=exif),
        encoded(picture.convert("CMYK"), "JPEG"),
        encoded(picture, "JPEG", progressive=True),
        encoded(picture, "PNG", exif=exif),
        encoded(picture.convert("RGBA"), "PNG"),
        encoded(picture.convert("P"), "PNG", transparency=0),
        encoded(picture.convert("I;16"), "PNG"),
        encoded(picture, "WEBP", exif=exif),
        encoded(picture.convert("RGBA"), "WEBP", lossless=True),
        encoded(picture, "GIF", save_all=True, append_images=[picture.rotate(90)]),
        encoded(picture.convert("1"), "BMP"),
        encoded(picture, "BMP"),
        encoded(picture, "DIB"),
        encoded(picture, "AVIF", exif=exif),
        encoded(picture, "PPM"),
        encoded(picture.convert("F"), "TIFF"),
        b"P3\n# text\n4 2\n255\n" + b"9 200 3 " * 8,
    ]
    for compression in ("raw", "tiff_lzw", "jpeg", "tiff_adobe_deflate", "packbits"):
        files.append(encoded(picture, "TIFF", compression=compression, exif=exif))
    files.append(encoded(picture, "TIFF", big_tiff=True))
    buffer = io.BytesIO()
    from_pillow(picture).save(buffer, exif=exif)
    return [*files, buffer.getvalue()]


def edited(data: bytes, others: list[bytes], chance: random.Random) -> bytes:
    """One edit, of the head mostly, where a file says what it is."""
    raw = bytearray(data)
    near = chance.choice([64, 256, len(raw)])
    at = chance.randrange(min(near, len(raw)))
    match chance.randrange(6):
        case 0:
            return data[:at]
        case 1:
            raw[at] ^= 1 << chance.randrange(8)
        case 2:
            for _ in range(chance.randrange(1, 20)):
                raw[chance.randrange(len(raw))] = chance.randrange(256)
        case 3:  # a number in the head becomes huge, or nothing
            raw[at : at + 4] = chance.choice([b"\xff" * 4, b"\0" * 4, b"\x7f\xff\xff\xff"])
        case 4:
            other = chance.choice(others)
            return data[:at] + other[chance.randrange(len(other)) :]
        case 5:
            raw[at:at] = chance.randbytes(chance.randrange(1, 40))
    return bytes(raw)


def _answers(count: int) -> int:
    """How many of the edited files are pictures still."""
    files, chance = valid_files(), random.Random(0)
    pictures = 0
    for number in range(count):
        data = edited(files[number % len(files)], files, chance)
        for _ in range(chance.randrange(2)):
            data = edited(data, files, chance) if data else data
        try:
            picture = read_photo(data, chance.choice([None, 16, 300]))
        except PhotoError as error:
            assert error.message.endswith(".") and "\n" not in str(error)
            continue
        assert picture.mode in ("L", "RGB") and min(picture.size) >= 1
        assert picture.width * picture.height <= 16_000_000
        pictures += 1
    return pictures


def test_every_valid_file_is_a_picture() -> None:
    for data in valid_files():
        assert read_photo(data).mode in ("L", "RGB")


def test_edited_files_are_a_picture_or_a_sentence() -> None:
    assert QUICK // 10 < _answers(QUICK) < QUICK


@pytest.mark.slow
@pytest.mark.timeout(1200)
def test_many_edited_files_are_a_picture_or_a_sentence() -> None:
    assert MANY // 10 < _answers(MANY) < MANY


def test_content_counts_and_not_the_name(tmp_path: Path) -> None:
    path = tmp_path / "photo.jpg"
    path.write_bytes(encoded(corners(), "PNG"))
    assert read_photo(path).size == (40, 20)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"\0\0\0\x0cjP  \r\n\x87\n" + bytes(50), "JPEG 2000 picture; it is of a kind"),
        (b"\xff\x0a" + bytes(50), "JPEG XL"),
        (b"/* XPM */\nstatic char *a[] = {\n", "XPM picture, which is written in text"),
        (b"\0\0\1\0\1\0\x10\x10" + bytes(50), "icon"),
        (encoded(corners(), "DDS"), "DDS"),
        (encoded(corners(), "TGA"), "TGA"),
        (encoded(Image.new("1", (8, 8)), "XBM"), "XBM"),
        (b"8BPS" + bytes(50), "Photoshop document, not a photo. Export it as PNG or JPEG.$"),
        (b"RIFF\x24\0\0\0WEBPVP8 " + bytes(20), "damaged"),
        (b"BM" + bytes(12) + b"\x28" + bytes(60), "of a kind that cannot be read here, or"),
        (b"\xff\xd8\xff\xc3\0\x0b\x08\0\x08\0\x08\1\1\x11\0", "lossless.*of a kind"),
        (b"\xff\xd8\xff\xc1\0\x0b\x0c\0\x08\0\x08\1\1\x11\0", "12 bits a channel"),
        (b"a", "has 1 byte, too short"),
        (b"GIF89a", "has 6 bytes, too short"),
    ],
)
def test_sound_files_that_are_not_read_are_not_called_damaged(data: bytes, words: str) -> None:
    with pytest.raises(PhotoError, match=words) as caught:
        read_photo(data)
    assert words.startswith("damaged") or not str(caught.value).startswith("The picture is damaged")
