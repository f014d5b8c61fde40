"""The contestant's side of the benchmark: warm up, say "ready", then a burst for each "go".

What it says goes to the standard output it was started with; whatever else the process prints
goes to standard error. Between bursts it waits for its next line and takes no processor time.
Knows nothing of networks, nor of who asks.
"""

from __future__ import annotations

import json
import os
import resource
import sys
import time
from collections.abc import Callable
from typing import IO

WARM_UPS = 2  # bursts before the first that is timed: compiling, filling of caches


class Server:
    """Stands between two bursts: `wait` until the next is wanted, `answer` when it is done.

    Whose bursts are calls leaves both to `serve`; whose bursts are epochs of one long fit
    calls them as these begin and end.
    """

    def __init__(self) -> None:
        self._answers = _own_answers()
        self._warm_ups = WARM_UPS

    def serve(self, work: Callable[[], object]) -> None:
        """A burst is a call of `work`. Ends the process where input ends."""
        while True:
            self.wait()
            work()
            self.answer()

    def wait(self) -> None:
        """Until told to go; not at all while it is warming up."""
        if not self._warm_ups:
            line = sys.stdin.readline()
            if not line:
                sys.exit()
            assert line == "go\n", line
        self._usage, self._begun = resource.getrusage(resource.RUSAGE_SELF), time.perf_counter()

    def answer(self) -> None:
        """What the burst took; processor time, switches and faults are those of all threads."""
        seconds = time.perf_counter() - self._begun
        before, after = self._usage, resource.getrusage(resource.RUSAGE_SELF)
        if self._warm_ups:
            self._warm_ups -= 1
            if not self._warm_ups:
                print("ready", file=self._answers, flush=True)
            return

        def spent(*fields: str) -> float:
            return sum(getattr(after, field) - getattr(before, field) for field in fields)

        record = {
            "seconds": seconds,
            "cpu_seconds": spent("ru_utime", "ru_stime"),
            "context_switches": spent("ru_nvcsw", "ru_nivcsw"),
            "page_faults": spent("ru_minflt", "ru_majflt"),
        }
        print(json.dumps(record), file=self._answers, flush=True)


def _own_answers() -> IO[str]:
    """Today's standard output, which from now on is standard error for everybody else."""
    sys.stdout.flush()
    own = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    return own
