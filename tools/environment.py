"""Makes .venv and installs the pinned requirements into it, once: `python tools/environment.py`.

A stamp inside .venv remembers what was installed, so that the next call takes a moment.
Knows nothing of the dashboard. Standard library only, and written so that an old Python
can read it far enough to say which one is needed.
"""

import argparse
import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import List, Optional, Tuple

ROOT = Path(__file__).resolve().parent.parent
OLDEST, NEWEST = (3, 11), (3, 13)
THIS = sys.version_info[:2]
ADVICE = "please install one of those three and try again."


class SetupError(Exception):
    """Why there is no environment, in words for a terminal."""


def check_python(version: Tuple[int, int] = THIS) -> None:
    """Raises SetupError where this Python is not one that TensorFlow and the app run on."""
    if not OLDEST <= version <= NEWEST:
        raise SetupError(
            "ConvScope needs Python 3.11, 3.12 or 3.13, "
            f"and this is Python {version[0]}.{version[1]}: {ADVICE}"
        )


def has_nvidia_gpu() -> bool:
    """True where nvidia-smi is there and answers that a GPU is too."""
    command = shutil.which("nvidia-smi")
    if command is None:
        return False
    try:
        answer = subprocess.run(
            [command, "-L"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, timeout=30
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return answer.returncode == 0 and b"GPU" in answer.stdout


def requirements(root: Path, dev: bool, cuda: bool) -> str:
    """The lines to install; with `cuda`, TensorFlow brings its CUDA libraries at the same pin."""
    names = ["requirements.txt"] + (["requirements-dev.txt"] if dev else [])
    text = "\n".join((root / name).read_text(encoding="utf-8") for name in names)
    if cuda:
        text = text.replace("\ntensorflow==", "\ntensorflow[and-cuda]==")
    return text


def prepare(root: Path, dev: bool) -> None:
    """Make `root`/.venv hold the requirements, doing nothing where it already does.

    Raises:
        SetupError: in words for a terminal.
    """
    check_python()
    venv = root / ".venv"
    cuda = has_nvidia_gpu()
    # The development environment holds the app's requirements too.
    sets = {"app": requirements(root, False, cuda), "dev": requirements(root, True, cuda)}
    if not dev:
        del sets["dev"]
    wanted = sets["dev" if dev else "app"]
    stamps = {venv / (".installed-" + name): fingerprint(text) for name, text in sets.items()}
    if venv_version(venv) == THIS and all(_read(path) == mark for path, mark in stamps.items()):
        return
    make_venv(venv)
    for path in venv.glob(".installed-*"):
        path.unlink()
    print("Installing ConvScope's requirements: this takes a few minutes, once.", flush=True)
    install(venv, wanted)
    for path, mark in stamps.items():
        path.write_text(mark, encoding="utf-8")


def fingerprint(text: str) -> str:
    return hashlib.sha256((sys.version + text).encode("utf-8")).hexdigest()


def venv_version(venv: Path) -> Optional[Tuple[int, int]]:
    """(major, minor) of the Python in `venv`, or None where there is none that runs."""
    code = "import sys; print(sys.version_info[0], sys.version_info[1])"
    try:
        answer = subprocess.run(
            [str(venv / "bin" / "python"), "-c", code],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
    except OSError:
        return None
    parts = answer.stdout.split()
    return (int(parts[0]), int(parts[1])) if answer.returncode == 0 and len(parts) == 2 else None


def make_venv(venv: Path) -> None:
    """Create `venv`, or make it anew where it is broken or of another Python.

    Raises:
        SetupError: Python came without its venv module, and there is no uv.
    """
    if venv_version(venv) == THIS:
        return
    print(f"Making {venv.name} with Python {THIS[0]}.{THIS[1]}.", flush=True)
    uv = shutil.which("uv")
    if uv and _run([uv, "venv", "--quiet", "--clear", "--python", sys.executable, str(venv)]):
        return
    if not _run([sys.executable, "-m", "venv", "--clear", str(venv)]):
        raise SetupError(
            f"{sys.executable} could not make a virtual environment in {venv}. On Debian and "
            "Ubuntu, `apt-get install python3-venv` adds what is missing."
        )


def install(venv: Path, text: str) -> None:
    """Install the requirements in `text` through uv where it is there, else through pip.

    Raises:
        SetupError: neither could.
    """
    wanted = venv / "requirements.txt"
    wanted.write_text(text, encoding="utf-8")
    python = str(venv / "bin" / "python")
    uv = shutil.which("uv")
    if uv:
        if _run([uv, "pip", "install", "--python", python, "-r", str(wanted)]):
            return
        print("uv could not install them; trying pip.", flush=True)
    if not _run([python, "-m", "pip", "--version"], quiet=True):
        _run([python, "-m", "ensurepip"], quiet=True)  # a venv that uv made has no pip
    command = [python, "-m", "pip", "install", "--disable-pip-version-check"]
    if not _run([*command, "-r", str(wanted)]):
        raise SetupError(
            "The requirements could not be installed: what pip said stands above. "
            "Check the connection and the free disk space, then try again."
        )


def _run(command: List[str], quiet: bool = False) -> bool:
    output = subprocess.DEVNULL if quiet else None
    return subprocess.run(command, stdout=output, stderr=output).returncode == 0


def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8") if path.is_file() else ""


def main(arguments: Optional[List[str]] = None) -> int:
    parser = argparse.ArgumentParser(description="Make .venv and install the requirements.")
    parser.add_argument("--dev", action="store_true", help="development tools too")
    options = parser.parse_args(arguments)
    os.chdir(str(ROOT))
    try:
        prepare(ROOT, options.dev)
    except SetupError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
