"""What a study compares: each variant with what it changes, and how long all of it takes."""

from __future__ import annotations

from typing import Any

import streamlit as st

from core import studies
from core.config import RunConfig
from core.jobs import preflight
from core.jobs.pace import Estimate
from core.studies import MOST_FOLDS, MOST_SEEDS, StudyConfig, StudyRecord, StudyState, Variant
from core.studies.study import MOST_VARIANTS, changes_between, leaves_between
from pages.session import pace, state, titles
from pages.train.series import drafts
from pages.widgets import page
from pages.widgets.text import as_is, format_learning_rate

_REPEATS = "study_repeats"
_LONGEST = 60  # characters of a value in words
_MOST_FIELDS = 3  # of a network, that are told one by one


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
            f"**{as_is(variant.name)}**{is_first}: {_in_words(study, variant)}",
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


def _in_words(study: StudyConfig, variant: Variant) -> str:
    base = study.base.model_dump(mode="json")
    words = [_change(base, path, value) for path, value in variant.changes.items()]
    return as_is(", ".join(word for word in words if word) or "as it is")


def _change(base: dict[str, Any], path: str, value: Any) -> str:
    """One field in words; empty where it is what the base has."""
    before: Any = base
    for name in path.split("."):
        before = before.get(name) if isinstance(before, dict) else None
    if before == value:
        return ""
    if path == "architecture":
        return _network(before, value)
    if isinstance(value, dict) and "kind" not in value:
        return f"{_name(path)}: {_value(value)}"
    return f"{_name(path)} {_value(value)}"


def _network(before: Any, after: Any) -> str:
    """Which fields of blocks and layers are others; another network altogether by its name."""
    found = dict(leaves_between(before, after))
    if len(found) > _MOST_FIELDS:
        return f"network {after.get('name', '')}"
    return ", ".join(f"{_name(name)} {', '.join(values)}" for name, values in found.items())


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
    new = {"name": _unlike(study, changes), "changes": changes}
    data = study.model_dump(mode="json")
    record.write_asked(studies.parse_study(data | {"variants": [*data["variants"], new]}))


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
    record.write_asked(studies.parse_study(data))


def _use(study: StudyConfig, place: int) -> None:
    config = study.config_of(place, study.repeats[0])
    title = f"{study.title[:60]}: {study.variants[place].name}"
    drafts.use(config.model_copy(update={"title": title, "split": study.base.split}))
