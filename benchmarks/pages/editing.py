"""What an edit on Design's Network tab costs the server, by how many blocks the network has.

A page's script, with keyed fields looking up their own key (tools.streamlit_server) and with
Streamlit's own way, which copies all that the session holds for each. Seconds of the processor in
turn in one process, through Streamlit's AppTest, which draws no browser.
"""

from __future__ import annotations

import os
import statistics
import tempfile
import time

from streamlit.runtime.state.session_state import SessionState
from streamlit.testing.v1 import AppTest

from benchmarks.common import emit
from core.config import BlockConfig, RunConfig
from core.recipes import find_recipe
from core.runs.drafts import save_draft
from tests.pages.opening import open_page
from tools.streamlit_server import OneByOne

PAIRS = 10
_WAYS = {"ours": property(OneByOne), "theirs": SessionState.filtered_state}


def main() -> None:
    with tempfile.TemporaryDirectory() as runs:
        os.environ["CONVSCOPE_RUNS"] = runs
        for blocks, target in ((32, 2.0), (10, 1.0)):
            _measure(blocks, target)


def _measure(blocks: int, target: float) -> None:
    save_draft("0123abcd", _draft(blocks))
    app = open_page("design", "Design", draft="0123abcd", step="Network")
    for way in _WAYS:
        _seconds(app, way, 4)
    times = [[_seconds(app, way, 5 + n) for way in _WAYS] for n in range(PAIRS)]
    ours, theirs = (statistics.median(column) for column in zip(*times, strict=True))
    ratio = statistics.median(theirs / ours for ours, theirs in times)
    emit(
        f"an edit of {blocks} blocks: all keys copied for each field / one looked up",
        ratio,
        "ratio",
        target,
        ratio >= target,
        ours_ms=round(1000 * ours),
        theirs_ms=round(1000 * theirs),
    )


def _draft(blocks: int) -> RunConfig:
    config = find_recipe("digits-quick").config
    rows = tuple(BlockConfig(filters=8, pool="none") for _ in range(blocks))
    architecture = config.architecture.model_copy(update={"blocks": rows})
    return config.model_copy(update={"architecture": architecture})


def _seconds(app: AppTest, way: str, filters: int) -> float:
    """Of the processor, for one edit of the first block."""
    SessionState.filtered_state = _WAYS[way]
    app.number_input(key="draft.architecture.blocks.0.filters").set_value(filters)
    begun = time.process_time()
    app.run()
    return time.process_time() - begun


if __name__ == "__main__":
    main()
