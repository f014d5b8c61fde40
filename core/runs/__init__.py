"""The run record: a directory a run, readable by a person and by any tool. No TensorFlow."""

from core.runs.dataset_summary import DatasetSummary
from core.runs.metrics import MetricsLog, skim
from core.runs.record import Run
from core.runs.status import (
    STARTING_PHASES,
    Phase,
    RangeTestResult,
    RateSuggestion,
    RefusedRule,
    State,
    Status,
    TimingResult,
    TrainingResult,
)
from core.runs.store import (
    UnreadableRun,
    create_run,
    delete_run,
    discard_run,
    gone,
    list_runs,
    list_shipped,
    list_timings,
    list_unreadable,
    open_run,
    runs_folder,
)

__all__ = [
    "STARTING_PHASES",
    "DatasetSummary",
    "MetricsLog",
    "Phase",
    "RangeTestResult",
    "RateSuggestion",
    "RefusedRule",
    "Run",
    "State",
    "Status",
    "TimingResult",
    "TrainingResult",
    "UnreadableRun",
    "create_run",
    "delete_run",
    "discard_run",
    "gone",
    "list_runs",
    "list_shipped",
    "list_timings",
    "list_unreadable",
    "open_run",
    "runs_folder",
    "skim",
]
