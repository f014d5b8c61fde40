"""The draft in one line: data set, network, parameters, epochs; what is wrong, and the way on."""

from __future__ import annotations

import streamlit as st

from core.config import RunConfig
from core.jobs.preflight import Preflight
from pages.widgets import misfit, page
from pages.widgets.text import DASH, as_is, as_lines, format_count


def show(draft: RunConfig, plan: Preflight) -> None:
    with st.container(border=True, key="draft_summary"):
        with st.grid(5, min_column_width=130, gap="small"):
            st.metric("Data set", as_is(draft.dataset.name))
            shape = " × ".join(str(n) for n in plan.input_shape) if plan.input_shape else DASH
            st.metric("Image", shape)
            st.metric("Network", as_is(draft.architecture.name))
            st.metric("Parameters", format_count(plan.parameters) if plan.layers else DASH)
            st.metric("Epochs", format_count(draft.training.epochs))
        with st.container(horizontal=True, gap="medium"):
            page.link("pages/train/lr_range.py", "Find a learning rate", ":material/troubleshoot:")
            page.link("pages/train/train.py", "Go on to training", ":material/play_circle:")
    if plan.info is not None and plan.needs_download:
        missing = f"{plan.info.title} is not on this machine yet; the Data tab gets it."
        st.warning(as_is(missing), icon=":material/warning:")
    elif plan.data_problem:
        st.warning(as_lines(str(plan.data_problem)), icon=":material/warning:")
    misfit.offer(draft, plan, "top")
    if plan.weights_problem:
        page.show_error(plan.weights_problem)
