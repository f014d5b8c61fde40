"""`python -m benchmarks`: which modules are benchmarks, and which are what they share."""

import ast
from collections import Counter

from benchmarks.__main__ import modules
from tests.conftest import ROOT


def runs_itself(text: str) -> bool:
    last = ast.parse(text).body[-1:]
    return [ast.unparse(node.test) for node in last if isinstance(node, ast.If)] == [
        "__name__ == '__main__'"
    ]


def test_benchmarks_are_the_scripts_and_nothing_else():
    folder = ROOT / "benchmarks"
    scripts = [
        path
        for path in folder.rglob("*.py")
        if path.stem != "__main__" and runs_itself(path.read_text(encoding="utf-8"))
    ]
    assert set(modules()) == {path.stem for path in scripts}
    assert max(Counter(path.stem for path in scripts).values()) == 1


def test_throughput_is_one_of_them_and_its_contestants_are_none():
    assert modules()["throughput"] == "benchmarks.throughput.throughput"
    assert not {"common", "turns", "serving", "task", "ours", "pytorch"} & set(modules())
