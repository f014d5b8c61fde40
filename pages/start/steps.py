"""What can be done here, in five small pictures drawn from the shipped run."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import streamlit as st

from core.analysis.glimpse import Glimpse
from core.errors import UserError
from core.figures import vignettes
from core.figures.images import data_uri
from core.figures.network import network_drawing
from core.models.plan import plan_layers
from core.runs import Run
from pages.session import cache
from pages.widgets import page

_HIGH = 78  # pixels of a picture
_FIT = "display:block;max-width:100%;object-fit:contain;object-position:left"
# A link stands under its picture, not beside its edge.
_FLUSH = """<style>.st-key-steps [data-testid="stPageLink-NavLink"] {padding-left: 0}</style>"""
# Page, label, what is done there.
_STEPS = (
    ("pages/data/browse.py", "Browse", "Look at the images that it learns from."),
    ("pages/design/design.py", "Design", "Build the network, block by block."),
    ("pages/train/train.py", "Train", "Watch the loss fall and the accuracy rise."),
    ("pages/understand/evaluate.py", "Understand", "See what it confuses, and why."),
    ("pages/use/classify.py", "Use", "Give it a picture of your own."),
)


def steps(shown: tuple[Run, Glimpse] | None) -> None:
    """One card a step: a picture, a link, a line; no pictures where there is no such record."""
    drawn: list[tuple[str, str]] = [("", "")] * len(_STEPS)
    if shown is not None:
        with suppress(UserError):  # a part of the record is damaged
            drawn = _pictures(*shown)
    st.html(_FLUSH)
    with st.grid(len(_STEPS), min_column_width=150, gap="small", key="steps"):
        for (target, label, words), (picture, alt) in zip(_STEPS, drawn, strict=True):
            with st.container(border=True, height="stretch", gap="xsmall"):
                if picture:
                    st.html(f'<img src="{picture}" alt="{alt}" height="{_HIGH}" style="{_FIT}">')
                page.link(target, f"**{label}**")
                st.caption(words)


@st.cache_data(max_entries=2, show_spinner=False, hash_funcs={Glimpse: id})
def pictures(glimpse: Glimpse) -> list[str]:
    """The images that the network was shown, an address each."""
    return [data_uri(image) for image in glimpse.images]


@st.cache_data(max_entries=2, show_spinner=False, hash_funcs={Run: str, Glimpse: id})
def _pictures(run: Run, glimpse: Glimpse) -> list[tuple[str, str]]:
    """(address of a picture, what it shows), in the order of the steps."""
    rows = [row for row in cache.metrics_log(run).read() if row["kind"] == "epoch"]
    evaluation = cache.evaluation(run)
    unsure = min(range(len(glimpse.labels)), key=lambda i: glimpse.probabilities[i].max())
    image = glimpse.images[:, :, :, 0]
    return [
        (vignettes.pictures(image[:8], 4), "Eight handwritten digits"),
        (
            _network(run),
            "A network: three blocks, each with more and smaller maps, and two dense layers",
        ),
        (
            vignettes.curves(_values(rows, "loss"), _values(rows, "val_accuracy"), (150, _HIGH)),
            "The loss of a run falling and its accuracy rising",
        ),
        (vignettes.matrix(evaluation.confusion, _HIGH), "A confusion matrix, nearly all diagonal"),
        (
            vignettes.answer(image[unsure], glimpse.probabilities[unsure], (150, _HIGH)),
            "A digit and, beside it, how probable the network finds each class",
        ),
    ]


def _values(rows: list[dict[str, Any]], name: str) -> list[float]:
    return [row[name] for row in rows if name in row]


def _network(run: Run) -> str:
    """Drawn as Design draws it, without words."""
    data, architecture = run.dataset(), cache.run_config(run).architecture
    layers = plan_layers(architecture, data.image_shape, data.num_classes)
    return network_drawing(layers, data.image_shape, (), words=False).uri
