"""Says whether a Python can run the project, before anything is installed with it.

    python3 deploy/check_python.py

`make` runs it. It must itself run in every Python from 3.6 on, and so uses nothing newer.
"""

import importlib
import os
import sys

FIRST, END = (3, 11), (3, 14)
NEEDED = ("venv", "ensurepip", "ssl", "sqlite3", "ctypes")
"""Modules that some systems leave out of Python, or that are missing where it was compiled."""


def problem(version: "tuple[int, int]", missing: "list[str]") -> "tuple[str, str] | None":
    """What is wrong with a Python of this version and these missing modules, and what to do.

    None if nothing is.
    """
    name = f"Python {version[0]}.{version[1]}"
    if not FIRST <= version < END:
        return (
            f"{name} cannot be used: the project needs 3.11, 3.12 or 3.13",
            "install one of them, and name it: make demo PYTHON=python3.13",
        )
    if missing:
        package = f"python{version[0]}.{version[1]}-venv"
        return (
            f"{name} is incomplete: it lacks {', '.join(missing)}",
            f"on Debian and Ubuntu: `apt-get install {package}`; elsewhere install a complete "
            "Python, and name it: make demo PYTHON=python3.13",
        )
    return None


def missing_modules() -> "list[str]":
    """Those of NEEDED that this Python has not."""
    missing = []
    for name in NEEDED:
        try:
            importlib.import_module(name)
        except ImportError:
            missing.append(name)
    return missing


if __name__ == "__main__":
    found = problem((sys.version_info[0], sys.version_info[1]), missing_modules())
    if found:
        place = os.path.realpath(sys.executable)
        sys.exit(f"Error: {found[0]} ({place}).\n  What to do: {found[1]}")
