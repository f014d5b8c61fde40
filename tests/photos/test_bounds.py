"""Whatever is uploaded, memory and time stay within bounds.

Memory is measured strictly, in processes of their own; time generously, because machines that
run tests are shared. `python -m benchmarks photos` holds it to 5 s.
"""

from __future__ import annotations

import os
import time
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from core.errors import PhotoError
from core.photos.fit import Fitting
from core.photos.reader import LARGEST_BYTES, read_photo
from tests.photos.hostile import LARGE, REFUSED, REMARKS
from tests.photos.measured import measured
from tests.photos.pictures import encoded

MEGABYTES, OF_THREE, SECONDS = 500, 1000, 40
QUICK = ("PNG, transparent", "JPEG, 64 megapixels, progressive", "TIFF, turned")
SLOW = [name for name in LARGE if name not in QUICK]
SLOW_REFUSED = "JPEG, 108 megapixels, progressive, full colour"

needs_proc = pytest.mark.skipif(
    not os.access("/proc/self/clear_refs", os.W_OK), reason="peaks of memory are read from /proc"
)


def _within(answer: dict, megabytes: int) -> None:
    assert answer["megabytes"] < megabytes, answer
    assert answer["seconds"] < SECONDS, answer
    assert all("x" in result and len(result) < 12 for result in answer["results"]), answer


@needs_proc
def test_large_pictures_alone_and_three_at_once(tmp_path: Path) -> None:
    files = [tmp_path / str(number) for number in range(len(QUICK))]
    for path, name in zip(files, QUICK, strict=True):
        path.write_bytes(LARGE[name]())
        _within(measured([path]), MEGABYTES)
    _within(measured(files, threads=3), OF_THREE)


@needs_proc
@pytest.mark.slow
@pytest.mark.parametrize("name", SLOW)
def test_large_pictures_of_every_kind(name: str, tmp_path: Path) -> None:
    (tmp_path / "photo").write_bytes(LARGE[name]())
    _within(measured([tmp_path / "photo"]), MEGABYTES)


@needs_proc
def test_what_takes_too_much_is_refused_before_it_is_decoded(tmp_path: Path) -> None:
    chosen = [name for name in REFUSED if name != SLOW_REFUSED]
    files = [tmp_path / str(number) for number in range(len(chosen))]
    for path, name in zip(files, chosen, strict=True):
        path.write_bytes(REFUSED[name][0]())
    answer = measured(files)
    assert answer["megabytes"] < 300 and answer["seconds"] < SECONDS, answer
    for name, said in zip(chosen, answer["results"], strict=True):
        assert REFUSED[name][1] in said, (name, said)


@needs_proc
def test_remarks_cost_nothing(tmp_path: Path) -> None:
    files = [tmp_path / str(number) for number in range(len(REMARKS))]
    for path, name in zip(files, REMARKS, strict=True):
        path.write_bytes(REMARKS[name]())
    answer = measured(files)
    assert answer["megabytes"] < 250, answer
    _within(answer, MEGABYTES)


def test_devices_pipes_and_huge_files_are_refused_at_once(tmp_path: Path) -> None:
    pipe, huge = tmp_path / "pipe.png", tmp_path / "huge.png"
    os.mkfifo(pipe)
    with huge.open("wb") as file:
        file.truncate(4 << 30)
    begun = time.monotonic()
    for path, words in (("/dev/zero", "a device"), (pipe, "a pipe"), (huge, "larger than 105 MB")):
        with pytest.raises(PhotoError, match=words):
            read_photo(Path(path))
    with pytest.raises(PhotoError, match="larger than 100 MB"):
        read_photo(bytes(LARGEST_BYTES + 1))
    assert time.monotonic() - begun < 10


@pytest.mark.parametrize("mode", ["L", "RGBA", "P", "I;16"])
def test_a_large_picture_is_the_mean_of_its_pixels(mode: str) -> None:
    """Reduced in strips as if it were whole."""
    noise = np.random.default_rng(0).integers(0, 256, (2403, 3302), dtype=np.uint8)
    picture = Image.fromarray(noise)
    if mode == "I;16":
        picture = Image.fromarray(noise.astype(np.uint16) * 257)
    elif mode != "L":
        picture = picture.convert(mode)
    small = read_photo(encoded(picture, "PNG", compress_level=1), 300)
    assert small.size == (3302, 2403)  # below 2 megapixels were it halved
    big = Image.new(picture.mode, (6604, 2403))
    big.paste(picture, (0, 0))
    big.paste(picture, (3302, 0))
    if mode == "P":
        big.putpalette(picture.getpalette())
    small = read_photo(encoded(big, "PNG", compress_level=1), 300)
    assert small.size == (3302, 1202)
    expected = Image.fromarray(np.tile(noise, 2)).reduce(2)
    assert np.abs(np.asarray(small.convert("L")).astype(int) - expected).max() <= 1


def test_what_is_returned_is_bounded_whatever_is_asked_for() -> None:
    data = encoded(Image.new("L", (6000, 5000)), "PNG")
    assert read_photo(data).size == (3000, 2500)
    assert read_photo(data, 5000).size == (3000, 2500)
    assert read_photo(encoded(Image.new("L", (6000, 5000)), "JPEG"), 5000).size == (3000, 2500)


@pytest.mark.parametrize("fit", ["crop", "pad", "squash"])
@pytest.mark.parametrize("size", [(65_535, 1), (1, 65_535), (65_535, 200)])
def test_extreme_shapes_are_fitted(fit: str, size: tuple[int, int]) -> None:
    picture = read_photo(encoded(Image.new("RGB", size, "red"), "PNG"), 300)
    assert Fitting((150, 150), fit, "bicubic").apply(picture).size == (150, 150)
