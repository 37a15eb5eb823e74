"""The files at the top of the repository that the program uses, in a checkout or in a wheel.

A wheel has copies in the folder ``project`` beside this module: ``setup.py`` puts them there.
"""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent
_SIGN_OF_A_CHECKOUT = "pyproject.toml"


def project_folder() -> Path:
    """The folder with ``dagster.yaml``, ``workspace.yaml``, ``README.md`` and ``docs``."""
    checkout = _PACKAGE.parent
    is_checkout = (checkout / _SIGN_OF_A_CHECKOUT).is_file()
    return checkout if is_checkout else _PACKAGE / "project"
