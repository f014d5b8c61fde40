"""A contestant that trains nothing: it writes its name into a file, a line a burst.

`python -m tests.benchmarks.trivial NAME FILE [FAILS_AT]`; at its FAILS_AT-th burst, those to
warm up counted, it raises.
"""

from __future__ import annotations

import sys
from pathlib import Path

from benchmarks.throughput.serving import Server


def main(name: str, path: str, fails_at: str = "0") -> None:
    taken = 0

    def work() -> None:
        nonlocal taken
        taken += 1
        if taken == int(fails_at):
            raise ArithmeticError(f"{name} cannot go on")
        print("a word that is no answer")
        with Path(path).open("a", encoding="utf-8") as file:
            file.write(f"{name}\n")

    Server().serve(work)


if __name__ == "__main__":
    main(*sys.argv[1:])
