"""One run's directory: a handle that reads it anew at each call.

State is derived, never trusted: the living worker holds an exclusive flock on RUN/lock,
so a record that says it is running beside a free lock has crashed. Knows nothing of
TensorFlow and nothing of how a run is trained.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.config import RunConfig, parse_config, read_json
from core.errors import ConfigError, RunError
from core.files import is_locked, write_atomically
from core.runs.crashes import crash_reason
from core.runs.dataset_summary import DatasetSummary
from core.runs.legacy import OLD_SUMMARY, upgrade_config, upgrade_status, upgrade_summary
from core.runs.metrics import MetricsLog
from core.runs.status import State, Status


@dataclass(frozen=True)
class Run:
    """A handle on one run directory."""

    path: Path

    @property
    def id(self) -> str:
        return self.path.name

    @property
    def config_path(self) -> Path:
        return self.path / "config.json"

    @property
    def status_path(self) -> Path:
        return self.path / "status.json"

    @property
    def dataset_path(self) -> Path:
        return self.path / "dataset.json"

    @property
    def lock_path(self) -> Path:
        """Held by the living worker."""
        return self.path / "lock"

    @property
    def model_path(self) -> Path:
        return self.path / "model.keras"

    @property
    def predictions_path(self) -> Path:
        return self.path / "predictions.npz"

    @property
    def checkpoints_path(self) -> Path:
        return self.path / "checkpoints"

    @property
    def log_path(self) -> Path:
        return self.path / "log.txt"

    @property
    def metrics_path(self) -> Path:
        return self.path / "metrics.jsonl"

    def config(self) -> RunConfig:
        """Raises ConfigError where config.json is missing or wrong."""
        return parse_config(upgrade_config(read_json(self.config_path)))

    def status(self) -> Status:
        """The recorded status with its state derived from the lock."""
        recorded = _read_status(self.status_path)
        if recorded.state.alive and not is_locked(self.lock_path):
            # Read again: the worker may have finished between the two looks.
            recorded = _read_status(self.status_path)
            if recorded.state.alive:
                return _crashed(self.path, recorded)
        return recorded

    def write_status(self, status: Status, *, durable: bool = True) -> None:
        """Replace status.json. A heartbeat need not be durable: the next one follows."""
        data = status.model_dump_json(indent=2).encode()
        write_atomically(self.status_path, data, durable=durable)

    def dataset(self) -> DatasetSummary:
        """What the run knows of its data.

        Raises:
            RunError: it ended before it had loaded them, or the file cannot be read.
        """
        try:
            return DatasetSummary.model_validate(self._dataset_json())
        except FileNotFoundError as error:
            raise RunError(
                f"Run {self.id} has not loaded its data yet, so its classes are not known.",
                "Wait until it has finished, or choose another run.",
            ) from error
        except (OSError, ValueError, TypeError, ConfigError) as error:
            raise RunError(
                f"What run {self.id} says of its data ({self.dataset_path.name}) cannot be read.",
                "Choose another run.",
            ) from error

    def _dataset_json(self) -> Any:
        if self.dataset_path.exists():
            return json.loads(self.dataset_path.read_text(encoding="utf-8"))
        old = json.loads((self.path / OLD_SUMMARY).read_text(encoding="utf-8"))
        trained_on = self.config().dataset
        return {
            **upgrade_summary(old),
            "fit": trained_on.fit,
            "interpolation": trained_on.interpolation,
        }

    def write_dataset(self, summary: DatasetSummary) -> None:
        write_atomically(self.dataset_path, summary.model_dump_json(indent=2).encode())

    def metrics(self) -> list[dict[str, Any]]:
        """All metric lines, torn and superseded ones left out."""
        return MetricsLog(self.metrics_path).read()

    def log_tail(self, lines: int = 200) -> str:
        try:
            text = self.log_path.read_text(encoding="utf-8", errors="replace")
        except OSError:
            return ""
        return "\n".join(text.splitlines()[-lines:])


def _crashed(path: Path, recorded: Status) -> Status:
    reason = crash_reason(path, recorded.pid, recorded.heartbeat, recorded.resources)
    advice = "Resume it: at most the steps since its last checkpoint are lost."
    return recorded.model_copy(update={"state": State.CRASHED, "error": reason, "advice": advice})


def _read_status(path: Path) -> Status:
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        return Status.model_validate({"state": data["state"], **upgrade_status(data)})
    except (OSError, ValueError, KeyError, TypeError):
        return Status(state=State.CRASHED, error="Its status.json cannot be read.")
