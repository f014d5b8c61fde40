"""One run's directory: a handle that reads it anew at each call.

State is derived, never trusted: the living worker holds an exclusive flock on RUN/lock,
so a record that says it is running beside a free lock has crashed. Knows nothing of
TensorFlow and nothing of how a run is trained.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from core.config import RunConfig, describe_errors, parse_config, read_config
from core.errors import ReadingError, RunError, UserError
from core.files import is_locked, write_atomically
from core.reading import is_file, modified, read_json, read_tail
from core.runs.crashes import crash_reason
from core.runs.dataset_summary import DatasetSummary
from core.runs.legacy import OLD_SUMMARY, upgrade_config, upgrade_status, upgrade_summary
from core.runs.metrics import MetricsLog
from core.runs.status import State, Status

# Records that are a part of ConvScope, made by `python -m tools.ship`. Read-only: the folder may
# lie on a disk that cannot be written to, and belongs to everybody who uses this machine.
SHIPPED = Path(__file__).resolve().parents[1] / "shipped"
_MOST_STATUS = 1 << 20  # bytes
_LOG_TAIL = 1 << 18  # bytes
_NOISE_LINES = 20
_LONGEST_LINE = 2000  # characters of a log line that are shown


@dataclass(frozen=True)
class Run:
    """A handle on one run directory."""

    path: Path

    @property
    def id(self) -> str:
        return self.path.name

    @property
    def shipped(self) -> bool:
        """It came with ConvScope: to be looked at and used, never changed, resumed or deleted."""
        return self.path.parent == SHIPPED

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
    def glimpse_path(self) -> Path:
        """The network at work on a few images; a shipped run has it."""
        return self.path / "glimpse.npz"

    @property
    def checkpoints_path(self) -> Path:
        return self.path / "checkpoints"

    @property
    def log_path(self) -> Path:
        return self.path / "log.txt"

    @property
    def noise_path(self) -> Path:
        """What TensorFlow says by itself; of interest only where it ended the worker."""
        return self.path / "tensorflow.log"

    @property
    def reserve_path(self) -> Path:
        """Space held back, so that a full disk still has room for the last status."""
        return self.path / ".reserve"

    @property
    def metrics_path(self) -> Path:
        return self.path / "metrics.jsonl"

    @property
    def pinned_path(self) -> Path:
        """The images that are watched while it learns; see core.runs.live.snapshots."""
        return self.path / "pinned.npz"

    @property
    def snapshots_path(self) -> Path:
        """What the network thought of them, a line a look."""
        return self.path / "snapshots.jsonl"

    def request_path(self, request: str) -> Path:
        """An empty file that is there while the worker is asked to stop or pause."""
        return self.path / f"request-{request}"

    def config(self) -> RunConfig:
        """Raises ConfigError where config.json is missing or wrong."""
        return parse_config(upgrade_config(read_config(self.config_path)))

    def status(self) -> Status:
        """The recorded status with its state derived from the lock.

        Where status.json cannot be read, the lock alone says whether a worker is alive, and
        `error` says what is wrong with the file.
        """
        recorded = self._recorded()
        if recorded.state.alive and not is_locked(self.lock_path):
            # Read again: the worker may have finished between the two looks.
            recorded = self._recorded()
            if recorded.state.alive:
                return _crashed(self.path, recorded)
        return recorded

    def _recorded(self) -> Status:
        try:
            return _read_status(self.status_path)
        except ReadingError as error:
            alive = is_locked(self.lock_path)
            return Status(
                state=State.RUNNING if alive else State.CRASHED,
                error="" if alive else str(error),
                created=modified(self.path) / 1e9,
            )

    def write_status(self, status: Status, *, durable: bool = True) -> None:
        """Replace status.json. A heartbeat need not be durable: the next one follows."""
        data = status.model_dump_json(indent=2).encode()
        write_atomically(self.status_path, data, durable=durable)

    def dataset(self) -> DatasetSummary:
        """What the run knows of its data.

        Raises:
            RunError: it ended before it had loaded them, or the file cannot be read.
        """
        if not is_file(self.dataset_path) and not is_file(self.path / OLD_SUMMARY):
            raise RunError(
                f"Run {self.id} has not loaded its data yet, so its classes are not known.",
                "Wait until it has finished, or choose another run.",
            )
        try:
            return DatasetSummary.model_validate(self._dataset_json())
        except (UserError, ValueError, TypeError) as error:
            words = describe_errors(error) if isinstance(error, ValidationError) else str(error)
            raise RunError(
                f"What run {self.id} says of its data cannot be read: {words}",
                "Choose another run.",
            ) from error

    def _dataset_json(self) -> Any:
        if is_file(self.dataset_path):
            return read_json(self.dataset_path)
        old = read_json(self.path / OLD_SUMMARY)
        if not isinstance(old, dict):
            raise ReadingError(f"{OLD_SUMMARY} holds no description of data.")
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
        """The end of the log; where the run went wrong, what TensorFlow said last besides."""
        text = _tail(self.log_path, lines)
        if self.status().state not in (State.CRASHED, State.FAILED):
            return text
        noise = _tail(self.noise_path, _NOISE_LINES)
        return f"{text}\n\n{self.noise_path.name}:\n{noise}" if noise else text


def _tail(path: Path, lines: int) -> str:
    try:
        text = read_tail(path, _LOG_TAIL).decode("utf-8", errors="replace")
    except ReadingError:
        return ""
    return "\n".join(line[:_LONGEST_LINE] for line in text.splitlines()[-lines:])


def _crashed(path: Path, recorded: Status) -> Status:
    reason = crash_reason(path, recorded)
    advice = "Resume it: at most the steps since its last checkpoint are lost."
    return recorded.model_copy(update={"state": State.CRASHED, "error": reason, "advice": advice})


def _read_status(path: Path) -> Status:
    """Raises ReadingError, in whole sentences, where it is no status."""
    data = read_json(path, _MOST_STATUS)
    if not isinstance(data, dict) or "state" not in data:
        raise ReadingError(f"{path.name} holds no state.")
    try:
        return Status.model_validate(upgrade_status(data))
    except ValidationError as error:
        raise ReadingError(f"{path.name} cannot be used: {describe_errors(error)}.") from error
