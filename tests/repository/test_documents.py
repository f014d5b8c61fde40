"""README and CONTRIBUTING say what is there, and all of it."""

import argparse
import ast
import re
from pathlib import Path

from core.cli.commands import build_parser
from tests.conftest import ROOT
from tests.repository.sources import APP, text_of

README = (ROOT / "README.md").read_text(encoding="utf-8")
CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")
ARCHITECTURE = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")


def test_only_screenshots_that_exist_are_shown_and_all_of_them():
    shown = set(re.findall(r"docs/screenshots/([\w.-]+)", README))
    there = {path.name for path in (ROOT / "docs" / "screenshots").iterdir()}
    assert shown == there


def test_every_make_target_is_documented_and_the_other_way_round():
    targets = set(re.findall(r"^([a-z][a-z-]*):", MAKEFILE, re.MULTILINE))
    named = set(re.findall(r"\bmake ([a-z][a-z-]*)", README + CONTRIBUTING))
    assert named == targets


def test_every_variable_of_the_makefile_named_exists():
    variables = set(re.findall(r"^([A-Z_]+) \?=", MAKEFILE, re.MULTILINE)) | {"ONLY"}
    named = set(re.findall(r"\bmake \w+ ([A-Z]+)=", README + CONTRIBUTING))
    assert named == variables


def test_every_environment_variable_is_documented_and_the_other_way_round():
    """Our own; one that only our processes tell each other is no setting."""
    variable = re.compile(r"\bCONVSCOPE_[A-Z]+\b")
    read = {name for path in APP for name in variable.findall(text_of(path))}
    assert set(variable.findall(README)) == read


def test_every_command_is_documented_and_the_other_way_round():
    subparsers = next(
        action
        for action in build_parser()._actions
        if isinstance(action, argparse._SubParsersAction)
    )
    lines = re.findall(r"python -m core ([a-z|-]+)", README)
    named = {name for line in lines for name in line.split("|")}
    assert named == set(subparsers.choices)


def test_every_option_named_exists():
    code = "".join(text_of(path) for path in [*APP, *sorted((ROOT / "tools").glob("*.py"))])
    for option in re.findall(r"(?<![\w-])(--[a-z][a-z-]+)", README):
        assert f'"{option}"' in code, option


def test_the_architecture_names_every_room():
    rooms = [f"core/{path.name}/" for path in (ROOT / "core").iterdir() if path.is_dir()] + [
        f"pages/{path.name}/" for path in (ROOT / "pages").iterdir() if path.is_dir()
    ]
    missing = [room for room in rooms if "__" not in room and f"`{room}`" not in ARCHITECTURE]
    assert not missing


def test_words_that_have_a_better_one_name_nothing():
    """The list in CONTRIBUTING: in its first column the word to use, in its second the other."""
    rows = re.findall(r"^\| ([^|]+) \| ([^|]+) \|", CONTRIBUTING, re.MULTILINE)
    banned = {word for _, others in rows for word in re.findall(r"`(\w+)`", others)}
    assert len(banned) >= 15
    legacy = {ROOT / "core" / "runs" / "legacy.py"}
    used = {
        (word, path.relative_to(ROOT).as_posix())
        for path in set(APP) - legacy
        for word in banned & names_in(path)
    }
    assert not used
    told = re.compile(r"\b(train|training|validation|test) part\b", re.IGNORECASE)
    assert not [path for path in set(APP) - legacy if told.search(text_of(path))]


def names_in(path: Path) -> set[str]:
    """What the code of a file names: not its prose, and not its data."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(text_of(path))):
        for field in ("id", "arg", "attr", "name", "asname"):
            value = getattr(node, field, None)
            if isinstance(value, str):
                found.update(name for dotted in value.split(".") for name in _words(dotted))
    return found


def _words(name: str) -> list[str]:
    """A name and the words that it is made of; Streamlit's own names are theirs."""
    if name in ("segmented_control",):
        return [name]
    return [name, *name.replace("learning_rates", "lrs").split("_")]
