"""`make demo` on machines whose Python cannot be used: told before anything is made."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
OLD = "sys.version_info = (3, 10, 2, 'final', 0)"
WITHOUT_VENV = "sys.modules['ensurepip'] = None"
MADE = "mkdir -p .venv/bin && ln -s {python} .venv/bin/python"


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout of what setting up begins with."""
    (tmp_path / "deploy").mkdir()
    for name in ("Makefile", "deploy/check_python.py"):
        shutil.copy(ROOT / name, tmp_path / name)
    for name in ("requirements.lock", "pyproject.toml", "setup.py"):
        (tmp_path / name).touch()
    return tmp_path


def a_python(folder: Path, is_like: str = "pass", venv: str = "exit 3") -> str:
    """A Python that takes itself for another one, and makes a .venv in another way."""
    program = f"import sys; {is_like}; exec(open(sys.argv[1]).read())"
    path = folder / "a_python"
    path.write_text(
        f'#!/bin/sh\nif [ "$1" = -m ]; then echo "$@" >>calls; {venv.format(python=path)}\n'
        f'else exec {sys.executable} -c "{program}" "$1"; fi\n',
        "utf-8",
    )
    path.chmod(0o755)
    return str(path)


def make(checkout: Path, target: str, python: str) -> subprocess.CompletedProcess[str]:
    """Call make as a user does."""
    return subprocess.run(
        ["make", target, f"PYTHON={python}"],
        cwd=checkout,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(
    ("is_like", "what"),
    [
        (OLD, "Python 3.10 cannot be used: the project needs 3.11, 3.12 or 3.13"),
        (WITHOUT_VENV, "is incomplete: it lacks ensurepip"),
    ],
)
def test_a_python_that_cannot_be_used_is_told_before_anything_is_made(
    checkout: Path, is_like: str, what: str
) -> None:
    done = make(checkout, "demo", a_python(checkout, is_like))

    assert done.returncode != 0
    assert what in done.stderr
    assert "What to do: " in done.stderr
    assert "make demo PYTHON=python3.13" in done.stderr
    assert not (checkout / ".venv").exists()
    assert not (checkout / "calls").exists()


def test_a_python_that_is_not_there_is_told(checkout: Path) -> None:
    done = make(checkout, "demo", "no-such-python")

    assert done.returncode != 0
    assert "Error: there is no no-such-python." in done.stderr
    assert "What to do: install Python 3.11, 3.12 or 3.13" in done.stderr


def test_a_half_made_environment_does_not_stay(checkout: Path) -> None:
    done = make(checkout, "demo", a_python(checkout, venv=f"{MADE} && exit 1"))

    assert done.returncode != 0
    assert not (checkout / ".venv").exists()


def test_one_whose_making_was_killed_is_made_anew_and_a_whole_one_is_not(checkout: Path) -> None:
    python = a_python(checkout, venv=f"{MADE}; touch .venv/bin/activate")
    (checkout / ".venv" / "bin").mkdir(parents=True)
    (checkout / ".venv" / "bin" / "python").symlink_to(sys.executable)

    for _ in range(2):
        done = make(checkout, ".venv/bin/activate", python)
        assert done.returncode == 0, done.stderr

    assert (checkout / "calls").read_text("utf-8") == "-m venv --clear .venv\n"


def test_an_environment_of_another_python_is_told(checkout: Path) -> None:
    python = a_python(checkout, OLD)
    (checkout / ".venv" / "bin").mkdir(parents=True)
    (checkout / ".venv" / "bin" / "activate").touch()
    (checkout / ".venv" / "bin" / "python").symlink_to(python)

    done = make(checkout, "demo", python)

    assert done.returncode != 0
    assert "Python 3.10 cannot be used" in done.stderr
    assert "This is the Python of .venv: `make clean` removes it." in done.stderr
