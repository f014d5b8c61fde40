"""The repository's own rules, held by tests: what may import what, and what goes where."""

import ast
import re
import subprocess
import sys
from importlib.metadata import packages_distributions
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LONGEST_FILE = 400
LONGEST_FUNCTION = 50

CORE = sorted((ROOT / "core").rglob("*.py"))
PAGES = sorted((ROOT / "pages").rglob("*.py"))
APP = [ROOT / "app.py", *CORE, *PAGES]
DEVELOPMENT = sorted(
    path for name in ("tests", "tools", "benchmarks") for path in (ROOT / name).rglob("*.py")
)

# What must start quickly: a page that needs no TensorFlow must not pay for it.
WITHOUT_TENSORFLOW = [
    "core.config",
    "core.runs",
    "core.drafts",
    "core.recipes",
    "core.photo",
    "core.predict",
    "core.data.catalog",
    "core.data.splits",
    "core.data.stats",
    "core.models.plan",
    "core.models.presets",
    "core.models.errors",
    "core.training.jobs",
    "core.training.schedules",
    "core.training.range_test",
    "core.training.devices",
    "core.analysis.evaluation",
    *(
        f"core.figures.{path.stem}"
        for path in sorted((ROOT / "core" / "figures").glob("*.py"))
        if path.stem != "__init__"
    ),
    "core.__main__",
]

BELOW = {"core.config", "core.crashes", "core.runs", "core.data", "core.models"}
# Imports point one way: a part of core may import only what stands beside it here (and itself).
MAY_IMPORT = {
    "core.config": {"core.models.presets"},
    "core.crashes": set(),
    "core.runs": {"core.config", "core.crashes"},
    "core.drafts": {"core.config", "core.runs"},
    "core.data": {"core.config", "core.runs"},
    "core.models": {"core.config", "core.runs"},
    "core.recipes": {"core.config", "core.models"},
    "core.photo": set(),
    "core.ink": set(),
    "core.predict": {*BELOW, "core.photo", "core.ink"},
    "core.analysis": {*BELOW, "core.predict"},
    "core.training": {*BELOW, "core.predict"},
    "core.figures": {"core.analysis", "core.training.range_test"},
}


def relative(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def imports(path: Path) -> set[str]:
    """Every module that the file imports, anywhere in it, under its absolute dotted name."""
    found: set[str] = set()
    package = path.relative_to(ROOT).with_suffix("").parts[:-1]
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else ()
            base = ".".join([*above, *([node.module] if node.module else [])])
            # `from core.models import plan` names a module too.
            found.update({base, *(f"{base}.{alias.name}" for alias in node.names)})
    return found


def is_under(module: str, package: str) -> bool:
    return module == package or module.startswith(f"{package}.")


def offenders(paths: list[Path], packages: tuple[str, ...]) -> dict[str, list[str]]:
    """File -> what it imports of these packages, for the files that do."""
    found = {
        relative(path): [m for m in imports(path) if any(is_under(m, name) for name in packages)]
        for path in paths
    }
    return {path: modules for path, modules in found.items() if modules}


def test_core_imports_neither_streamlit_nor_what_stands_above_it():
    above = ("streamlit", "pages", "app", "tools", "tests", "benchmarks")
    assert not offenders(CORE, above)


def test_imports_point_one_way():
    wrong = {}
    for path in CORE:
        module = ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
        if module in ("core", "core.__main__"):
            continue
        part = next((name for name in MAY_IMPORT if is_under(module, name)), None)
        assert part is not None, f"say in MAY_IMPORT what {module} may import"
        allowed = {part, *MAY_IMPORT[part]}
        found = {name for name in imports(path) if is_under(name, "core") and name != "core"}
        # `from core.training import range_test` names core.training too: that is no import of it.
        extra = {
            name
            for name in found
            if not any(is_under(name, other) or is_under(other, name) for other in allowed)
        }
        if extra:
            wrong[module] = sorted(extra)
    assert not wrong


def test_what_needs_no_tensorflow_does_not_import_it():
    code = f"""
import importlib, sys
for name in {WITHOUT_TENSORFLOW!r}:
    importlib.import_module(name)
    heavy = [part for part in ("tensorflow", "keras", "streamlit") if part in sys.modules]
    if heavy:
        sys.exit(f"{{name}} imports {{', '.join(heavy)}}")
"""
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_pages_import_no_tensorflow_and_never_train():
    heavy = ("tensorflow", "keras", "core.training.engine", "core.training.worker")
    assert not offenders([ROOT / "app.py", *PAGES], heavy)


def test_only_state_names_session_keys():
    naming = {relative(path) for path in APP if "session_state" in path.read_text("utf-8")}
    assert naming <= {"pages/components/state.py"}


def test_app_is_only_a_router():
    assert len((ROOT / "app.py").read_text(encoding="utf-8").splitlines()) < 60


def test_files_are_short():
    lengths = {relative(path): path.read_text("utf-8").count("\n") for path in APP + DEVELOPMENT}
    assert not {path: length for path, length in lengths.items() if length >= LONGEST_FILE}


def test_modules_say_what_they_are_for():
    texts = {relative(path): path.read_text("utf-8") for path in APP + DEVELOPMENT}
    assert not [path for path, text in texts.items() if text and not _docstring(text)]


def _docstring(text: str) -> str | None:
    return ast.get_docstring(ast.parse(text))


def test_functions_are_short():
    long = {}
    for path in APP:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                length = (node.end_lineno or 0) - node.lineno + 1
                if length > LONGEST_FUNCTION:
                    long[f"{relative(path)}:{node.name}"] = length
    assert not long


def test_every_page_is_in_the_navigation():
    registered = set(re.findall(r'"(pages/\w+\.py)"', (ROOT / "app.py").read_text()))
    there = {relative(path) for path in (ROOT / "pages").glob("*.py") if path.stem != "__init__"}
    assert registered == there


def test_the_readme_names_the_two_commands_and_only_screenshots_that_exist():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert "make run" in text
    assert "make test" in text
    for name in re.findall(r"docs/screenshots/[\w.-]+", text):
        assert (ROOT / name).is_file(), name


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
