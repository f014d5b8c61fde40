"""tools/environment.py and tools/find_python.sh, with stand-ins for the commands they call."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tools import environment
from tools.environment import SetupError, check_python, has_nvidia_gpu, requirements

ROOT = Path(environment.__file__).parent.parent
FIND = ROOT / "tools" / "find_python.sh"


def script(folder: Path, name: str, body: str) -> Path:
    path = folder / name
    path.write_text(f"#!/bin/sh\n{body}\n", encoding="utf-8")
    path.chmod(0o755)
    return path


def python_that_says(folder: Path, name: str, version: str, fits: bool) -> Path:
    """A command that answers find_python.sh's two questions as that Python would."""
    fitting = f'echo "{folder}/{name}"' if fits else "exit 1"
    return script(folder, name, f'case "$2" in *executable*) {fitting};; *) echo {version};; esac')


def find_python(folder: Path, **extra: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["/bin/sh", str(FIND)],
        cwd=folder,
        env={"PATH": str(folder), **extra},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_newest_fitting_python_is_found(tmp_path):
    python_that_says(tmp_path, "python3.11", "3.11", fits=True)
    expected = python_that_says(tmp_path, "python3.12", "3.12", fits=True)
    assert find_python(tmp_path).stdout.strip() == str(expected)


def test_a_shim_that_does_not_run_is_passed_over(tmp_path):
    script(tmp_path, "python3.13", "echo 'command not found' >&2; exit 127")
    expected = python_that_says(tmp_path, "python3", "3.11", fits=True)
    answer = find_python(tmp_path)
    assert (answer.returncode, answer.stdout.strip(), answer.stderr) == (0, str(expected), "")


def test_an_existing_environment_comes_first_and_python_before_it(tmp_path):
    python_that_says(tmp_path, "python3.13", "3.13", fits=True)
    (tmp_path / ".venv" / "bin").mkdir(parents=True)
    inside = python_that_says(tmp_path / ".venv" / "bin", "python", "3.11", fits=True)
    assert find_python(tmp_path).stdout.strip() == str(inside)
    other = python_that_says(tmp_path, "chosen", "3.12", fits=True)
    assert find_python(tmp_path, PYTHON=str(other)).stdout.strip() == str(other)


@pytest.mark.parametrize(
    ("there", "words"),
    [((), "no Python that runs"), (("3.8",), "Python 3.8"), (("3.9", "3.14"), "and Python 3.14")],
)
def test_without_a_fitting_python_there_is_one_sentence(tmp_path, there, words):
    for name, version in zip(("python3", "python"), there, strict=False):
        python_that_says(tmp_path, name, version, fits=False)
    answer = find_python(tmp_path)
    assert answer.returncode == 1
    assert answer.stdout == ""
    assert answer.stderr.count("\n") == 1
    assert words in answer.stderr
    assert "3.11, 3.12 or 3.13" in answer.stderr


@pytest.mark.parametrize("version", [(3, 8), (3, 10), (3, 14)])
def test_another_python_is_refused(version):
    with pytest.raises(SetupError, match=rf"this is Python {version[0]}\.{version[1]}"):
        check_python(version)


@pytest.mark.parametrize("version", [(3, 11), (3, 12), (3, 13)])
def test_these_pythons_do(version):
    check_python(version)


def test_the_script_is_readable_to_an_old_python():
    import ast

    ast.parse(Path(environment.__file__).read_text(encoding="utf-8"), feature_version=(3, 7))


def test_cuda_libraries_come_at_the_same_pin():
    plain = requirements(ROOT, dev=False, cuda=False)
    cuda = requirements(ROOT, dev=False, cuda=True)
    pin = next(line for line in plain.splitlines() if line.startswith("tensorflow=="))
    assert pin.replace("tensorflow", "tensorflow[and-cuda]") in cuda.splitlines()
    assert pin not in cuda.splitlines()
    assert "pytest==" in requirements(ROOT, dev=True, cuda=False)


@pytest.mark.parametrize(
    ("answer", "there"),
    [("echo 'GPU 0: NVIDIA H200'", True), ("echo 'no devices'", False), ("exit 9", False)],
)
def test_a_gpu_is_one_that_nvidia_smi_names(tmp_path, monkeypatch, answer, there):
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}/bin")
    script(tmp_path, "nvidia-smi", answer)
    assert has_nvidia_gpu() is there


def test_no_nvidia_smi_is_no_gpu(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    assert has_nvidia_gpu() is False


class Project:
    """A folder with requirements, a venv of the running Python, and a `uv` that keeps a log."""

    def __init__(self, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.root = root
        self.log = root / "uv.log"
        (root / "requirements.txt").write_text("\ntensorflow==1.0\n")
        (root / "requirements-dev.txt").write_text("pytest==1.0\n")
        (root / "bin").mkdir()
        script(root / "bin", "uv", f'echo "$@" >> {self.log}')
        place = root / ".venv" / "bin"
        place.mkdir(parents=True)
        script(place, "python", f'exec {sys.executable} "$@"')
        monkeypatch.setenv("PATH", f"{root / 'bin'}{os.pathsep}/bin{os.pathsep}/usr/bin")

    def installs(self) -> int:
        text = self.log.read_text() if self.log.is_file() else ""
        return text.count("pip install")


@pytest.fixture
def project(tmp_path, monkeypatch):
    return Project(tmp_path, monkeypatch)


def test_the_second_time_installs_nothing(project):
    environment.prepare(project.root, dev=False)
    environment.prepare(project.root, dev=False)
    assert project.installs() == 1


def test_the_development_environment_serves_the_app_too(project):
    environment.prepare(project.root, dev=True)
    environment.prepare(project.root, dev=False)
    environment.prepare(project.root, dev=True)
    assert project.installs() == 1
    assert "pytest==1.0" in (project.root / ".venv" / "requirements.txt").read_text()


def test_a_changed_pin_installs_again(project):
    environment.prepare(project.root, dev=False)
    (project.root / "requirements.txt").write_text("\ntensorflow==2.0\n")
    environment.prepare(project.root, dev=False)
    assert project.installs() == 2


def test_an_installation_that_failed_is_tried_again(project):
    script(project.root / "bin", "uv", "exit 1")
    script(
        project.root / ".venv" / "bin",
        "python",
        f"""
case "$*" in *"pip install"*) exit 1;; esac
exec {sys.executable} "$@" """,
    )
    for _ in range(2):
        with pytest.raises(SetupError, match="could not be installed"):
            environment.prepare(project.root, dev=False)
    assert not list((project.root / ".venv").glob(".installed-*"))
