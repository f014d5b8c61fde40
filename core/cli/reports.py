"""What the machine, the presets, the recipes and an evaluation are, as text or as JSON."""

from __future__ import annotations

import json
import platform
import sys
from importlib.metadata import version
from pathlib import Path
from typing import IO, Any

from core.config import BASES, PRESETS
from core.data.pretrained import weights_state
from core.errors import readable
from core.notation import loss, percent

_PACKAGES = ("streamlit", "tensorflow", "keras", "plotly", "pillow", "numpy", "scikit-learn")


def say(line: str, file: IO[str] | None = None) -> None:
    """Print one line that may quote names from the disk; a terminal obeys nothing in it."""
    print(for_terminal(line), file=file)


def for_terminal(text: str) -> str:
    """Text with whatever is no printable character spelled out: "\\x1b", "\\n"."""
    return "".join(mark if mark.isprintable() else repr(mark)[1:-1] for mark in readable(text))


def print_anything() -> None:
    """What the encoding of the output lacks is spelled out instead of ending the program."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")


def print_json(value: Any) -> None:
    print(json.dumps(_as_text(value), indent=2))


def _as_text(value: Any) -> Any:
    """The same with names as text: JSON of names that are none is refused by its readers."""
    if isinstance(value, str):
        return readable(value)
    if isinstance(value, dict):
        return {readable(key): _as_text(item) for key, item in value.items()}
    return [_as_text(item) for item in value] if isinstance(value, list | tuple) else value


def doctor(runs: Path) -> dict[str, Any]:
    """Device, precision, versions, data sets found and where."""
    from core.data.catalog import datasets_folder, folder_problem, list_datasets
    from core.machine import describe_device

    device = describe_device()
    return {
        "device": device.name,
        "kind": device.kind,
        "precision": device.precision,
        "reason": device.reason,
        "note": device.note,
        "python": platform.python_version(),
        "versions": {package: version(package) for package in _PACKAGES},
        "runs": str(runs),
        "datasets_folder": str(datasets_folder()),
        "datasets_problem": folder_problem(),
        "datasets": [
            {
                "name": info.name,
                "state": str(info.state),
                "location": str(info.location or ""),
                "problem": info.problem,
            }
            for info in list_datasets()
        ],
    }


def print_doctor(report: dict[str, Any]) -> None:
    say(f"Device      {report['device']} ({report['kind']})")
    say(f"Precision   {report['precision']}: {report['reason']}")
    if report["note"]:
        say(f"Note        {report['note']}")
    packages = ", ".join(f"{k} {v}" for k, v in report["versions"].items())
    say(f"Versions    Python {report['python']}, {packages}")
    say(f"Runs        {report['runs']}")
    say(f"Datasets    under {report['datasets_folder']}")
    if report["datasets_problem"]:
        say(f"  {report['datasets_problem']}")
    for item in report["datasets"]:
        state = "unreadable" if item["problem"] else item["state"]
        say(f"  {item['name']:<24}{state:<14}{item['location']}")
        if item["problem"]:
            say(f"      {item['problem']}")


def models() -> list[dict[str, Any]]:
    """Each preset on its own input, and each base without a head."""
    presets = [
        {
            "name": preset.name,
            "input_shape": list(preset.input_shape),
            "parameters": preset.parameters,
            "trainable": preset.trainable,
        }
        for preset in PRESETS.values()
    ]
    bases = [
        {
            "name": base.name,
            "base": True,
            "parameters": base.parameters,
            "weights": weights_state(base),
        }
        for base in BASES.values()
    ]
    return presets + bases


def print_models() -> None:
    for preset in PRESETS.values():
        shape = "x".join(str(side) for side in preset.input_shape)
        say(f"{preset.name:<20}{shape:<12}{preset.parameters:>11,} parameters  {preset.title}")
    for base in BASES.values():
        about = f"{base.title}, trained on ImageNet: {weights_state(base)}"
        say(f"{base.name:<20}{'any':<12}{base.parameters:>11,} parameters  {about}")


def recipes() -> list[dict[str, Any]]:
    """The complete configurations that ship."""
    from core.recipes import RECIPES

    return [
        {
            "name": recipe.name,
            "title": recipe.title,
            "source": recipe.source,
            "reached": recipe.reached,
            "when": recipe.when,
            "notes": recipe.notes,
            "any_images": recipe.any_images,
            "config": recipe.config.model_dump(mode="json"),
        }
        for recipe in RECIPES.values()
    ]


def print_recipes() -> None:
    from core.recipes import RECIPES

    for recipe in RECIPES.values():
        own = " (your own: --set dataset.name=NAME)" if recipe.any_images else ""
        say(f"{recipe.name:<26}{recipe.title}{own}")


def print_evaluation(report: dict[str, Any]) -> None:
    """Takes core.analysis.evaluation's own dictionary."""
    accuracy, test_loss = percent(report["test_accuracy"], 2), loss(report["test_loss"])
    say(f"Test accuracy {accuracy}, test loss {test_loss}")
    for row in report["per_class"]:
        say(
            f"  {row['name']:<20} precision {row['precision']:.3f}  "
            f"recall {row['recall']:.3f}  F1 {row['f1']:.3f}  of {row['support']:,}"
        )


def print_answers(answers: list[dict[str, Any]]) -> None:
    """Takes core.photos.classify's answers, a line each."""
    for answer in answers:
        if "error" in answer:
            say(f"{answer['file']}: {answer['error']}")
        else:
            top = ", ".join(
                f"{item['class']} {percent(item['probability'])}" for item in answer["top"]
            )
            say(f"{answer['file']}: {top}")
