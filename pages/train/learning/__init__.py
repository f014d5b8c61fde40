"""Ten images that the network never trains on, and what it takes them for as it learns.

One small component (learning.js): it gets all of the run's looks at them, follows the newest, and
lets one go back without asking the server. Knows nothing of how they were made.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import streamlit as st
from plotly.io.json import to_json_plotly

from core.errors import UserError
from core.figures.images import data_uri
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
    # By name, as in pages/session/cache.py: this is asked at each look of a live page.
    message = _message(
        path=str(run.path),
        revision=f"{version(run.snapshots_path)} {version(run.pinned_path)}",
        epochs=status.epochs,
        alive=status.state.alive,
    )
    if message is not None:
        _MOUNT(key=f"learning_{run.id}", data=message)


@st.cache_resource(max_entries=32, show_spinner=False)
def _message(path: str, revision: str, epochs: int, alive: bool) -> bytes | None:
    """What the browser gets, as JSON: built once a revision, for all sessions."""
    run = Run(Path(path))
    opened = _opened(path=path, pinned=version(run.pinned_path))
    if opened is None:
        return None
    pinned, classes, log = opened
    found = log.read()
    if not found:
        return None
    return to_json_plotly(message(pinned, classes, found, epochs, alive=alive)).encode()


@st.cache_resource(max_entries=32, show_spinner=False)
def _opened(path: str, pinned: str) -> tuple[Pinned, tuple[str, ...], SnapshotLog] | None:
    """The images, the names of the classes, and the one reader; None where they don't hold."""
    run = Run(Path(path))
    try:
        classes = run.dataset().classes
    except UserError:
        return None
    found = read_pinned(run.pinned_path, len(classes))
    if found is None:
        return None
    return found, classes, SnapshotLog(run.snapshots_path, len(found.images), len(classes))


def message(
    pinned: Pinned,
    classes: Sequence[str],
    found: Sequence[Snapshot],
    epochs: int,
    *,
    alive: bool,
) -> dict[str, Any]:
    """Images once, and a frame a look: [epoch, class of each image, its probability in ‰]."""
    used = {int(label) for label in pinned.labels}
    frames = []
    for snapshot in _some(found):
        best = [row[0] for row in snapshot.classes]
        used.update(best)
        parts = [round(1000 * row[0]) for row in snapshot.probabilities]
        frames.append([round(snapshot.epoch, 2), best, parts])
    return {
        "images": [data_uri(image) for image in pinned.images],
        "sharp": max(pinned.images.shape[1:3]) <= 64,
        "truths": [int(label) for label in pinned.labels],
        "names": {str(label): one_line(classes[label]) for label in sorted(used)},
        "frames": frames,
        "epochs": epochs,
        "alive": alive,
    }


def _some(found: Sequence[Snapshot]) -> list[Snapshot]:
    """So many that one can go through them, evenly, the first and the last among them."""
    count = min(len(found), _MOST_FRAMES)
    last = len(found) - 1
    return [found[round(n * last / max(count - 1, 1))] for n in range(count)]
