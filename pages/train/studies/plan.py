"""What a study compares: each variant with what it changes, and how long all of it takes."""

from __future__ import annotations

from typing import Any

import streamlit as st

from core import studies
from core.config import RunConfig
from core.jobs import preflight
from core.jobs.pace import Estimate
from core.runs.drafts import new_draft_id
from core.studies import StudyConfig, StudyRecord, StudyState, Variant
from core.studies.study import MOST_VARIANTS, changes_between
from pages.session import address, pace, state, titles
from pages.widgets import page
from pages.widgets.text import as_is, format_learning_rate

_LONGEST = 60  # characters of a value in words


def show(record: StudyRecord, study: StudyConfig) -> None:
    """Variants in words; of a study not started yet, what is in the way, and ways to change it."""
    planned = record.state() is StudyState.PLANNED
    st.subheader("What is compared", anchor=False)
    base = titles.config_title(study.base)
    repeats = f"{len(study.repeats)} {study.unit}{'s' if len(study.repeats) > 1 else ''} each"
    words = f"{as_is(base)} · {study.base.training.epochs} epochs · {repeats}"
    st.caption(f"{words} · {_time(record, study)}" if planned else words)
    for place, variant in enumerate(study.variants):
        _variant(record, study, place, variant, planned)
    if planned:
        _add_draft(record, study)
        with page.guarded():
            studies.check(study)


def _variant(
    record: StudyRecord, study: StudyConfig, place: int, variant: Variant, planned: bool
) -> None:
    with st.container(
        horizontal=True, vertical_alignment="center", gap="small", key=f"variant_{place}"
    ):
        is_first = " :gray[(control)]" if place == 0 and study.size > 1 else ""
        st.markdown(
            f"**{as_is(variant.name)}**{is_first}: {_in_words(variant)}",
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


def _in_words(variant: Variant) -> str:
    if not variant.changes:
        return "as it is"
    return as_is(
        ", ".join(f"{_name(path)} {_value(value)}" for path, value in variant.changes.items())
    )


def _name(path: str) -> str:
    """ "training.batch_size" -> "batch size"."""
    return path.rpartition(".")[2].replace("_", " ") if "." in path else path


def _value(value: Any) -> str:
    if isinstance(value, dict):
        if "kind" in value and "learning_rate" in value:
            return _schedule(value)
        if "kind" in value:
            return str(value.get("name") or value["kind"])
        on = {key: item for key, item in value.items() if item and key not in ("fill",)}
        return ", ".join(_name(key) for key in on) or "none"
    if isinstance(value, float):
        return format_learning_rate(value)
    return str(value)[:_LONGEST]


def _schedule(value: dict[str, Any]) -> str:
    low, high = value["learning_rate"], value.get("max_learning_rate")
    ends = format_learning_rate(low)
    if high is not None:
        ends = f"{ends} to {format_learning_rate(high)}"
    return f"{str(value['kind']).replace('_', ' ')}, {ends}"


def _time(record: StudyRecord, study: StudyConfig) -> str:
    """ "about 12 minutes" for all of its runs, one after the other."""
    total, factor = 0.0, 1.0
    for place in range(study.size):
        config = study.config_of(place, study.repeats[0])
        found = _run_time(config)
        if found is None:
            return "how long it takes is not known"
        total += found.seconds * len(study.repeats)
        factor = max(factor, found.factor)
    return pace.run_in_words(Estimate(total, factor))


def _run_time(config: RunConfig) -> Estimate | None:
    return pace.run_time(config, preflight.inspect(config))


def _add_draft(record: StudyRecord, study: StudyConfig) -> None:
    """The draft as it is now, once it is another than the base."""
    changes = changes_between(study.base, state.current_draft())
    there = [variant.changes for variant in study.variants]
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
    new = {"name": _unlike(study, changes), "changes": changes}
    data = study.model_dump(mode="json")
    record.write_study(studies.parse_study(data | {"variants": [*data["variants"], new]}))


def _unlike(study: StudyConfig, changes: dict[str, Any]) -> str:
    """A name for it that no variant bears."""
    plain = _in_short(changes)
    taken = {variant.name for variant in study.variants}
    names = (plain, *(f"{plain} ({number})" for number in range(2, MOST_VARIANTS + 2)))
    return next(name for name in names if name not in taken)


def _in_short(changes: dict[str, Any]) -> str:
    path, value = next(iter(changes.items()))
    more = f" and {len(changes) - 1} more" if len(changes) > 1 else ""
    return f"{_name(path)} {_value(value)}"[:40].capitalize() + more


def _remove(record: StudyRecord, place: int) -> None:
    data = record.study().model_dump(mode="json")
    del data["variants"][place]
    record.write_study(studies.parse_study(data))


def _use(study: StudyConfig, place: int) -> None:
    """A draft of its own: what was drafted before stays under its own id."""
    config = study.config_of(place, study.repeats[0])
    title = f"{study.title[:60]}: {study.variants[place].name}"
    state.set_draft_id(new_draft_id())
    state.update_draft(config.model_copy(update={"title": title, "split": study.base.split}))
    address.write("draft", state.draft_id())
    st.toast("It is the draft now.", icon=":material/check:")
