"""What may import what: a row for each room, no circle, no TensorFlow where none is needed."""

import subprocess
import sys
from graphlib import CycleError, TopologicalSorter

import pytest

from tests.conftest import ROOT
from tests.repository.sources import (
    APP,
    CORE,
    PAGES,
    is_under,
    module_of,
    offenders,
    our_imports,
)

# From the lowest room of core to the highest: each may import those above its row only.
# A folder or file directly under core that has no row here fails the test.
ROOMS = (
    "core.notation",
    "core.errors",
    "core.reading",
    "core.files",
    "core.machine",
    "core.config",
    "core.runs",
    "core.recipes",
    "core.models",
    "core.photos",
    "core.data",
    "core.analysis",
    "core.training",
    "core.jobs",
    "core.series",
    "core.studies",
    "core.searches",
    "core.figures",
    "core.cli",
    "core.__main__",
)
# What a room leaves alone though it lies lower: a wall, not an order.
WALLS = {
    "core.figures": {
        "core.training",
        "core.jobs",
        "core.series",
        "core.studies",
        "core.searches",
        "core.data",
        "core.models",
        "core.photos",
    },
    "core.analysis": {"core.data", "core.photos"},
    "core.data": {"core.runs"},
    "core.training": {"core.recipes"},
    "core.jobs": {"core.recipes"},
}
# In pages: what a page's own room may use of pages.
SHARED = ("pages.session", "pages.widgets")
SECTIONS = ("start", "data", "design", "train", "understand", "use")

WITHOUT_TENSORFLOW = (
    "core.errors",
    "core.reading",
    "core.files",
    "core.config",
    "core.runs",
    "core.runs.drafts",
    "core.machine",
    "core.recipes",
    "core.photos.network_input",
    "core.photos.classify",
    "core.data.catalog",
    "core.data.load",
    "core.data.splits",
    "core.data.stats",
    "core.models.plan",
    "core.models.inference",
    "core.jobs.preflight",
    "core.jobs.pace",
    "core.jobs.launch",
    "core.jobs.worker",
    "core.series",
    "core.series.conductor",
    "core.studies",
    "core.studies.conductor",
    "core.searches",
    "core.searches.conductor",
    "core.training.schedules",
    "core.training.lr_suggestion",
    "core.analysis.evaluation",
    "core.analysis.feature_maps",
    "core.cli.commands",
    "core.__main__",
    *(module_of(path) for path in CORE if path.parent.name == "figures"),
)


def room_of(module: str) -> str:
    return ".".join(module.split(".")[:2])


def test_every_room_of_core_has_its_row():
    rooms = {room_of(module_of(path)) for path in CORE} - {"core"}
    assert rooms == set(ROOMS)


def test_imports_in_core_point_down():
    graph = our_imports(CORE)
    upwards = {
        f"{module} -> {other}"
        for module, others in graph.items()
        for other in others
        if "core" not in (module, other)
        and ROOMS.index(room_of(other)) > ROOMS.index(room_of(module))
    }
    assert not upwards


@pytest.mark.parametrize("room", WALLS)
def test_walls_between_rooms_hold(room: str):
    through = {
        f"{module} -> {other}"
        for module, others in our_imports(CORE).items()
        if room_of(module) == room
        for other in others
        if room_of(other) in WALLS[room]
    }
    assert not through


def test_core_imports_neither_streamlit_nor_what_stands_above_it():
    above = ("streamlit", "pages", "app", "tools", "tests", "benchmarks")
    assert not offenders(CORE, above)


def test_every_section_of_pages_has_its_row():
    folders = {path.name for path in (ROOT / "pages").iterdir() if path.is_dir()}
    there = {name for name in folders if not name.startswith(("_", "."))}
    assert there == {*SECTIONS, *(name.removeprefix("pages.") for name in SHARED)}


def test_imports_in_pages_point_from_section_to_widgets_to_session_to_core():
    order = {"pages.session": 0, "pages.widgets": 1}
    wrong = set()
    for module, others in our_imports(PAGES).items():
        own = room_of(module)
        for other in others - {"pages"}:
            lower = order.get(room_of(other), 2) < order.get(own, 2)
            if room_of(other) != own and not lower:
                wrong.add(f"{module} -> {other}")
    assert not wrong


def test_no_import_circle_anywhere():
    graph = our_imports(APP)
    # A package's __init__ hands names on from its modules; those import each other, not it.
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        pytest.fail(f"a circle: {' -> '.join(error.args[1])}")


def test_modules_of_a_room_do_not_import_its_front_door():
    """`from core.runs import ...` inside core/runs would be a circle that the order hides."""
    wrong = {
        f"{module} -> {other}"
        for module, others in our_imports(APP).items()
        for other in others
        if module.startswith(f"{other}.")
        and module.count(".") == other.count(".") + 1
        and (ROOT / other.replace(".", "/") / "__init__.py").read_text().count("import")
    }
    assert not wrong


def test_pages_import_no_tensorflow_and_never_train():
    heavy = (
        "tensorflow",
        "keras",
        "core.training.engine",
        "core.training.trainer",
        "core.training.lr_range",
        "core.jobs.worker",
    )
    assert not offenders([ROOT / "app.py", *PAGES], heavy)


def test_pages_leave_file_formats_to_core():
    formats = ("PIL", "io", "json", "csv", "base64", "zipfile", "tarfile", "struct", "gzip")
    found = offenders(PAGES, formats)
    # There it is the type of a picture that is handed on.
    assert found == {"pages/widgets/photo_upload.py": ["PIL", "PIL.Image"]}


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


def test_what_draws_and_reads_needs_no_slow_library_either():
    """scikit-learn, SciPy and Optuna take long; only what cannot do without loads them, late."""
    quick = tuple(
        name for name in WITHOUT_TENSORFLOW if not name.startswith(("core.cli", "core.__main__"))
    )
    code = f"""
import importlib, sys
for name in {quick!r}:
    importlib.import_module(name)
sys.exit(", ".join({{"sklearn", "scipy", "pooch", "optuna"}} & set(sys.modules)) or 0)
"""
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_is_under_tells_a_package_from_a_name_that_begins_like_it():
    assert is_under("core.data.load", "core.data") and is_under("core.data", "core.data")
    assert not is_under("core.database", "core.data")
