"""Start: the device, the data sets, the last runs, and one button that does it all."""

from __future__ import annotations

from typing import Literal

import streamlit as st

from core.config import ConfigError
from core.data.catalog import list_datasets
from core.recipes import find_recipe
from core.runs import Run, State
from core.training import jobs
from core.training.devices import describe_device
from pages.components import cache, datasets, layout, state
from pages.components.sidebar import at_work

_LAST_RUNS = 8
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
    layout.header(
        "ConvScope",
        "Train a convolutional network on images, watch it learn, and see what it has learned.",
    )
    left, right = st.columns([3, 2], gap="medium")
    with left, st.container(border=True, height="stretch"):
        _first_run()
    with right, st.container(border=True, height="stretch"):
        _device()
    _last_runs()
    _data_sets()


def _first_run() -> None:
    st.subheader("See the whole road in a minute", anchor=False)
    st.markdown(
        "One click trains a small network on 1,797 handwritten digits. You watch its loss fall "
        "and its accuracy rise, then read its mistakes and let it classify a picture of yours."
    )
    if st.button(
        "Train on digits now", type="primary", icon=":material/play_arrow:", key="train_digits"
    ):
        run = jobs.launch(find_recipe("digits-quick").config)
        state.select_run(run.id)
        st.switch_page("pages/train.py", query_params=state.address())
    if at_work() is not None:
        st.caption("A run is at work now. A new one waits until the device is free.")
    with st.container(horizontal=True, gap="medium"):
        layout.link("pages/browse.py", "Look at the images", ":material/photo_library:")
        layout.link("pages/design.py", "Design your own run", ":material/tune:")


def _device() -> None:
    device = describe_device()
    st.subheader("Your device", anchor=False)
    kind = "Processor" if device.kind == "cpu" else "Graphics card"
    st.markdown(f"**{kind}**: {device.name}")
    st.markdown(f"**Precision**: {_PRECISIONS.get(device.precision, device.precision)}")
    st.caption(f"Chosen because {device.reason}. The Design page can change it.")
    if device.note:
        st.info(device.note, icon=":material/info:")


_PRECISIONS = {
    "float32": "32-bit floating point",
    "mixed_bfloat16": "mixed, 16-bit bfloat with 32-bit weights",
    "mixed_float16": "mixed, 16-bit floating point with 32-bit weights",
}


def _last_runs() -> None:
    st.subheader("Last runs", anchor=False)
    found = state.runs(job=None)
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
        st.caption(f"The newest {_LAST_RUNS} of {layout.count(len(found))} runs.")


def _row(run: Run) -> None:
    try:
        config = cache.run_config(run)
    except ConfigError as error:
        st.caption(f"{run.id}: {error}")
        return
    status = run.status()
    when, data, network, condition, accuracy, open_it = st.columns(
        _COLUMNS, vertical_alignment="center"
    )
    when.markdown(layout.when(status.created))
    data.markdown(config.dataset.name)
    network.markdown(config.architecture.name)
    condition.badge(str(status.state), color=_COLOURS[status.state])
    if config.job == "range-test":
        accuracy.markdown("range test")
        page = "pages/range_test.py"
    else:
        accuracy.markdown(layout.percent(status.result.get("test_accuracy")))
        page = "pages/evaluate.py" if run.predictions_path.is_file() else "pages/train.py"
    with open_it:
        address = {**state.address(), "run": run.id}
        st.page_link(page, label="Open", icon=":material/arrow_forward:", query_params=address)


def _data_sets() -> None:
    st.subheader("Data sets", anchor=False)
    with st.grid(min_column_width=260):
        for info in list_datasets():
            with st.container(border=True, height="stretch", gap="xsmall"):
                st.markdown(f"**{info.title}**")
                st.markdown(datasets.badge(info))
                classes = layout.DASH if info.class_count is None else f"{info.class_count:,}"
                st.caption(
                    f"{datasets.images_in_all(info)} images · {classes} classes · "
                    f"{datasets.shape_words(info.image_shape)}"
                )


main()
