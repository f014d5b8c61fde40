"""Evaluate: how well a run does on the test images, class by class. Needs no TensorFlow."""

from __future__ import annotations

import streamlit as st
from streamlit.elements.lib.column_types import ColumnConfig

from core.analysis.evaluation import Evaluation, most_confused
from core.figures.labels import shortened
from core.reading import one_line
from core.runs import Run
from pages.session import address, cache
from pages.understand.matrix import confusion_matrix
from pages.widgets.frame.opened import open_evaluated
from pages.widgets.text import as_is, format_count, format_loss, format_percent

_PAIRS = 7  # that many stand beside the matrix
_PAIR = 22  # characters of the two names of a pair
_MISTAKES = "pages/understand/mistakes.py"


def main() -> None:
    run = open_evaluated(
        "Evaluate",
        "How well a trained network does on images it has never seen. Click a cell of the matrix, "
        "or press Enter on it, to see its images.",
        "There is no trained network yet. Train one first; its test results appear here.",
    )
    if run is None:
        return
    found = cache.evaluation(run)
    left, right = st.columns([13, 7], gap="medium")
    with left:
        confusion(run, found)
    with right:
        numbers(run, found)
        pairs(found)
    per_class(found)


def numbers(run: Run, found: Evaluation) -> None:
    with st.grid(min_column_width=120, gap="small"):
        st.metric(
            "Test accuracy",
            format_percent(found.test_accuracy, 2),
            border=True,
            help=_several_looks(run),
        )
        st.metric(
            "Test loss",
            format_loss(found.test_loss),
            border=True,
            help="Cross-entropy of the true class: 0 where the network is sure and right.",
        )
        st.metric("Test images", format_count(len(found.labels)), border=True)
        st.metric("Mistakes", format_count(found.num_mistakes), border=True)
    config = cache.run_config(run)
    if config.validates_on_test and config.chooses_by_validation:
        st.warning(
            "This run watched the test images while it trained, as its recipe asks, so these "
            "numbers flatter it.",
            icon=":material/warning:",
        )
    elif config.validates_on_test:
        st.info(
            "This run watched the test images while it trained, and nothing of it hung on them: it "
            "has the last weights.",
            icon=":material/info:",
        )


def _several_looks(run: Run) -> str | None:
    """What one look comes to, where test images were looked at from several sides."""
    outcome = run.status().outcome
    if outcome is None or outcome.one_view_accuracy is None:
        return None
    return (
        "Images of which it was not sure were looked at from several sides. At one look "
        f"{format_percent(outcome.one_view_accuracy, 2)} are right."
    )


def confusion(run: Run, found: Evaluation) -> None:
    """The matrix; a cell that is opened leads to its images."""
    opened = confusion_matrix(found.confusion, found.classes, f"confusion_{run.id}")
    if opened is not None:
        st.switch_page(_MISTAKES, query_params=cell(found, *opened))


def cell(found: Evaluation, true: int, predicted: int) -> dict[str, str]:
    """The address of Mistakes filtered to one cell; on the diagonal are those it got right."""
    chosen = {"true": found.classes[true], "predicted": found.classes[predicted]}
    if true == predicted:
        chosen["show"] = "correct"
    return {**address.parameters(), **chosen}


def pairs(found: Evaluation) -> None:
    """The commonest confusions, each a link to its images."""
    st.markdown("**Most confused**")
    confused = most_confused(found, _PAIRS)
    if not confused:
        st.success("No test image was misclassified.", icon=":material/celebration:")
    for true, predicted, count in confused:
        of = found.per_class[true].support
        one, other = short(found.classes[true], found.classes[predicted])
        st.page_link(
            _MISTAKES,
            label=f"**{one}** taken for **{other}** &ensp; :gray[{count:,} of {of:,}]",
            icon=":material/swap_horiz:",
            query_params=cell(found, true, predicted),
        )


def short(*pair: str) -> tuple[str, str]:
    """Two names that fit one line; the matrix beside it has them in full."""
    one, other = (one_line(name) for name in pair)
    room = [max(_PAIR // 2, _PAIR - len(name)) for name in (other, one)]
    return as_is(shortened(one, room[0])), as_is(shortened(other, room[1]))


def per_class(found: Evaluation) -> None:
    st.subheader("Each class", anchor=False)
    st.dataframe(
        {
            "Class": [item.name for item in found.per_class],
            "Precision": [100.0 * item.precision for item in found.per_class],
            "Recall": [100.0 * item.recall for item in found.per_class],
            "F1": [100.0 * item.f1 for item in found.per_class],
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
    """A column of bars from 0 to 100 %, as many digits in each row."""
    return st.column_config.ProgressColumn(
        help=help, format="%.1f %%", min_value=0.0, max_value=100.0
    )


main()
