"""How long each phase of a start usually lasts on this machine: <runs folder>/.phases.json.

The last few times of each phase, from all runs. Knows nothing of what happens in a phase.
"""

from __future__ import annotations

import json
import statistics
from contextlib import suppress
from pathlib import Path
from typing import Any

from core.errors import ReadingError
from core.files import write_atomically
from core.reading import read_json
from core.runs.status import STARTING_PHASES, Phase

# Those that take about as long each time; training takes what it takes.
NOTED = (*STARTING_PHASES, Phase.SAVING_MODEL, Phase.EVALUATING)
_KEPT = 9  # times of each
_LONGEST = 24 * 3600.0  # seconds; what is more was no phase but a suspended machine
_LONGEST_START = 10.0  # of a worker process; what is more was a place in the queue
_MOST_BYTES = 1 << 16


def path_in(runs_folder: Path) -> Path:
    """The file; it need not be there."""
    return runs_folder / ".phases.json"


def note(runs_folder: Path, phase: Phase, seconds: float) -> None:
    """Remember how long a phase lasted just now; what cannot be written is forgotten."""
    longest = _LONGEST_START if phase is Phase.WAITING else _LONGEST
    if phase not in NOTED or not 0 <= seconds <= longest:
        return
    times = _read(runs_folder)
    times[phase] = [*times.get(phase, []), round(seconds, 3)][-_KEPT:]
    with suppress(OSError):
        data = json.dumps({str(name): kept for name, kept in times.items()}).encode()
        write_atomically(path_in(runs_folder), data, durable=False)


def usual_seconds(runs_folder: Path) -> dict[Phase, float]:
    """The median of each phase's last times; a phase that was never timed is not in it."""
    return {phase: statistics.median(times) for phase, times in _read(runs_folder).items()}


def _read(runs_folder: Path) -> dict[Phase, list[float]]:
    try:
        data = read_json(path_in(runs_folder), _MOST_BYTES)
    except ReadingError:
        return {}
    found = {phase: _times(data, phase) for phase in NOTED}
    return {phase: times for phase, times in found.items() if times}


def _times(data: Any, phase: Phase) -> list[float]:
    times = data.get(str(phase)) if isinstance(data, dict) else None
    if not isinstance(times, list):
        return []
    kinds = (int, float)
    sound = (time for time in times if type(time) in kinds and 0 <= time <= _LONGEST)
    return [float(time) for time in sound][-_KEPT:]
