"""`python -m benchmarks [NAME...]`: runs the benchmarks, each in a process of its own.

JSON lines go to standard output, a table of targets met and missed to standard error.
Benchmarks whose name begins with `long_` run only when named. A benchmark is a script: a module
whose last lines run its `main`. What lies beside those is what they share.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
SCRIPT = 'if __name__ == "__main__":\n    main('


def modules() -> dict[str, str]:
    """Each benchmark's name and its module."""
    paths = (path for path in HERE.rglob("*.py") if _is_benchmark(path))
    found = {path.stem: path.relative_to(HERE.parent).with_suffix("") for path in paths}
    return {name: ".".join(place.parts) for name, place in sorted(found.items())}


def _is_benchmark(path: Path) -> bool:
    return path.stem != "__main__" and SCRIPT in path.read_text(encoding="utf-8")


def run(name: str) -> tuple[list[dict[str, Any]], bool]:
    """The benchmark's lines, printed as they come, and whether it ended well."""
    command = [sys.executable, "-m", modules()[name]]
    rows = []
    with subprocess.Popen(command, cwd=HERE.parent, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        for line in process.stdout:
            print(line, end="", flush=True)
            if line.startswith("{"):
                rows.append(json.loads(line))
    return rows, process.returncode == 0


def table(rows: list[dict[str, Any]]) -> str:
    """One line a figure: met, missed or skipped."""
    lines = []
    for row in rows:
        if "skipped" in row:
            lines.append(f"skipped  {row['name']}: {row['skipped']}")
            continue
        mark = "met    " if row["met"] else "MISSED "
        target = "" if row["target"] is None else f" (target {row['target']})"
        lines.append(f"{mark}  {row['name']}: {row['value']} {row['unit']}{target}")
    return "\n".join(lines)


def main(arguments: list[str]) -> int:
    unknown = set(arguments) - set(modules())
    if unknown:
        print(f"No benchmark {', '.join(sorted(unknown))}; there are: {', '.join(modules())}")
        return 1
    chosen = arguments or [name for name in modules() if not name.startswith("long_")]
    rows: list[dict[str, Any]] = []
    broken = []
    for name in chosen:
        lines, well = run(name)
        rows += lines
        broken += [] if well else [name]
    print(f"\n{table(rows)}", file=sys.stderr)
    for name in broken:
        print(f"BROKEN   {modules()[name]} ended with an error", file=sys.stderr)
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
