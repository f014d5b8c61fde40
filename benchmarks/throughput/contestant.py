"""A contestant as the benchmark sees it: a process that does a burst when it is told to.

Between its bursts it waits for its input and takes no processor time. What it writes to
standard error is kept for the case that it fails. Knows nothing of what the process does.
"""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
import tempfile
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

import psutil

ROOT = Path(__file__).resolve().parents[2]
# A busy machine takes minutes for what it does in seconds when it is left alone.
START_SECONDS = 1200.0  # to import, build, compile and warm up
BURST_SECONDS = 600.0
END_SECONDS = 10.0


@dataclass(frozen=True)
class Burst:
    """What one burst took; processor time, switches and faults are all threads' together."""

    seconds: float
    cpu_seconds: float
    context_switches: int
    page_faults: int
    others: float  # share of the machine that all other processes took meanwhile, 0..1


class ContestantError(Exception):
    """It ended, said something else or nothing; `log` is the end of its standard error."""

    def __init__(self, message: str, log: str) -> None:
        super().__init__(message)
        self.log = log


class Contestant:
    """Starts the process; `ready` waits until it is warm. A `with` ends it, whatever happens.

    Args:
        command: speaks as benchmarks.throughput.serving does.
        environment: None: this process's.
    """

    def __init__(
        self, command: Sequence[str], environment: Mapping[str, str] | None = None
    ) -> None:
        self._noise = tempfile.TemporaryFile()  # noqa: SIM115  __exit__ closes it
        self._unread = b""
        self._process = subprocess.Popen(
            command,
            cwd=ROOT,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._noise,
            bufsize=0,
            start_new_session=True,  # what it starts itself is ended with it
        )

    @property
    def ended(self) -> bool:
        return self._process.poll() is not None

    def ready(self, seconds: float = START_SECONDS) -> None:
        """Wait until it is warm.

        Raises:
            ContestantError: it is not, after so long, or has ended.
        """
        line = self._line(seconds)
        if line != "ready":
            raise self._failed(f"said {line[:80]!r} in place of 'ready'")

    def burst(self, seconds: float = BURST_SECONDS) -> Burst:
        """Have it do one, and look what the machine did besides.

        Raises:
            ContestantError: it does not answer within so long, or has ended.
        """
        busy, own, begun = _busy_seconds(), self._tree_seconds(), time.perf_counter()
        with suppress(BrokenPipeError):  # it has ended, as the line that is missing tells
            self._process.stdin.write(b"go\n")
        line = self._line(seconds)
        elapsed = time.perf_counter() - begun
        strange = _busy_seconds() - busy - (self._tree_seconds() - own)
        share = max(0.0, strange / elapsed / (psutil.cpu_count() or 1))
        try:
            return Burst(**json.loads(line), others=share)
        except (ValueError, TypeError) as error:
            raise self._failed(f"said {line[:80]!r} in place of a burst's figures") from error

    def __enter__(self) -> Contestant:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._process.stdin.close()
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(END_SECONDS if error is None else 0)
        self._kill()
        self._process.stdout.close()
        self._noise.close()

    def _line(self, seconds: float) -> str:
        deadline = time.monotonic() + seconds
        while b"\n" not in self._unread:
            left = max(0.0, deadline - time.monotonic())
            if not select.select([self._process.stdout], [], [], left)[0]:
                raise self._failed(f"said nothing for {seconds:.0f} s")
            chunk = os.read(self._process.stdout.fileno(), 65_536)
            if not chunk:
                with suppress(subprocess.TimeoutExpired):
                    self._process.wait(END_SECONDS)
                raise self._failed(f"ended with status {self._process.returncode}")
            self._unread += chunk
        line, _, self._unread = self._unread.partition(b"\n")
        return line.decode("utf-8", "replace")

    def _kill(self) -> None:
        """End it and all that it started, at once."""
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()

    def _failed(self, message: str) -> ContestantError:
        """What to raise; it is ended, or it might work beside those whose turn it is."""
        self._kill()
        self._noise.seek(0)
        log = self._noise.read().decode("utf-8", "replace").strip()
        last = log.rpartition("\n")[2]
        return ContestantError(f"{message}: {last[:300]}" if last else message, log[-8000:])

    def _tree_seconds(self) -> float:
        """Processor time of the process and of those that it started."""
        with suppress(psutil.Error):
            root = psutil.Process(self._process.pid)
            return sum(_own_seconds(process) for process in (root, *root.children(recursive=True)))
        return 0.0


def _own_seconds(process: psutil.Process) -> float:
    with suppress(psutil.Error):
        times = process.cpu_times()
        return times.user + times.system + times.children_user + times.children_system
    return 0.0


def _busy_seconds() -> float:
    """What all processors have worked since the start; stolen by other machines counts, too."""
    times = psutil.cpu_times()
    # A guest's time is in the user's already.
    idle = ("idle", "iowait", "guest", "guest_nice")
    return sum(times) - sum(getattr(times, name, 0.0) for name in idle)
