"""What a study compares: each variant with what it changes, and how long all of it takes."""

from __future__ import annotations

from typing import Any

import streamlit as st

from core import studies
from core.config import RunConfig
from core.jobs import preflight
from core.jobs.pace import Estimate
from core.studies import MOST_FOLDS, MOST_SEEDS, StudyConfig, StudyRecord, StudyState, Variant
from core.studies.study import MOST_VARIANTS, changes_between
from core.studies.wording import new_name, variant_in_words
from pages.session import pace, state, titles
from pages.train.series import drafts
from pages.widgets import page
from pages.widgets.text import as_is

_REPEATS = "study_repeats"


def show(record: StudyRecord, study: StudyConfig) -> None:
    """Variants in words; of a study not started yet, what is in the way, and ways to change it."""
    planned = record.state() is StudyState.PLANNED
    st.subheader("What is compared", anchor=False)
    st.caption(_base_in_words(record, study, planned))
    with st.container(border=True, gap="xsmall"):
        for place, variant in enumerate(study.variants):
            _variant(record, study, place, variant, planned)
    if planned:
        _add_draft(record, study)
        with page.guarded():
            studies.check(study)


def _base_in_words(record: StudyRecord, study: StudyConfig, planned: bool) -> str:
    """ "Digits in half a minute · 8 epochs · 3 seeds each · about 2 minutes"."""
    words = [as_is(titles.config_title(study.base))]
    epochs = {study.config_of(place, study.repeats[0]).training.epochs for place in _places(study)}
    if len(epochs) == 1:
        words.append(f"{epochs.pop()} epochs")
    repeats = len(study.repeats)
    words.append(f"{repeats} {study.unit}{'s' if repeats > 1 else ''} each")
    if planned:
        words.append(_time(record, study))
    return " · ".join(words)


def _places(study: StudyConfig) -> range:
    return range(study.size)


def _variant(
    record: StudyRecord, study: StudyConfig, place: int, variant: Variant, planned: bool
) -> None:
    with st.container(
        horizontal=True, vertical_alignment="center", gap="small", key=f"variant_{place}"
    ):
        is_first = " :gray[(control)]" if place == 0 and study.size > 1 else ""
        st.markdown(
            f"**{as_is(variant.name)}**{is_first}: {as_is(variant_in_words(study, variant))}",
            width="stretch",
        )
        if planned and study.size > 1:
            st.button(
                "Remove",
                icon=":material/remove:",
                type="tertiary",
                key=f"remove_variant_{place}",
                on_click=page.attempt,
                args=(_remove, record, place),
            )
        st.button(
            "To the draft",
            icon=":material/tune:",
            type="tertiary",
            key=f"use_variant_{place}",
            help="Makes a draft of this variant, to be changed or trained by itself.",
            on_click=page.attempt,
            args=(_use, study, place),
        )


def _time(record: StudyRecord, study: StudyConfig) -> str:
    """ "about 12 minutes" for all of its runs, one after the other."""
    total, factor = 0.0, 1.0
    for place in _places(study):
        config = study.config_of(place, study.repeats[0])
        found = _run_time(config)
        if found is None:
            return "how long it takes is not known"
        total += found.seconds * len(study.repeats)
        factor = max(factor, found.factor)
    return pace.run_in_words(Estimate(total, factor))


def _run_time(config: RunConfig) -> Estimate | None:
    return pace.run_time(config, preflight.inspect(config))


def _repeats(record: StudyRecord, study: StudyConfig) -> None:
    folds = study.folds
    state.show_in_widget(_REPEATS, folds or len(study.seeds))
    st.number_input(
        "Folds" if folds else "Seeds",
        2 if folds else 1,
        MOST_FOLDS if folds else MOST_SEEDS,
        key=_REPEATS,
        width=130,
        help="How often each variant is trained. An interval needs two; three or more are better."
        if not folds
        else "Into how many parts the training images are divided.",
        on_change=page.attempt,
        args=(_set_repeats, record),
    )


def _set_repeats(record: StudyRecord) -> None:
    study, count = record.study(), int(state.widget_value(_REPEATS))
    if study.folds:
        record.write_asked(study.model_copy(update={"folds": count}))
    else:
        record.write_asked(study.with_seeds(range(count)))


def _add_draft(record: StudyRecord, study: StudyConfig) -> None:
    """How often, and the draft as it is now, once it is another than the base."""
    changes = changes_between(study.base, state.current_draft())
    there = [variant.changes for variant in study.variants]
    _repeats(record, study)
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.button(
            "Add the draft as a variant",
            icon=":material/add:",
            key="add_variant",
            disabled=not changes or changes in there or study.size >= MOST_VARIANTS,
            help="Change one thing of the draft on Design, then come back and add it here.",
            on_click=page.attempt,
            args=(_add, record, changes),
        )
        page.link("pages/design/design.py", "Change the draft", icon=":material/tune:")


def _add(record: StudyRecord, changes: dict[str, Any]) -> None:
    study = record.study()
    new = Variant(name=new_name(study, changes), changes=changes)
    record.write_asked(study.with_variants([*study.variants, new]))


def _remove(record: StudyRecord, place: int) -> None:
    study = record.study()
    record.write_asked(study.with_variants([*study.variants[:place], *study.variants[place + 1 :]]))


def _use(study: StudyConfig, place: int) -> None:
    config = study.config_of(place, study.repeats[0])
    title = f"{study.title[:60]}: {study.variants[place].name}"
    drafts.use(config.model_copy(update={"title": title, "split": study.base.split}))
