"""What twenty sessions that watch one run cost it, the server, and each other.

One run trains throughout; windows without a session and with twenty alternate, so that their
ratio is of one machine in one state. The sessions are clients that speak Streamlit's protocol
(tools/session_client.py), because twenty tabs of Chromium would be what is measured; in a last
window one of them is a tab of Chromium. The run is one on CIFAR-10 where that is found, else on
digits, whose steps are too short to fill the processor.

What the clients themselves spend on the same cores is taken from the run as well, and stands
beside the figures: a real tab spends it on its own machine.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from bisect import bisect_left
from dataclasses import dataclass
from pathlib import Path

import psutil
from playwright.sync_api import expect

from benchmarks.common import emit, emit_skip
from core.config import RunConfig, apply_overrides
from core.data.catalog import find_dataset
from core.errors import DatasetError
from core.jobs import launch
from core.recipes import find_recipe
from core.runs import Run
from tools.dashboard import Server, chromium, find_chromium, serving
from tools.watchers import Watchers

SESSIONS = 20
WINDOW = 45.0  # seconds
ROUNDS = 3  # windows with sessions, each between two without
SETTLE = 8.0  # seconds before a window, in which sessions come or go
# Each time that the loss chart gets newer metrics, note which epoch it reaches, and when.
_NOTE_UPDATES = """node => {
    window.updates = [];
    node.on('plotly_afterplot', () =>
        window.updates.push([Date.now() / 1000, node._fullData[0].x.at(-1)]));
}"""


@dataclass
class Window:
    """One stretch of time, and what was spent in it."""

    begun: float
    ended: float
    server: float  # processor seconds
    clients: float

    @property
    def seconds(self) -> float:
        return self.ended - self.begun


def main() -> None:
    with tempfile.TemporaryDirectory() as scratch:
        runs = Path(scratch) / "runs"
        with serving(runs, Path(scratch) / "streamlit.log") as server:
            run = launch.start(_config(), runs)
            try:
                _wait_for_steps(run)
                _measure(server, run)
            finally:
                launch.request_stop(run)
                launch.wait(run, 60)


def _config() -> RunConfig:
    """Long enough to be watched, and with next to no validation, which has no pace."""
    try:
        large = find_dataset("cifar10").state != "downloadable"
    except DatasetError:
        large = False
    recipe = "cifar10-fast" if large else "digits-quick"
    changes = ["epochs=1000", "early_stopping=null", "validation_steps=1"]
    print(f"training {recipe}", file=sys.stderr)
    return apply_overrides(find_recipe(recipe).config, changes)


def _wait_for_steps(run: Run) -> None:
    deadline = time.monotonic() + 180
    while not run.metrics():
        assert run.status().state.alive and time.monotonic() < deadline, run.log_tail()
        time.sleep(0.5)
    time.sleep(15)  # the first steps compile


def _measure(server: Server, run: Run) -> None:
    alone, watched, waits = [_window(server)], [], []
    for _ in range(ROUNDS):
        with Watchers(server.url, "train", SESSIONS) as watchers:
            watched.append(_window(server))
            last = watched[-1]
            waits += [_waits(run, seen, last) for seen in watchers.seen()]
            memory = psutil.Process(server.pid).memory_info().rss / 1e6
            traffic = [tab.traffic for tab in watchers.tabs]
        alone.append(_window(server))
    _emit_pace(run, alone, watched)
    cores = statistics.median(window.server / window.seconds for window in watched)
    name = f"server CPU with {SESSIONS} sessions on one run"
    emit(name, cores, "cores", 1.5, cores <= 1.5)
    emit(f"server memory with {SESSIONS} sessions", memory, "MB", 1000, memory <= 1000)
    _emit_waits(f"a metric's own time to each of {SESSIONS} pages", waits)
    print(f"traffic in the last window: {traffic[0]}", file=sys.stderr)
    _beside_chromium(server, run)


def _window(server: Server) -> Window:
    """Let things settle, then look on for a while."""
    time.sleep(SETTLE)
    processes = psutil.Process(server.pid), psutil.Process()
    begun, before = time.time(), [_spent(process) for process in processes]
    time.sleep(WINDOW)
    after = [_spent(process) for process in processes]
    return Window(begun, time.time(), after[0] - before[0], after[1] - before[1])


def _spent(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)


def _emit_pace(run: Run, alone: list[Window], watched: list[Window]) -> None:
    """Each watched window against the mean of the unwatched ones before and after it."""
    batch = run.config().training.batch_size
    without = [_pace(run, window, batch) for window in alone]
    beside = [statistics.mean(without[n : n + 2]) for n in range(ROUNDS)]
    paces = [_pace(run, window, batch) for window in watched]
    ratios = sorted(pace / other for pace, other in zip(paces, beside, strict=True))
    clients = statistics.median(window.clients / window.seconds for window in watched)
    emit(
        f"pace of training with {SESSIONS} sessions / with none",
        statistics.median(ratios),
        "ratio",
        0.95,
        statistics.median(ratios) >= 0.95,
        lowest=round(ratios[0], 3),
        highest=round(ratios[-1], 3),
        images_per_second_without=[round(pace) for pace in without],
        images_per_second_with=[round(pace) for pace in paces],
        cores_spent_by_clients=round(clients, 3),
    )


def _pace(run: Run, window: Window, batch: int) -> float:
    """Images a second between the first and the last tick of the window."""
    ticks = _ticks(run, window)
    first, last = ticks[0], ticks[-1]
    return (last["step"] - first["step"]) * batch / (last["time"] - first["time"])


def _ticks(run: Run, window: Window) -> list[dict[str, float]]:
    rows = (row for row in run.metrics() if row["kind"] == "tick")
    return [row for row in rows if window.begun <= row["time"] <= window.ended]


def _waits(run: Run, seen: list[tuple[float, float]], window: Window) -> list[float]:
    """From each tick's own time to the first look at a chart that reaches it.

    The ticks of the last three seconds may not have been seen when the window ended.
    """
    reaches = [reach for _, reach in seen]
    waits = []
    for tick in _ticks(run, window):
        place = bisect_left(reaches, tick["epoch"] - 1e-6)
        if place < len(seen):
            waits.append(seen[place][0] - tick["time"])
        elif tick["time"] < window.ended - 3:
            waits.append(window.ended - tick["time"])
    return waits


def _emit_waits(name: str, pages: list[list[float]]) -> None:
    waits = sorted(wait for page in pages for wait in page)
    late = sum(wait > 3 for wait in waits) / len(waits)
    emit(
        name,
        waits[-1],
        "s, the longest",
        3,
        waits[-1] <= 3,
        median=round(statistics.median(waits), 2),
        of_100_the_99th=round(waits[int(0.99 * len(waits))], 2),
        share_over_target=round(late, 5),
        metrics=len(waits),
    )


def _beside_chromium(server: Server, run: Run) -> None:
    """The same, when one of the pages is drawn on these very cores."""
    name = f"a metric's own time to its being drawn, 1 Chromium beside {SESSIONS - 1} sessions"
    if find_chromium() is None:
        emit_skip(name, "no Chromium is installed")
        return
    with Watchers(server.url, "train", SESSIONS - 1), chromium() as browser:
        page = browser.new_page(viewport={"width": 1280, "height": 720})
        page.goto(f"{server.url}/train")
        chart = page.get_by_label("Loss over epochs", exact=True).last
        expect(chart.locator(".main-svg").first).to_be_visible(timeout=120_000)
        chart.evaluate(_NOTE_UPDATES)
        begun = time.time()
        page.wait_for_timeout(1000 * WINDOW)
        window = Window(begun, time.time(), 0.0, 0.0)
        seen = [(when, reach) for when, reach in page.evaluate("window.updates")]
    _emit_waits(name, [_waits(run, seen, window)])


if __name__ == "__main__":
    main()
