"""Evaluate: how well a run does on the test images, class by class. Needs no TensorFlow."""

from __future__ import annotations

import streamlit as st
from streamlit.elements.lib.column_types import ColumnConfig

from core.analysis.evaluation import Evaluation, most_confused
from core.figures.confusion import confusion_figure
from core.figures.labels import MOST, shortened
from core.runs import Run
from pages.session import address, cache, run_list
from pages.widgets import page
from pages.widgets.head import head
from pages.widgets.text import as_is, format_count, format_percent

_MISTAKES = "pages/understand/mistakes.py"


def main() -> None:
    run = head(
        "Evaluate",
        "How well a trained network does on images it has never seen.",
        runs=lambda: run_list.runs("train", with_predictions=True),
    )
    if run is None:
        page.empty_state(
            "There is no trained network yet. Train one first; its test results appear here.",
            "pages/train/train.py",
            "Go to Train",
        )
        return
    found = cache.evaluation(run)
    cards(run, found)
    left, right = st.columns([2, 1], gap="medium")
    with left:
        confusion(run, found)
    with right:
        pairs(found)
    per_class(found)


def cards(run: Run, found: Evaluation) -> None:
    with st.container(horizontal=True):
        st.metric("Test accuracy", format_percent(found.test_accuracy, 2), border=True)
        st.metric("Test loss", f"{found.test_loss:.4f}", border=True)
        st.metric("Test images", format_count(len(found.labels)), border=True)
        st.metric("Mistakes", format_count(found.num_mistakes), border=True)
    if cache.run_config(run).validates_on_test:
        st.warning(
            "This run watched the test images while it trained, as its recipe asks, so these "
            "numbers flatter it.",
            icon=":material/warning:",
        )


def confusion(run: Run, found: Evaluation) -> None:
    """The matrix; a click on a cell opens Mistakes filtered to it."""
    with st.container(
        horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"
    ):
        st.subheader("Confusion matrix", anchor=False)
        shown = st.segmented_control(
            "Show",
            ["Counts", "Normalized"],
            default="Counts",
            required=True,
            label_visibility="collapsed",
            key="confusion_shown",
            persist_state="session",
        )
    figure = confusion_figure(
        found.confusion,
        found.classes,
        shown == "Normalized",
        dark=st.context.theme.type == "dark",
    )
    event = st.plotly_chart(
        figure,
        key=f"confusion_{run.id}",
        on_select="rerun",
        selection_mode="points",
        config={"displayModeBar": False},
    )
    st.caption("Rows are the true class, columns what the network said. Click a cell to see it.")
    points = event.selection.points
    if points and "customdata" in points[0]:
        true, predicted = points[0]["customdata"]
        st.switch_page(_MISTAKES, query_params=cell(found, int(true), int(predicted)))


def cell(found: Evaluation, true: int, predicted: int) -> dict[str, str]:
    """The address of Mistakes filtered to one cell; the diagonal has no mistakes, so its row."""
    chosen = {"true": found.classes[true]}
    if true != predicted:
        chosen["predicted"] = found.classes[predicted]
    return {**address.parameters(), **chosen}


def pairs(found: Evaluation) -> None:
    """The commonest confusions, each a link to its images."""
    st.subheader("Most confused", anchor=False)
    confused = most_confused(found, 8)
    if not confused:
        st.success("No test image was misclassified.", icon=":material/celebration:")
    for true, predicted, count in confused:
        of = found.per_class[true].support
        st.page_link(
            _MISTAKES,
            label=f"**{short(found.classes[true])}** taken for "
            f"**{short(found.classes[predicted])}** "
            f"&ensp; :gray[{count} of {of}]",
            icon=":material/swap_horiz:",
            query_params=cell(found, true, predicted),
        )


def short(name: str) -> str:
    """A name that leaves room for another in a line; the figure has it in full."""
    return as_is(shortened(name, MOST))


def per_class(found: Evaluation) -> None:
    st.subheader("Each class", anchor=False)
    st.dataframe(
        {
            "Class": [item.name for item in found.per_class],
            "Precision": [item.precision for item in found.per_class],
            "Recall": [item.recall for item in found.per_class],
            "F1": [item.f1 for item in found.per_class],
            "Images": [item.support for item in found.per_class],
        },
        column_config={
            "Precision": score("Of the images called this class, how many are."),
            "Recall": score("Of this class's images, how many were found."),
            "F1": score("The harmonic mean of precision and recall."),
        },
        hide_index=True,
        height="content" if len(found.classes) <= 20 else 500,
    )


def score(help: str) -> ColumnConfig:
    """A column of bars from 0 to 100 %."""
    return st.column_config.ProgressColumn(
        help=help, format="percent", min_value=0.0, max_value=1.0
    )


main()
