"""What is imported is pinned, and what is pinned is imported."""

import re
import sys
from importlib.metadata import packages_distributions
from pathlib import Path

from tests.conftest import ROOT
from tests.repository.sources import APP, DEVELOPMENT, imports


def pins(name: str) -> dict[str, str]:
    """Distribution (normalized) -> version, of a requirements file."""
    lines = (ROOT / name).read_text(encoding="utf-8").splitlines()
    found = {}
    for line in lines:
        line = line.partition("#")[0].strip()
        if not line:
            continue
        match = re.fullmatch(r"([A-Za-z0-9._-]+)==([0-9][A-Za-z0-9.]*)", line)
        assert match, f"{name}: {line!r} is no exact pin"
        found[normalized(match[1])] = match[2]
    return found


def normalized(distribution: str) -> str:
    return re.sub(r"[-_.]+", "-", distribution).lower()


def distributions(paths: list[Path]) -> set[str]:
    """The distributions that these files import, the standard library and our own left out."""
    known = packages_distributions()
    own = {"app", "core", "pages", "tests", "tools", "benchmarks"}
    names = {module.partition(".")[0] for path in paths for module in imports(path)}
    foreign = names - own - set(sys.stdlib_module_names) - {""}
    return {normalized(known.get(name, [name])[0]) for name in foreign}


def test_what_the_app_imports_is_pinned_and_what_is_pinned_is_imported():
    # streamlit runs the pages and is imported by them; nothing is pinned that nothing uses.
    assert distributions(APP) == set(pins("requirements.txt"))


def test_what_the_tests_import_is_pinned():
    files = ("requirements.txt", "requirements-dev.txt", "requirements-bench.txt")
    assert distributions(DEVELOPMENT) <= {name for file in files for name in pins(file)}
