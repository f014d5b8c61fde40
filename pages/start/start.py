"""Start: the device, the data sets, the last runs, and one button that does it all."""

from __future__ import annotations

from typing import Literal

import streamlit as st

from core.data.catalog import folder_problem, list_datasets
from core.jobs import launch, preflight
from core.machine import describe_device
from core.reading import is_file
from core.recipes import find_recipe
from core.runs import Run, State, UnreadableRun
from pages.session import address, cache, run_list, state
from pages.widgets import datasets, page
from pages.widgets.run_delete import delete_button
from pages.widgets.text import DASH, as_is, as_lines, format_count, format_percent, format_when

_LAST_RUNS = 8
_UNREADABLE_SHOWN = 20
_TRAIN = "pages/train/train.py"
_COLOURS: dict[State, Literal["blue", "gray", "green", "orange", "red"]] = {
    State.RUNNING: "blue",
    State.QUEUED: "gray",
    State.PAUSED: "orange",
    State.FINISHED: "green",
    State.STOPPED: "orange",
    State.FAILED: "red",
    State.CRASHED: "red",
}
# On a phone a run takes two lines of three, and the headings would name nothing.
_PHONE = """<style>@media (max-width: 640px) {
.st-key-last_runs_head {display: none}
.st-key-last_runs [data-testid="stColumn"] {flex: 1 1 28%; min-width: 28%; width: auto}
}</style>"""
_COLUMNS = (1.4, 2.2, 1.8, 1.3, 1.4, 1.1)


def main() -> None:
    if state.take_next_page() == _TRAIN:
        st.switch_page(_TRAIN, query_params=address.parameters())
    page.header(
        "ConvScope",
        "Train a convolutional network on images, watch it learn, and see what it has learned.",
    )
    left, right = st.columns([3, 2], gap="medium")
    with left, st.container(border=True, height="stretch"):
        _first_run()
    with right, st.container(border=True, height="stretch"):
        _device()
    with page.guarded():
        _last_runs()
        _unreadable_runs()
    with page.guarded():
        _data_sets()


def _first_run() -> None:
    st.subheader("See the whole road in a minute", anchor=False)
    st.markdown(
        "One click trains a small network on 1,797 handwritten digits. You watch its loss fall "
        "and its accuracy rise, then read its mistakes and let it classify a picture of yours."
    )
    st.button(
        "Train on digits now",
        type="primary",
        icon=":material/play_arrow:",
        key="train_digits",
        on_click=page.attempt,
        args=(_train_digits,),
    )
    with page.guarded():
        if run_list.at_work() is not None:
            st.caption("A run is at work now. A new one waits until the device is free.")
    with st.container(horizontal=True, gap="medium"):
        page.link("pages/data/browse.py", "Look at the images", ":material/photo_library:")
        page.link("pages/design/design.py", "Design your own run", ":material/tune:")


def _train_digits() -> None:
    """Asked in a callback, so that what interrupts the drawing of the page cannot lose it."""
    config = find_recipe("digits-quick").config
    preflight.check(config)
    run = launch.start(config)
    run_list.select(run.id)
    state.set_next_page(_TRAIN)


def _device() -> None:
    device = describe_device()
    st.subheader("Your device", anchor=False)
    kind = "Processor" if device.kind == "cpu" else "Graphics card"
    st.markdown(f"**{kind}**: {as_is(device.name)}")
    st.markdown(f"**Precision**: {_PRECISIONS.get(device.precision, as_is(device.precision))}")
    st.caption(f"Chosen because {as_is(device.reason)}. The Design page can change it.")
    if device.note:
        st.info(as_is(device.note), icon=":material/info:")


_PRECISIONS = {
    "float32": "32-bit floating point",
    "mixed_bfloat16": "mixed, 16-bit bfloat with 32-bit weights",
    "mixed_float16": "mixed, 16-bit floating point with 32-bit weights",
}


def _last_runs() -> None:
    st.subheader("Last runs", anchor=False)
    found = run_list.runs(job=None)
    if not found:
        st.caption("None yet. The button above makes the first.")
        return
    st.html(_PHONE)
    with st.container(border=True, key="last_runs", gap="xsmall"):
        titles = ("When", "Data set", "Network", "State", "Test accuracy", "")
        with st.container(key="last_runs_head"):
            for place, title in zip(st.columns(_COLUMNS), titles, strict=True):
                place.caption(title)
        for run in found[:_LAST_RUNS]:
            _row(run)
    if len(found) > _LAST_RUNS:
        st.caption(f"The newest {_LAST_RUNS} of {format_count(len(found))} runs.")


def _row(run: Run) -> None:
    config = cache.run_config(run)
    status = run.status()
    when, data, network, condition, accuracy, open_it = st.columns(
        _COLUMNS, vertical_alignment="center"
    )
    when.markdown(format_when(status.created))
    data.markdown(as_is(config.dataset.name))
    network.markdown(as_is(config.architecture.name))
    condition.badge(str(status.state), color=_COLOURS[status.state])
    if config.job == "range-test":
        accuracy.markdown("range test")
        opened = "pages/train/lr_range.py"
    else:
        result = status.training_result
        accuracy.markdown(format_percent(result.test_accuracy if result else None))
        opened = (
            "pages/understand/evaluate.py"
            if is_file(run.predictions_path)
            else "pages/train/train.py"
        )
    with open_it:
        query = {**address.parameters(), "run": run.id}
        st.page_link(opened, label="Open", icon=":material/arrow_forward:", query_params=query)


def _unreadable_runs() -> None:
    """Records that no page can show: named, with the reason, and a way to be rid of them."""
    found = run_list.unreadable()
    if not found:
        return
    count = "1 record" if len(found) == 1 else f"{format_count(len(found))} records"
    with st.expander(f"{count} cannot be read", icon=":material/unknown_document:"):
        for item in found[:_UNREADABLE_SHOWN]:
            _unreadable_row(item)
        if len(found) > _UNREADABLE_SHOWN:
            st.caption(f"The newest {_UNREADABLE_SHOWN} of {format_count(len(found))}.")


def _unreadable_row(item: UnreadableRun) -> None:
    words, buttons = st.columns([6, 1], vertical_alignment="center")
    words.markdown(f":gray[**{as_is(item.run.id)}**]  \n:gray[:small[{as_lines(item.reason)}]]")
    with buttons:
        if item.run.status().state.alive:
            # It goes on though its configuration was damaged, and no page can show it.
            st.button(
                "Stop",
                key=f"stop_{item.run.id}",
                on_click=page.attempt,
                args=(launch.request_stop, item.run),
            )
        else:
            delete_button(item.run)


def _data_sets() -> None:
    st.subheader("Data sets", anchor=False)
    problem = folder_problem()
    if problem:
        page.show_error(problem)
    with st.grid(min_column_width=260):
        for info in list_datasets():
            with st.container(border=True, height="stretch", gap="xsmall"):
                st.markdown(f"**{as_is(info.title)}**")
                st.markdown(datasets.badge(info))
                classes = DASH if info.num_classes is None else f"{info.num_classes:,}"
                st.caption(
                    f"{datasets.images_in_all(info)} images · {classes} classes · "
                    f"{datasets.shape_words(info.image_shape)}"
                )


main()
