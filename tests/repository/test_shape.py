"""How large things are, how they are named, and what belongs where."""

import ast
import re
from collections import Counter
from pathlib import Path

from tests.conftest import ROOT
from tests.repository.sources import APP, DEVELOPMENT, PAGES, relative, text_of

LONGEST_FILE = {"core": 300, "pages": 300, "app.py": 60}  # lines; of the rest 400
LONGEST_FUNCTION = 50
MOST_FILES = 12  # in a folder
ASSETS = (".py", ".js", ".css", ".sh")


def test_files_are_short():
    lengths = {relative(path): text_of(path).count("\n") for path in APP + DEVELOPMENT}
    long = {
        path: length
        for path, length in lengths.items()
        if length > LONGEST_FILE.get(path.partition("/")[0], 400)
    }
    assert not long


def test_folders_hold_few_files():
    folders = Counter(
        relative(path.parent)
        for top in ("core", "pages", "tests", "tools", "benchmarks")
        for path in (ROOT / top).rglob("*")
        if path.suffix in ASSETS
    )
    assert not {folder: count for folder, count in folders.items() if count > MOST_FILES}


def test_functions_are_short():
    long = {}
    for path in APP:
        for node in ast.walk(ast.parse(text_of(path))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                length = (node.end_lineno or 0) - node.lineno + 1
                if length > LONGEST_FUNCTION:
                    long[f"{relative(path)}:{node.name}"] = length
    assert not long


def test_modules_say_what_they_are_for():
    silent = [
        relative(path)
        for path in APP + DEVELOPMENT
        if text_of(path) and not ast.get_docstring(ast.parse(text_of(path)))
    ]
    assert not silent


def test_no_product_file_is_named_like_a_test():
    names = [path for path in APP if re.match(r"test_|.*_test$", path.stem)]
    assert not names


def test_only_state_names_session_keys():
    naming = {relative(path) for path in APP if "session_state" in text_of(path)}
    assert naming == {"pages/session/state.py"}


def test_only_the_queue_names_the_devices_lock():
    naming = {relative(path) for path in APP if ".device.lock" in text_of(path)}
    assert naming == {"core/jobs/queue.py"}


def test_only_files_puts_files_in_the_place_of_others_syncs_and_locks():
    calls = re.compile(r"\bfcntl\b|os\.(replace|rename|fsync)\(|shutil\.move|mkstemp|TemporaryFile")
    assert {relative(path) for path in APP if calls.search(text_of(path))} == {"core/files.py"}
    # What is made under a hidden name and renamed as a folder, and a ticket of the queue.
    renaming = {relative(path) for path in APP if ".rename(" in text_of(path)}
    assert renaming == {"core/data/store.py", "core/runs/store.py", "core/jobs/queue.py"}


ARRAY_METHODS = {
    *("sum", "mean", "std", "var", "argmax", "argmin", "argsort", "cumsum", "clip"),
    *("reshape", "ravel", "flatten", "astype", "transpose", "squeeze", "repeat"),
}


def test_pages_leave_array_maths_to_core():
    """NumPy in a page is a type: neither its functions nor its arrays' methods are called."""
    calls = set()
    for path in PAGES:
        for node in ast.walk(ast.parse(text_of(path))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                owner = ast.unparse(node.func.value)
                if owner in ("np", "numpy") or node.func.attr in ARRAY_METHODS:
                    calls.add(f"{relative(path)}:{node.lineno} {ast.unparse(node.func)}")
    assert not calls


def is_page(path: Path) -> bool:
    """A page is a script: its last line runs it."""
    return text_of(path).endswith("\nmain()\n")


def test_every_page_is_in_the_navigation_and_nothing_else():
    registered = set(re.findall(r'"(pages/[\w/]+\.py)"', text_of(ROOT / "app.py")))
    assert registered == {relative(path) for path in PAGES if is_page(path)}


def test_no_script_lies_directly_in_pages():
    """Streamlit would take it for a page of its old kind and run it without the router."""
    assert [path.name for path in (ROOT / "pages").glob("*.py")] == ["__init__.py"]


def test_links_lead_to_pages_that_exist():
    named = {
        (relative(path), link)
        for path in PAGES
        for link in re.findall(r'"(pages/[\w/]+\.py)"', text_of(path))
    }
    assert named
    assert not {(path, link) for path, link in named if not is_page(ROOT / link)}


def test_formatting_is_never_switched_off():
    marked = [relative(path) for path in APP + DEVELOPMENT if "# fmt" + ":" in text_of(path)]
    assert not marked
