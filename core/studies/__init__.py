"""Studies: variants of one configuration, trained several times and compared. No TensorFlow."""

from core.series import delete_series as delete_study
from core.series import request_stop
from core.studies.findings import Findings, VariantFindings, findings
from core.studies.launch import check, extend, start
from core.studies.questions import QUESTIONS, Question
from core.studies.record import (
    StudyRecord,
    StudyState,
    create_study,
    is_done,
    is_finished,
    is_lost,
    list_studies,
    open_study,
)
from core.studies.study import (
    MOST_FOLDS,
    MOST_SEEDS,
    MOST_VARIANTS,
    StudyConfig,
    Trial,
    Variant,
    parse_study,
    training_key,
)

__all__ = [
    "MOST_FOLDS",
    "MOST_SEEDS",
    "MOST_VARIANTS",
    "QUESTIONS",
    "Findings",
    "Question",
    "StudyConfig",
    "StudyRecord",
    "StudyState",
    "Trial",
    "Variant",
    "VariantFindings",
    "check",
    "create_study",
    "delete_study",
    "extend",
    "findings",
    "is_done",
    "is_finished",
    "is_lost",
    "list_studies",
    "open_study",
    "parse_study",
    "request_stop",
    "start",
    "training_key",
]
