"""The draft in one line, how long it would take here, what is wrong with it, and the way on."""

from __future__ import annotations

import streamlit as st

from core.config import AugmentationConfig, RunConfig
from core.jobs.pace import run_time
from core.jobs.preflight import Preflight
from pages.session import networks, pace
from pages.session.titles import dataset_title, learning_rates, network_title
from pages.widgets import datasets, misfit, page
from pages.widgets.text import as_is, as_lines, format_count

_DRAFT = (
    "The **draft** is the next run as you have designed it so far. Each change is kept at once, "
    "and nothing is trained before you start it."
)
_SCHEDULES = {
    "constant": "",
    "inverse_time": ", falling",
    "step": ", in steps",
    "exponential": ", exponential",
    "polynomial": ", polynomial",
    "cosine": ", cosine",
    "one_cycle": ", one cycle",
    "cyclical": ", cyclical",
    "trapezoid": ", trapezoid",
    "plateau": ", lower on plateaus",
}
_CHANGES = {
    "horizontal_flip": "flips",
    "vertical_flip": "flips",
    "width_shift": "shifts",
    "height_shift": "shifts",
    "crop_padding": "shifts",
    "rotation": "rotations",
    "shear": "shear",
    "zoom": "zooms",
    "brightness": "brightness",
    "contrast": "contrast",
    "erasing": "erasing",
    "mixup": "mixup",
    "cutmix": "CutMix",
}


def show(draft: RunConfig, plan: Preflight, *, costs: bool = True) -> None:
    """Draw it.

    Args:
        costs: whether to say what the page does not say below, parameters and time.
    """
    words, way_on = st.columns([7, 2], vertical_alignment="center", gap="small")
    with words, st.container(key="draft_summary"):
        st.markdown(" · ".join(_words(draft, plan, costs)), help=_DRAFT)
    with way_on, st.container(horizontal=True, horizontal_alignment="right", gap="xsmall"):
        page.link("pages/train/lr_range.py", "Range test", ":material/troubleshoot:")
        page.link("pages/train/train.py", "Train", ":material/play_circle:")
    if plan.info is not None and plan.needs_download:
        missing = f"{plan.info.title} is not on this machine yet; the Data tab gets it."
        st.warning(as_is(missing), icon=":material/warning:")
    elif plan.data_problem:
        st.warning(as_lines(str(plan.data_problem)), icon=":material/warning:")
    misfit.offer(plan, "top")
    if plan.missing_base is not None:
        missing = f"The weights of {plan.missing_base.title} are not on this machine yet; the "
        st.warning(as_is(f"{missing}Network tab gets them."), icon=":material/warning:")
    elif plan.weights_problem:
        page.show_error(plan.weights_problem)
    if plan.device_problem:
        told = f"{plan.device_problem} It is in Advanced on the Training tab."
        page.show_error(told)
    if plan.memory_problem:
        page.show_error(plan.memory_problem)


def _words(draft: RunConfig, plan: Preflight, costs: bool) -> list[str]:
    """What is drafted, the most telling in bold."""
    words = [f"**{as_is(dataset_title(draft.dataset.name))}**"]
    if plan.input_shape:
        words.append(datasets.shape_words(plan.input_shape))
    title = network_title(draft.architecture, networks.own_networks())
    words.append(f"**{as_is(title)}**")
    if plan.layers and costs:
        words.append(f"{format_count(plan.parameters)} parameters")
    epochs = draft.training.epochs
    words.append(f"{format_count(epochs)} epoch{'s' if epochs > 1 else ''}")
    words.append(f"learning rate {learning_rates(draft.schedule)}{_SCHEDULES[draft.schedule.kind]}")
    return [*words, augmentation_words(draft.augmentation), *_time(draft, plan, costs)]


def _time(draft: RunConfig, plan: Preflight, costs: bool) -> list[str]:
    """How long it would take on this machine, as far as that can be known."""
    epoch = pace.epoch_time(draft, plan)
    if epoch is None:
        return []
    whole = pace.run_in_words(run_time(draft, epoch))
    less = ", less if it stops early" if draft.training.early_stopping else ""
    an_epoch = f"{pace.in_words(epoch)} an epoch here, " if costs else ""
    return [f":material/schedule: {an_epoch}{whole} in all{less}"]


def augmentation_words(config: AugmentationConfig) -> str:
    """What is done to training images: "flips and shifts"."""
    found = dict.fromkeys(word for name, word in _CHANGES.items() if getattr(config, name))
    words = list(found)
    if not words:
        return "no augmentation"
    if len(words) > 3:
        return f"{', '.join(words[:2])} and {len(words) - 2} more changes"
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)
