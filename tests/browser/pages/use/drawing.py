"""Digits as a person draws them: a mouse's way over the pad, and what a camera films of them."""

from __future__ import annotations

import math
from pathlib import Path

from PIL import Image, ImageDraw
from playwright.sync_api import Page, expect

Stroke = list[tuple[float, float]]


def ring(x: float, y: float, width: float, height: float) -> Stroke:
    """Once around an ellipse about (x, y), from its top."""
    angles = [2 * math.pi * i / 16 for i in range(17)]
    return [(x + width * math.sin(a), y - height * math.cos(a)) for a in angles]


# Strokes in a box of 1 x 1, as (x, y).
DIGITS: dict[int, list[Stroke]] = {
    0: [ring(0.5, 0.5, 0.38, 0.5)],
    1: [[(0.35, 0.2), (0.6, 0.0), (0.6, 1.0)]],
    2: [
        [(0.15, 0.25), (0.3, 0.05), (0.7, 0.05), (0.85, 0.25), (0.7, 0.5), (0.1, 1.0), (0.95, 1.0)]
    ],
    3: [
        [(0.2, 0.15), (0.45, 0.02), (0.75, 0.15), (0.75, 0.35), (0.45, 0.48)],
        [(0.45, 0.48), (0.78, 0.6), (0.8, 0.82), (0.5, 0.98), (0.2, 0.88)],
    ],
    4: [[(0.7, 1.0), (0.7, 0.0), (0.1, 0.65), (0.95, 0.65)]],
    5: [[(0.85, 0.0), (0.25, 0.0), (0.2, 0.42), (0.6, 0.4), (0.85, 0.6), (0.8, 0.85), (0.5, 1.0)]],
    6: [
        [(0.7, 0.0), (0.35, 0.25), (0.2, 0.6), (0.25, 0.9), (0.5, 1.0), (0.8, 0.9), (0.8, 0.65)],
        [(0.8, 0.65), (0.55, 0.55), (0.25, 0.7)],
    ],
    7: [[(0.05, 0.0), (0.95, 0.0), (0.4, 1.0)]],
    8: [ring(0.5, 0.25, 0.3, 0.25), ring(0.5, 0.75, 0.38, 0.25)],
    9: [
        [(0.8, 0.25), (0.55, 0.05), (0.25, 0.15), (0.25, 0.4), (0.55, 0.5), (0.8, 0.3)],
        [(0.8, 0.25), (0.78, 0.6), (0.65, 1.0)],
    ],
}


def draw(page: Page, digit: int, *, height: float, left: float, top: float) -> None:
    """Draw it with the mouse; lengths as shares of the pad's side."""
    box = page.locator(".convscope-pad canvas").bounding_box()
    assert box is not None
    for stroke in DIGITS[digit]:
        for place, (x, y) in enumerate(stroke):
            across = box["x"] + box["width"] * (left + 0.75 * height * x)
            down = box["y"] + box["height"] * (top + height * y)
            page.mouse.move(across, down, steps=3)
            if place == 0:
                page.mouse.down()
        page.mouse.up()


def wait_for_the_answer(page: Page) -> None:
    """Until what is on the pad now is answered."""
    canvas = page.locator(".convscope-pad canvas")
    expect(canvas).to_have_attribute("aria-busy", "false", timeout=60_000)


def film(path: Path, digit: int, *, frames: int = 30) -> None:
    """A film of the digit on a sheet of paper, in a hand that is not quite still (YUV4MPEG2)."""
    width, height = 640, 480
    with path.open("wb") as file:
        file.write(f"YUV4MPEG2 W{width} H{height} F30:1 Ip A1:1 C420jpeg\n".encode())
        for number in range(frames):
            picture = Image.new("L", (width, height), 225)
            for stroke in DIGITS[digit]:
                points = [(230 + number % 10 + 180 * x, 110 + 260 * y) for x, y in stroke]
                ImageDraw.Draw(picture).line(points, fill=30, width=30, joint="curve")
            file.write(b"FRAME\n" + picture.tobytes() + bytes([128]) * (width * height // 2))
