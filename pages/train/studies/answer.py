"""What a study came to: the sentence, the numbers, the charts. Knows nothing of how it is run."""

from __future__ import annotations

from functools import partial

import streamlit as st

from core.analysis.comparison import Difference, summary
from core.figures import studies as figures
from core.runs import Run
from core.studies import Findings, StudyConfig, StudyRecord, findings
from pages.session import cache
from pages.widgets.live_charts import Chart, live_charts
from pages.widgets.text import DASH, as_is, format_duration, format_percent

_HEIGHT = 250  # pixels, so that two variants' curves end above the fold
_TEST = "Test accuracy is for the report: nothing was chosen by it."
# On a phone the table is wider than the page: it scrolls by itself.
_STYLE = """<style>.st-key-study_numbers [data-testid="stMarkdownContainer"] {overflow-x: auto}
.st-key-study_numbers td, .st-key-study_numbers th {white-space: nowrap}</style>"""
_ON_TEST = (
    ":material/warning: These runs validate on the test images, as their recipe asks, so the "
    "comparison is one on test data: read it with care."
)


def read(record: StudyRecord, study: StudyConfig) -> Findings:
    """What its runs came to so far; of each run only what is new is read."""
    return findings(record, study, _rows)


def _rows(run: Run) -> list[dict]:
    return cache.metrics_log(run).read()


def show(record: StudyRecord, study: StudyConfig, found: Findings) -> None:
    """The answer first, then what it rests on; nothing before there is a number."""
    if not any(variant.validation.values for variant in found.variants):
        if any(variant.epochs for variant in found.variants):
            _curves(record, found)
        return
    with st.container(border=True, gap="xsmall", key="study_answer"):
        for line in found.sentences:
            st.markdown(f"**{as_is(line)}**" if study.size <= 2 else as_is(line))
    if study.base.validates_on_test and study.folds is None:
        st.caption(_ON_TEST)
    st.html(_STYLE)
    with st.container(key="study_numbers"):
        st.markdown(_table(found), width="stretch")
    st.caption(f"Mean ± standard deviation of the runs. {_TEST}")
    _curves(record, found)


def _table(found: Findings) -> str:
    """As Markdown: a row a variant."""
    head = ("Variant", "Runs", "Validation accuracy", "Difference", "Test accuracy", "Time a run")
    rows = [head, ("---", "---:", "---:", "---:", "---:", "---:")]
    by_name = {difference.name: difference for difference in found.validation}
    for variant in found.variants:
        kept, tested = variant.validation, variant.test
        seconds = variant.seconds
        rows.append(
            (
                f"**{as_is(variant.name)}**",
                f"{len(kept.values)}",
                _spread(kept.values, summary(kept)),
                _difference(by_name.get(variant.name)),
                _spread(tested.values, summary(tested)),
                format_duration(sum(seconds) / len(seconds)) if seconds else DASH,
            )
        )
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def _spread(values: tuple[float, ...], found: tuple[float, float]) -> str:
    """ "81.20 ± 0.31 %"."""
    if not values:
        return DASH
    mean, deviation = found
    if len(values) == 1:
        return format_percent(mean, 2)
    return f"{100 * mean:.2f} ± {100 * deviation:.2f} %"


def _difference(difference: Difference | None) -> str:
    """ "+9.81 (9.12 to 10.50)", in points."""
    if difference is None:
        return DASH
    points = f"{100 * difference.mean:+.2f}".replace("-", "−")
    if not difference.bounded:
        return points
    ends = f"{100 * difference.low:.2f} to {100 * difference.high:.2f}".replace("-", "−")
    return f"{points} ({ends})"


def _curves(record: StudyRecord, found: Findings) -> None:
    accuracy = [(variant.name, variant.accuracy) for variant in found.variants]
    loss = [(variant.name, variant.loss) for variant in found.variants]
    charts = [
        Chart(
            "Validation accuracy over epochs",
            partial(figures.study_curves, accuracy, measure_title="Validation accuracy"),
            _HEIGHT,
            titled=True,
        ),
        Chart(
            "Validation loss over epochs",
            partial(figures.study_curves, loss, measure_title="Validation loss", percent=False),
            _HEIGHT,
            titled=True,
        ),
    ]
    if found.validation:
        charts += [
            Chart(
                "Difference to the control, with its interval",
                partial(
                    figures.study_differences, found.validation, measure_title="validation accuracy"
                ),
                130 + 44 * len(found.validation),
                titled=True,
            ),
            Chart(
                "The runs",
                partial(
                    figures.study_values,
                    [variant.validation for variant in found.variants],
                    measure_title="Validation accuracy",
                ),
                130 + 44 * len(found.validation),
                titled=True,
            ),
        ]
    revision = (found.done, sum(variant.epochs for variant in found.variants))
    live_charts(charts, f"study_{record.id}_{len(charts)}", revision)
