"""Ten images that the network never trains on, and what it takes them for as it learns.

One small component (learning.js): it gets all of the run's looks at them, follows the newest, and
lets one go back without asking the server. Knows nothing of how they were made.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import streamlit as st
from plotly.io.json import to_json_plotly

from core.errors import UserError
from core.figures.images import data_uri
from core.notation import percent
from core.reading import one_line, version
from core.runs import Run, Status
from core.runs.live.snapshots import Pinned, Snapshot, SnapshotLog, read_pinned

_HERE = Path(__file__).parent
_MOUNT = st.components.v2.component(
    "convscope.learning",
    html='<section class="convscope-learning"></section>',
    css=(_HERE / "learning.css").read_text(encoding="utf-8"),
    js=(_HERE / "learning.js").read_text(encoding="utf-8"),
)
_MOST_FRAMES = 120  # that one can go back through


def show(run: Run, status: Status) -> None:
    """The row of images; nothing where the run has not looked at them yet."""
    # By name, as in pages/session/cache: this is asked at each look of a live page.
    message = _message(
        path=str(run.path),
        revision=f"{version(run.snapshots_path)} {version(run.pinned_path)}",
        epochs=status.epochs,
    )
    if message is not None:
        _MOUNT(key=f"learning_{run.id}", data=message)


@dataclass(frozen=True, eq=False)
class Watched:
    """What stays the same while a run learns, and the one reader of what changes."""

    sources: list[str]  # the images, as addresses that hold them
    sharp: bool  # so small that each pixel is to be seen
    truths: list[int]
    classes: Sequence[str]
    log: SnapshotLog


@st.cache_resource(max_entries=32, show_spinner=False)
def _message(path: str, revision: str, epochs: int) -> bytes | None:
    """What the browser gets, as JSON: built once a revision, for all sessions."""
    watched = _watched(path=path, pinned=version(Run(Path(path)).pinned_path))
    found = watched.log.read() if watched is not None else []
    if watched is None or not found:
        return None
    return to_json_plotly(message(watched, found, epochs)).encode()


@st.cache_resource(max_entries=32, show_spinner=False)
def _watched(path: str, pinned: str) -> Watched | None:
    """None where the run has pinned no images, or its files don't hold."""
    run = Run(Path(path))
    try:
        classes = run.dataset().classes
    except UserError:
        return None
    found = read_pinned(run.pinned_path, len(classes))
    if found is None:
        return None
    return watched(found, classes, run.snapshots_path)


def watched(pinned: Pinned, classes: Sequence[str], path: Path) -> Watched:
    """Of the pinned images of a run whose snapshots are at that path."""
    return Watched(
        sources=[data_uri(image) for image in pinned.images],
        sharp=max(pinned.images.shape[1:3]) <= 64,
        truths=[int(label) for label in pinned.labels],
        classes=classes,
        log=SnapshotLog(path, len(pinned.images), len(classes)),
    )


def message(watched: Watched, found: Sequence[Snapshot], epochs: int) -> dict[str, Any]:
    """Images, and a frame a look: [epoch, class of each image, its probability in ‰, in words]."""
    used = set(watched.truths)
    frames = []
    for snapshot in _some(found):
        best = [row[0] for row in snapshot.classes]
        used.update(best)
        parts = [round(1000 * row[0]) for row in snapshot.probabilities]
        percents = [percent(row[0], 0) for row in snapshot.probabilities]
        frames.append([snapshot.epoch, best, parts, percents])
    return {
        "images": watched.sources,
        "sharp": watched.sharp,
        "truths": watched.truths,
        "names": {str(label): one_line(watched.classes[label]) for label in sorted(used)},
        "frames": frames,
        "epochs": epochs,
    }


def _some(found: Sequence[Snapshot]) -> list[Snapshot]:
    """So many that one can go through them, evenly, the first and the last among them."""
    count = min(len(found), _MOST_FRAMES)
    last = len(found) - 1
    return [found[round(n * last / max(count - 1, 1))] for n in range(count)]
