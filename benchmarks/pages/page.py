"""What the dashboard costs and how quick it is, measured from outside in a real Chromium.

Server start to usable Start page; moving between pages with cached results; the server's
CPU time and a metric's way to the page while a real run goes on; and that no page waits while
TensorFlow is loaded ahead.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil
from playwright.sync_api import Page, expect

from benchmarks.common import emit
from core.jobs import launch
from core.runs import Run
from tools.clicks import go_to, wait_for_title, wait_until_idle
from tools.dashboard import ROOT, Server, chromium, serving
from tools.long_run import begin_long_run

WATCH_SECONDS = 60.0
ROUNDS = 5
WITHOUT_TENSORFLOW = ("Browse", "Learning-rate range test", "Train", "Evaluate", "Mistakes")
# Each time that the loss chart gets newer metrics, note which epoch it reaches, and when.
_NOTE_UPDATES = """node => {
    window.updates = [];
    node.on('plotly_afterplot', () => {
        const last = node._fullData[0].x.at(-1);
        const before = window.updates.at(-1);
        if (!before || before[0] !== last) window.updates.push([last, Date.now() / 1000]);
    });
}"""


def main() -> None:
    with tempfile.TemporaryDirectory() as scratch:
        runs = Path(scratch) / "runs"
        command = [sys.executable, "-m", "core", "train", "--recipe", "digits-quick"]
        options = ["--set", "epochs=4", "--runs", str(runs)]
        subprocess.run([*command, *options], cwd=ROOT, check=True, stdout=sys.stderr)
        with chromium() as browser:
            page = browser.new_page(viewport={"width": 1280, "height": 720})
            starts = [_start(runs, Path(scratch), page) for _ in range(ROUNDS)]
            emit_seconds("server up to Start page usable", starts, 3.0)
            with serving(runs, Path(scratch) / "streamlit.log") as server:
                _pages(server, page)
                _live(server, page)


def emit_seconds(name: str, seconds: list[float], target: float) -> None:
    value = statistics.median(seconds)
    worst = round(max(seconds), 3)
    emit(name, value, "s", target, value <= target, worst=worst, repeats=len(seconds))


def _start(runs: Path, scratch: Path, page: Page) -> float:
    with serving(runs, scratch / "start.log") as server:
        up = time.monotonic()
        page.goto(server.url)
        expect(page.get_by_role("button", name="Train on digits now")).to_be_enabled()
        wait_until_idle(page)
        seconds = time.monotonic() - up
        page.goto("about:blank")
    return seconds


def _pages(server: Server, page: Page) -> None:
    """Visit every page that needs no TensorFlow, then time each with its results cached."""
    page.goto(server.url)
    wait_for_title(page, "ConvScope")
    firsts = []
    for title in WITHOUT_TENSORFLOW:
        begun = time.monotonic()
        go_to(page, title)
        firsts.append(time.monotonic() - begun)
    # It is loaded behind their back meanwhile, which takes some seconds.
    emit_seconds("first visit of a page while TensorFlow loads", firsts, 1.0)
    memory = psutil.Process(server.pid).memory_info().rss / 1e6
    emit("server memory with TensorFlow loaded ahead", memory, "MB", None, True)
    for title in ("Start", *WITHOUT_TENSORFLOW):
        seconds = []
        for _ in range(ROUNDS):
            go_to(page, "Design")
            begun = time.monotonic()
            go_to(page, title, "ConvScope" if title == "Start" else None)
            seconds.append(time.monotonic() - begun)
        emit_seconds(f"to page {title}, results cached", seconds, 0.5)


def _live(server: Server, page: Page) -> None:
    """Watch a run on its Train page, the only one open."""
    run = _begin(server, page)
    try:
        chart = page.get_by_label("Loss over epochs", exact=True).last
        chart.evaluate(_NOTE_UPDATES)
        process = psutil.Process(server.pid)
        begun, before = time.monotonic(), process.cpu_times()
        page.wait_for_timeout(1000 * WATCH_SECONDS)
        after, seconds = process.cpu_times(), time.monotonic() - begun
        spent = (after.user + after.system) - (before.user + before.system)
        share = 100 * spent / seconds
        emit("server CPU with one Train page open", share, "% of a core", 12, share <= 12)
        _latency(run, page.evaluate("window.updates"))
    finally:
        launch.request_stop(run)
        launch.wait(run, 60)


def _begin(server: Server, page: Page) -> Run:
    run = begin_long_run(page, server, 3000)
    chart = page.get_by_label("Loss over epochs", exact=True).last
    expect(chart.locator(".main-svg").first).to_be_visible(timeout=120_000)
    return run


def _latency(run: Run, updates: list[tuple[float, float]]) -> None:
    """From the time in a metric line to the chart that first shows it, both on one clock."""
    lines = run.metrics_path.read_text(encoding="utf-8").splitlines()
    rows = [json.loads(line) for line in lines[:-1]]
    made = {round(row["epoch"], 3): row["time"] for row in rows if row["kind"] == "tick"}
    waits = [
        shown - made[round(epoch, 3)] for epoch, shown in updates[1:] if round(epoch, 3) in made
    ]
    assert len(waits) >= 5, f"only {len(waits)} updates were seen"
    emit_seconds("a metric's own time to its being on the page", waits, 2.0)


if __name__ == "__main__":
    main()
