"""Series: runs that a process of their own sees to, one after the other. No TensorFlow.

What studies and searches share: the record's folder, its conductor, how it is started and stopped.
"""

from core.series.asked import Base, parse_asked
from core.series.launch import start_conductor
from core.series.record import (
    MOST_BYTES,
    SeriesProgress,
    SeriesRecord,
    SeriesState,
    clear_request,
    create_series,
    delete_series,
    list_series,
    open_series,
    request_stop,
)

__all__ = [
    "MOST_BYTES",
    "Base",
    "SeriesProgress",
    "SeriesRecord",
    "SeriesState",
    "clear_request",
    "create_series",
    "delete_series",
    "list_series",
    "open_series",
    "parse_asked",
    "request_stop",
    "start_conductor",
]
