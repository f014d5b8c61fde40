"""What reading pictures takes, measured in a process of its own.

`python -m tests.photos.measured THREADS FILE...` reads each file for a network of 150 x 150,
as an upload is, and prints a line of JSON: the peak of memory above what the process had
before, the longest time of one, by the clock and of its own thread, and what came of each.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from tests.conftest import ROOT


def measured(files: list[Path], threads: int = 1) -> dict[str, Any]:
    """`megabytes`, `seconds`, `of_cpu` and `results` of reading the files."""
    command = [sys.executable, "-m", "tests.photos.measured", str(threads), *map(str, files)]
    answer = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=250)
    assert answer.returncode == 0, answer.stderr
    return dict(json.loads(answer.stdout.splitlines()[-1]))


def _memory(what: str) -> float:
    """MB, as the kernel counts them."""
    status = Path("/proc/self/status").read_text()
    return int(re.findall(rf"{what}:\s+(\d+)", status)[0]) / 1000


def main(threads: int, files: list[Path]) -> None:
    import pillow_heif  # noqa: F401  what the server has once such a photo came
    from PIL import Image

    from core.errors import PhotoError
    from core.photos.upload import read_upload
    from core.runs import DatasetSummary
    from tests.photos.pictures import encoded

    pets = DatasetSummary(name="pets", classes=("cat", "dog"), image_shape=(150, 150, 3))
    read_upload(encoded(Image.new("RGB", (400, 300)), "PNG"), pets)

    def read(path: Path) -> tuple[float, float, str]:
        begun, worked = time.perf_counter(), time.thread_time()
        try:
            result = "x".join(map(str, read_upload(path.read_bytes(), pets).picture.size))
        except PhotoError as error:
            result = str(error)
        return time.perf_counter() - begun, time.thread_time() - worked, result

    rest = _memory("VmRSS")
    Path("/proc/self/clear_refs").write_text("5")  # the peak begins anew
    with ThreadPoolExecutor(threads) as pool:
        answers = list(pool.map(read, files))
    line = {
        "megabytes": round(_memory("VmHWM") - rest),
        "seconds": round(max(seconds for seconds, _, _ in answers), 2),
        "of_cpu": round(max(seconds for _, seconds, _ in answers), 2),
        "results": [result for _, _, result in answers],
    }
    print(json.dumps(line))


if __name__ == "__main__":
    main(int(sys.argv[1]), [Path(name) for name in sys.argv[2:]])
