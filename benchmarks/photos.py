"""What an upload costs at most: time and memory of reading the most hostile pictures.

Each in a process of its own, as for a page: what the network sees and what a person sees.
Then three at once. Made files, no photos: what counts is what they ask of a decoder.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from benchmarks.common import emit, emit_skip
from tests.photos.hostile import LARGE, REFUSED, REMARKS
from tests.photos.measured import measured

MOST_SECONDS, MOST_MEGABYTES, MOST_OF_THREE = 5.0, 500.0, 1000.0
THREE = ("PNG, transparent", "JPEG, 64 megapixels, progressive", "TIFF, floats")


def main() -> None:
    if not Path("/proc/self/clear_refs").exists():
        emit_skip("photos", "peaks of memory are read from /proc, which is not here")
        return
    builders = {**LARGE, **REMARKS, **{name: build for name, (build, _) in REFUSED.items()}}
    with tempfile.TemporaryDirectory() as scratch:
        for number, (name, build) in enumerate(builders.items()):
            path = Path(scratch) / str(number)
            path.write_bytes(build())
            answer = measured([path])
            print(f"{name}: {answer}", file=sys.stderr)
            _emit(name, answer, MOST_MEGABYTES)
            if name not in THREE:
                path.unlink()
        three = [Path(scratch) / str(list(builders).index(name)) for name in THREE]
        _emit("three large pictures at once", measured(three, threads=3), MOST_OF_THREE)


def _emit(name: str, answer: dict, most: float) -> None:
    seconds, megabytes = answer["seconds"], answer["megabytes"]
    # Each of three waits for those before it.
    limit = MOST_SECONDS * len(answer["results"])
    more = {"of_cpu": answer["of_cpu"], "result": answer["results"][0][:60]}
    emit(f"{name}: time", seconds, "s", limit, seconds <= limit, **more)
    emit(f"{name}: memory above rest", megabytes, "MB", most, megabytes <= most)


if __name__ == "__main__":
    main()
