"""Whatever people upload: an upright 8-bit picture, or a sentence that says why not."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from core.errors import PhotoError
from core.photos.reader import LARGEST_PIXELS, read_photo
from tests.photos.pictures import corners, encoded, enormous_png, png16, tiff16


def _near(picture: Image.Image, x: int, y: int, colour: tuple[int, int, int]) -> bool:
    return bool(np.abs(np.array(picture.convert("RGB").getpixel((x, y))) - colour).max() <= 40)


def _is_corners(picture: Image.Image) -> bool:
    wanted = {(8, 4): (255, 0, 0), (32, 4): (0, 255, 0), (8, 16): (0, 0, 255)}
    return picture.size == (40, 20) and all(_near(picture, *at, c) for at, c in wanted.items())


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF", "AVIF", "PPM"])
def test_formats(kind: str, tmp_path: Path) -> None:
    data = encoded(corners(), kind)
    assert _is_corners(read_photo(data))
    path = tmp_path / "photo"
    path.write_bytes(data)
    assert _is_corners(read_photo(path))


def test_heic() -> None:
    from pillow_heif import from_pillow

    buffer = io.BytesIO()
    from_pillow(corners().resize((80, 40), Image.Resampling.NEAREST)).save(buffer, quality=95)
    picture = read_photo(buffer.getvalue())
    assert (picture.mode, picture.size) == ("RGB", (80, 40))
    assert _is_corners(picture.resize((40, 20), Image.Resampling.NEAREST))


@pytest.mark.parametrize("orientation", range(1, 9))
def test_exif_rotation(orientation: int) -> None:
    """However the camera was held, the picture comes out upright."""
    undo = {
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }
    stored = corners() if orientation == 1 else corners().transpose(undo[orientation])
    exif = Image.Exif()
    exif[0x0112] = orientation
    assert _is_corners(read_photo(encoded(stored, "JPEG", quality=95, exif=exif)))


def test_transparency_lies_on_white() -> None:
    picture = corners().convert("RGBA")
    picture.putalpha(Image.new("L", (40, 20), 0))
    picture.paste((255, 0, 0, 255), (0, 0, 20, 10))
    picture.paste((0, 0, 0, 128), (20, 0, 40, 10))
    for kind in ("PNG", "WEBP", "TIFF"):
        options = {"lossless": True} if kind == "WEBP" else {}
        flat = read_photo(encoded(picture, kind, **options))
        assert flat.mode == "RGB"
        assert flat.getpixel((8, 4)) == (255, 0, 0)
        assert flat.getpixel((8, 16)) == (255, 255, 255)
        assert flat.getpixel((32, 4)) == (127, 127, 127)


def test_grey_with_alpha() -> None:
    picture = Image.merge("LA", (Image.new("L", (4, 4), 10), Image.new("L", (4, 4), 0)))
    flat = read_photo(encoded(picture, "PNG"))
    assert (flat.mode, flat.getpixel((0, 0))) == ("L", 255)


def test_palette_with_a_transparent_colour() -> None:
    picture = corners().convert("P", palette=Image.Palette.ADAPTIVE)
    red = picture.getpixel((0, 0))
    flat = read_photo(encoded(picture, "GIF", transparency=red))
    assert flat.getpixel((5, 5)) == (255, 255, 255)
    assert _near(flat, 32, 4, (0, 255, 0))


def test_palette_of_greys_is_a_grey_picture() -> None:
    grey = Image.linear_gradient("L").resize((16, 16)).convert("P")
    assert read_photo(encoded(grey, "GIF")).mode == "L"


@pytest.mark.parametrize("kind", ["JPEG", "TIFF"])
def test_cmyk(kind: str) -> None:
    assert _is_corners(read_photo(encoded(corners().convert("CMYK"), kind)))


@pytest.mark.parametrize("kind", ["PNG", "TIFF", "BMP"])
def test_one_bit(kind: str) -> None:
    picture = Image.new("1", (6, 3), 1)
    picture.putpixel((0, 0), 0)
    read = read_photo(encoded(picture, kind))
    assert read.mode == "L"
    assert (read.getpixel((0, 0)), read.getpixel((5, 2))) == (0, 255)


def test_sixteen_bits_come_down_to_eight() -> None:
    grey = np.linspace(0, 65535, 64).reshape(8, 8, 1)
    colour = np.linspace(0, 65535, 192).reshape(8, 8, 3)
    for data in (png16(grey), tiff16(grey)):
        read = read_photo(data)
        assert read.mode == "L"
        assert np.abs(np.asarray(read) - grey[..., 0] / 257).max() <= 1
    for data in (png16(colour), tiff16(colour)):
        read = read_photo(data)
        assert read.mode == "RGB"
        assert np.abs(np.asarray(read) - colour / 257).max() <= 1
    clear = np.concatenate([colour, np.zeros((8, 8, 1))], axis=2)
    assert np.all(np.asarray(read_photo(png16(clear))) == 255)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (np.array([[0.0, 0.5, 1.0]], dtype=np.float32), [0, 128, 255]),
        (np.array([[0, 128, 255]], dtype=np.float32), [0, 128, 255]),
        (np.array([[0, 32768, 65535]], dtype=np.int32), [0, 128, 255]),
        (np.array([[-100, 0, 100]], dtype=np.int32), [0, 128, 255]),
        (np.array([[0.0, np.nan, 1.0]], dtype=np.float32), [0, 0, 255]),
    ],
)
def test_wide_numbers_of_any_range(values: np.ndarray, expected: list[int]) -> None:
    read = read_photo(encoded(Image.fromarray(values), "TIFF"))
    assert np.abs(np.asarray(read)[0].astype(int) - expected).max() <= 1


@pytest.mark.parametrize("kind", ["GIF", "WEBP", "TIFF", "PNG"])
def test_first_of_many_frames(kind: str) -> None:
    data = encoded(
        corners(), kind, save_all=True, append_images=[Image.new("RGB", (40, 20), "black")]
    )
    assert _is_corners(read_photo(data))


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF"])
@pytest.mark.parametrize("kept", [0.02, 0.5, 0.9])
def test_truncated(kind: str, kept: float) -> None:
    noise = np.random.default_rng(0).integers(0, 256, (64, 64, 3), dtype=np.uint8)
    data = encoded(Image.fromarray(noise), kind)
    with pytest.raises(PhotoError, match=r"damaged or cut short|not a picture"):
        read_photo(data[: max(4, int(len(data) * kept))])


def test_truncated_heic() -> None:
    from pillow_heif import from_pillow

    buffer = io.BytesIO()
    from_pillow(corners().resize((160, 80))).save(buffer)
    data = buffer.getvalue()
    for kept in (20, len(data) // 2, len(data) - 20):
        with pytest.raises(PhotoError, match="damaged or cut short"):
            read_photo(data[:kept])


def _zip() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("a.txt", "a")
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "empty"),
        (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3", "PDF"),
        (b'<?xml version="1.0"?>\n<!-- x --><svg xmlns="x"></svg>', "SVG"),
        (b'\xef\xbb\xbf<svg width="10"/>', "SVG"),
        (b"Dear diary,\nno picture today.\n", "text"),
        ("Grüße".encode() * 500, "text"),
        (b'{"image": 1}', "text"),
        (_zip(), "zip"),
        (b"\0\0\0\x18ftypmp42" + bytes(64), "video"),
        (b"RIFF\x24\0\0\0AVI LIST", "video"),
        (bytes(range(256)) * 4, "not a picture"),
        (b"\xff\xd8\xff" + bytes(200), "damaged"),
        (b"\0", "has 1 byte, too short"),
    ],
)
def test_no_picture(data: bytes, words: str) -> None:
    with pytest.raises(PhotoError, match=words) as caught:
        read_photo(data)
    assert str(caught.value).endswith(".")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("side", "claim"), [(100_000, "10,000 million pixels"), (9_000, "9,000 x 9,000 pixels")]
)
def test_enormous_claims_are_refused_before_decoding(side: int, claim: str) -> None:
    with pytest.raises(PhotoError, match=f"claims to have {claim}") as caught:
        read_photo(enormous_png(side))
    assert f"{LARGEST_PIXELS // 1_000_000} million" in str(caught.value)


def test_an_enormous_gif() -> None:
    gif = b"GIF89a\xff\xff\xff\xff\x00\x00\x00" + b"\x2c" + bytes(20)
    with pytest.raises(PhotoError, match="4,295 million pixels"):
        read_photo(gif)


def test_files_that_are_not_there(tmp_path: Path) -> None:
    with pytest.raises(PhotoError, match="There is no file"):
        read_photo(tmp_path / "gone.png")
    with pytest.raises(PhotoError, match="is a folder"):
        read_photo(tmp_path)
