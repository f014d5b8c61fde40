"""The draft in one line: data set, network, parameters, epochs; what is wrong, and the way on."""

from __future__ import annotations

from dataclasses import dataclass, field

import streamlit as st

from core.config import ConfigError, RunConfig
from core.data.catalog import find_dataset
from core.data.errors import DatasetError
from core.models.plan import (
    LayerPlan,
    plan_layers,
    smallest_side,
    total_multiply_adds,
    total_parameters,
    total_trainable,
)
from pages.components import datasets, layout
from pages.components.fields import edit


@dataclass(frozen=True)
class Plan:
    """The draft's network on the draft's images, or why there is none."""

    shape: tuple[int, int, int] | None = None  # (H, W, C); None where the images are not known
    classes: int = 0
    layers: list[LayerPlan] = field(default_factory=list)
    data_problem: str = ""
    problem: str = ""  # why the network does not fit

    @property
    def parameters(self) -> int:
        return total_parameters(self.layers)

    @property
    def trainable(self) -> int:
        return total_trainable(self.layers)

    @property
    def multiply_adds(self) -> int:
        return total_multiply_adds(self.layers)


def plan_of(draft: RunConfig) -> Plan:
    """Work the draft's network out on its images."""
    try:
        found = datasets.input_of(draft.dataset)
    except DatasetError as error:
        return Plan(data_problem=str(error))
    if found is None:
        title = find_dataset(draft.dataset.name).title
        return Plan(data_problem=f"{title} is not on this machine yet; the Data tab gets it.")
    shape, classes = found
    try:
        return Plan(shape, classes, plan_layers(draft.architecture, shape, classes))
    except ConfigError as error:
        return Plan(shape, classes, problem=str(error))


def show(draft: RunConfig, plan: Plan) -> None:
    with st.container(border=True, key="draft_summary"):
        with st.grid(5, min_column_width=130, gap="small"):
            st.metric("Data set", draft.dataset.name)
            shape = " × ".join(str(n) for n in plan.shape) if plan.shape else layout.DASH
            st.metric("Image", shape)
            st.metric("Network", draft.architecture.name)
            st.metric("Parameters", layout.count(plan.parameters) if plan.layers else layout.DASH)
            st.metric("Epochs", layout.count(draft.training.epochs))
        with st.container(horizontal=True, gap="medium"):
            layout.link("pages/range_test.py", "Find a learning rate", ":material/troubleshoot:")
            layout.link("pages/train.py", "Go on to training", ":material/play_circle:")
    if plan.data_problem:
        st.warning(plan.data_problem, icon=":material/warning:")
    if plan.problem:
        misfit(draft, plan, "top")


def misfit(draft: RunConfig, plan: Plan, place: str) -> None:
    """The network refuses the images: why, and one click that mends it."""
    st.error(f"This network cannot take these images. {plan.problem}", icon=":material/error:")
    side = smallest_side(draft.architecture)
    if plan.shape and min(plan.shape[:2]) < side:
        st.button(
            f"Resize images to {side}×{side}",
            icon=":material/aspect_ratio:",
            key=f"resize_{place}",
            on_click=edit,
            args=({"dataset.image_size": [side, side]},),
        )
    elif draft.architecture.head == "sigmoid":
        st.button(
            "Use the softmax head",
            icon=":material/build:",
            key=f"use_softmax_{place}",
            on_click=edit,
            args=({"architecture.head": "softmax"},),
        )
