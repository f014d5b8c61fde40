"""What it costs to look at a class folder of 20,000 files: the first time, and every other.

Pages ask for a data set several times at each run of their script, and a start asks again.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from pathlib import Path

from benchmarks.common import emit
from core.data.catalog import find_dataset

FILES = 20_000
CLASSES = 10
LOOKS = 20
NAMES = ("many", "many-2", "many-3", "many-4", "many-5")


def main() -> None:
    with tempfile.TemporaryDirectory() as scratch:
        folder = _class_folder(Path(scratch))
        first = [_seconds(folder, name) for name in NAMES]
        later = [_seconds(folder, NAMES[0]) for _ in range(LOOKS)]
    before, after = statistics.median(first), statistics.median(later)
    emit(f"first look at {FILES:,} files", before, "s", None, True)
    emit(f"later look at {FILES:,} files", after, "s", 0.005, after <= 0.005)
    emit("first look over a later one", before / after, "ratio", 50, before / after >= 50)


def _class_folder(root: Path) -> Path:
    """Names are all that a look reads, so the files are empty."""
    for number in range(CLASSES):
        place = root / NAMES[0] / "train" / f"class-{number}"
        place.mkdir(parents=True)
        for image in range(FILES // CLASSES):
            (place / f"{image}.png").touch()
    for name in NAMES[1:]:  # each name is looked at for the first time once
        (root / name).symlink_to(root / NAMES[0])
    time.sleep(2.5)  # what was changed a moment ago is not remembered
    return root


def _seconds(folder: Path, name: str) -> float:
    begun = time.perf_counter()
    assert find_dataset(name, folder).sizes["train"] == FILES * 4 // 5  # a fifth is for the test
    return time.perf_counter() - begun


if __name__ == "__main__":
    main()
