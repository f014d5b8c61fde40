"""The repository's own files, and what they import."""

from __future__ import annotations

import ast
from pathlib import Path

from tests.conftest import ROOT

CORE = sorted((ROOT / "core").rglob("*.py"))
PAGES = sorted((ROOT / "pages").rglob("*.py"))
APP = [ROOT / "app.py", *CORE, *PAGES]
DEVELOPMENT = sorted(
    path for name in ("tests", "tools", "benchmarks") for path in (ROOT / name).rglob("*.py")
)


def relative(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def text_of(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def module_of(path: Path) -> str:
    """core/data/__init__.py -> core.data"""
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def imports(path: Path) -> set[str]:
    """Every module that the file imports, anywhere in it, under its absolute dotted name."""
    found: set[str] = set()
    package = path.relative_to(ROOT).with_suffix("").parts[:-1]
    for node in ast.walk(ast.parse(text_of(path))):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else ()
            base = ".".join([*above, *([node.module] if node.module else [])])
            # `from core.models import plan` names a module too.
            found.update({base, *(f"{base}.{alias.name}" for alias in node.names)})
    return found


def our_imports(paths: list[Path]) -> dict[str, set[str]]:
    """Module -> the modules among these that it imports; a package stands for its __init__."""
    modules = {module_of(path) for path in paths}
    graph: dict[str, set[str]] = {}
    for path in paths:
        named = imports(path) & modules
        # `from core.runs import requests` is an import of core.runs.requests, not of the package
        # alone; yet Python runs the package's __init__ first.
        graph[module_of(path)] = named - {module_of(path)}
    return graph


def is_under(module: str, package: str) -> bool:
    return module == package or module.startswith(f"{package}.")


def offenders(paths: list[Path], packages: tuple[str, ...]) -> dict[str, list[str]]:
    """File -> what it imports of these packages, for the files that do."""
    found = {
        relative(path): sorted(
            m for m in imports(path) if any(is_under(m, name) for name in packages)
        )
        for path in paths
    }
    return {path: modules for path, modules in found.items() if modules}
