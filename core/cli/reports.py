"""What the machine, the presets, the recipes and an evaluation are, as text or as JSON."""

from __future__ import annotations

import json
import platform
from importlib.metadata import version
from pathlib import Path
from typing import Any

from core.config import PRESETS

_PACKAGES = ("streamlit", "tensorflow", "keras", "plotly", "pillow", "numpy", "scikit-learn")


def print_json(value: Any) -> None:
    print(json.dumps(value, indent=2))


def doctor(runs: Path) -> dict[str, Any]:
    """Device, precision, versions, data sets found and where."""
    from core.data.catalog import datasets_folder, list_datasets
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
        "datasets": [
            {"name": d.name, "state": str(d.state), "location": str(d.location or "")}
            for d in list_datasets()
        ],
    }


def print_doctor(report: dict[str, Any]) -> None:
    print(f"Device      {report['device']} ({report['kind']})")
    print(f"Precision   {report['precision']}: {report['reason']}")
    if report["note"]:
        print(f"Note        {report['note']}")
    packages = ", ".join(f"{k} {v}" for k, v in report["versions"].items())
    print(f"Versions    Python {report['python']}, {packages}")
    print(f"Runs        {report['runs']}")
    print(f"Datasets    under {report['datasets_folder']}")
    for item in report["datasets"]:
        print(f"  {item['name']:<24}{item['state']:<14}{item['location']}")


def models() -> list[dict[str, Any]]:
    """Each preset on its own input."""
    return [
        {
            "name": preset.name,
            "input_shape": list(preset.input_shape),
            "parameters": preset.parameters,
            "trainable": preset.trainable,
        }
        for preset in PRESETS.values()
    ]


def print_models() -> None:
    for preset in PRESETS.values():
        shape = "x".join(str(side) for side in preset.input_shape)
        print(f"{preset.name:<14}{shape:<12}{preset.parameters:>11,} parameters  {preset.title}")


def recipes() -> list[dict[str, Any]]:
    """The complete configurations that ship."""
    from core.recipes import RECIPES

    return [
        {
            "name": recipe.name,
            "title": recipe.title,
            "source": recipe.source,
            "reached": recipe.reached,
            "notes": recipe.notes,
            "config": recipe.config.model_dump(mode="json"),
        }
        for recipe in RECIPES.values()
    ]


def print_recipes() -> None:
    from core.recipes import RECIPES

    for recipe in RECIPES.values():
        print(f"{recipe.name:<26}{recipe.title}")


def print_evaluation(report: dict[str, Any]) -> None:
    """Takes core.analysis.evaluation's own dictionary."""
    print(f"Test accuracy {report['test_accuracy']:.2%}, test loss {report['test_loss']:.4f}")
    for row in report["per_class"]:
        print(
            f"  {row['name']:<20} precision {row['precision']:.3f}  "
            f"recall {row['recall']:.3f}  F1 {row['f1']:.3f}  of {row['support']:,}"
        )


def print_answers(answers: list[dict[str, Any]]) -> None:
    """Takes core.photos.classify's answers, a line each."""
    for answer in answers:
        if "error" in answer:
            print(f"{answer['file']}: {answer['error']}")
        else:
            top = ", ".join(f"{item['class']} {item['probability']:.1%}" for item in answer["top"])
            print(f"{answer['file']}: {top}")
