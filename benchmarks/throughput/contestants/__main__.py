"""`python -m benchmarks.throughput.contestants NAME`: one contestant, served until input ends.

Each imports only what its own way of training needs. Knows nothing of the others.
"""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path

from benchmarks.throughput.serving import Server
from benchmarks.throughput.settings import by_name


def main(name: str) -> None:
    setting = by_name(name)
    if setting.tcmalloc:  # the loader only warns of what it cannot preload
        assert "tcmalloc" in Path("/proc/self/maps").read_text(encoding="utf-8")
    server = Server()  # before what is imported prints
    module = import_module(f"benchmarks.throughput.contestants.{setting.module}")
    getattr(module, setting.function)(server, *setting.arguments)


if __name__ == "__main__":
    main(sys.argv[1])
