"""Whether the server's memory stays flat: each page run again 500 times, in one server.

A session (tools/session_client.py) opens a page of a finished run and asks for the whole of
it again and again, as each click of a person does. Python frees at once what nothing refers
to; what refers to itself waits for its collector, which Streamlit would call after each run
and here does not (.streamlit/config.toml), so the resident set swings: its slope is over all
reruns but the first hundred. `python -m benchmarks.long_memory train browse` names pages.
"""

from __future__ import annotations

import asyncio
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import psutil

from benchmarks.common import emit
from tools.dashboard import ROOT, Server, serving
from tools.session_client import Tab

RERUNS = 500
WARM_UP = 100
MOST_GROWTH = 50.0  # kB a rerun
# Path -> name; the last ones load TensorFlow, so that the first are measured without it.
PAGES = {
    "": "Start",
    "browse": "Browse",
    "lr_range": "Range test",
    "train": "Train",
    "evaluate": "Evaluate",
    "mistakes": "Mistakes",
    "design": "Design",
    "feature_maps": "Feature maps",
    "classify": "Classify",
}


def main(paths: list[str]) -> None:
    with tempfile.TemporaryDirectory() as scratch:
        runs = Path(scratch) / "runs"
        command = [sys.executable, "-m", "core", "train", "--recipe", "digits-quick"]
        options = ["--set", "epochs=4", "--runs", str(runs)]
        subprocess.run([*command, *options], cwd=ROOT, check=True, stdout=sys.stderr)
        with serving(runs, Path(scratch) / "streamlit.log") as server:
            for path in paths or PAGES:
                begun = time.monotonic()
                memory = asyncio.run(_rerun(server, path))
                _emit(PAGES[path], memory, time.monotonic() - begun)


async def _rerun(server: Server, path: str) -> list[int]:
    """The server's resident bytes after each rerun of one page in one session."""
    process = psutil.Process(server.pid)
    tab = Tab(server.url, path)
    await tab.open()
    memory = []
    for _ in range(RERUNS):
        await tab.rerun()
        memory.append(process.memory_info().rss)
    await tab.close()
    return memory


def _emit(name: str, memory: list[int], seconds: float) -> None:
    sizes = np.array(memory[WARM_UP:]) / 1e3
    slope = float(np.polyfit(np.arange(len(sizes)), sizes, 1)[0])
    half = len(sizes) // 2
    emit(
        f"server memory, growth a rerun of {name}",
        slope,
        "kB",
        MOST_GROWTH,
        slope < MOST_GROWTH,
        second_half=round(float(np.polyfit(np.arange(half), sizes[-half:], 1)[0]), 2),
        first_MB=round(memory[0] / 1e6),
        warm_MB=round(memory[WARM_UP] / 1e6),
        last_MB=round(memory[-1] / 1e6),
        milliseconds_a_rerun=round(1000 * seconds / RERUNS),
    )


if __name__ == "__main__":
    main(sys.argv[1:])
