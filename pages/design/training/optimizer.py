"""The optimizer of the draft and its numbers."""

from __future__ import annotations

import streamlit as st

from core.config import RunConfig, highest_momentum
from pages.widgets.form import Form

_OPTIMIZERS = {
    "sgd": "SGD with momentum",
    "adam": "Adam",
    "adamw": "AdamW (Adam with weight decay)",
    "rmsprop": "RMSprop",
    "lion": "Lion",
    "muon": "Muon",
    "muon_sgd": "Muon with SGD",
}
_HELP = (
    "How a step follows from the gradients. Adam and its kin want learning rates around 0.001, "
    "SGD ten times as much, Lion a third of Adam's. Muon turns whole kernels at once and takes "
    "Adam's; with SGD for all else (airbench) it takes some 0.2, and wants batch normalization."
)
_MOMENTUM = "The share of its last direction that a step keeps."
_DECAY = (
    "A step also takes the learning rate times this of each weight away, which keeps weights "
    "small. 0 is none."
)
_AVERAGE = "What a step keeps of the average of gradients, Adam's momentum."
_SQUARES = "What a step keeps of the average of squared gradients, which set each weight's pace."

_BIASES = "Times the learning rate; of biases and batch normalization."
_OUTPUT = "Times the learning rate; of the output."


def show(draft: RunConfig, form: Form) -> None:
    form.choice("Optimizer", "optimizer.kind", _OPTIMIZERS, help=_HELP)
    own_momentum = highest_momentum(draft.schedule) is None
    with st.grid(2, min_column_width=150):
        for label, name, high, step, help in _fields(draft.optimizer.kind, own_momentum):
            with st.container():
                form.number(label, f"optimizer.{name}", 0.0, high, step, help=help)
    if draft.optimizer.kind == "sgd":
        form.toggle(
            "Nesterov momentum",
            "optimizer.nesterov",
            help="The gradient is taken from where the momentum leads to.",
        )
    if not own_momentum:
        st.caption("Momentum comes from the schedule.")


def _fields(kind: str, own_momentum: bool) -> list[tuple[str, str, float, float, str]]:
    """Label, name, highest value, step and help of each number."""
    momentum = ("Momentum", "momentum", 0.999, 0.05, _MOMENTUM)
    first = ("Beta 1", "beta_1", 0.9999, 0.01, _AVERAGE)
    second = ("Beta 2", "beta_2", 0.99999, 0.001, _SQUARES)
    decay = ("Weight decay", "weight_decay", 1.0, 0.005, _DECAY)
    rho = ("Rho", "rho", 0.999, 0.01, _SQUARES)
    fields = {
        "sgd": [momentum, decay],
        "adam": [first, second],
        "adamw": [first, second, decay],
        "rmsprop": [rho, momentum, decay],
        "lion": [first, (*second[:4], "What a step keeps of its momentum."), decay],
        "muon": [momentum, decay],
        "muon_sgd": [
            ("Momentum of kernels", *momentum[1:]),
            ("Momentum of the rest", "sgd_momentum", 0.999, 0.05, _MOMENTUM),
            ("Rate of biases", "bias_rate", 1e4, 10.0, _BIASES),
            ("Rate of the output", "output_rate", 1e4, 0.01, _OUTPUT),
            decay,
        ],
    }[kind]
    cycled = {"momentum", "beta_1"}
    return [field for field in fields if own_momentum or field[1] not in cycled]
