"""The only reader of the environment: every setting, typed, with its default and meaning.

Settings come from environment variables, then from a file ``.env`` in the working directory.
A value that cannot be used, or a ``TAXI_`` name that no setting has, is an error that names it: a
typo must not silently mean the default. Names of Google Cloud's settings are the flows' and
Google's own; others may begin like them.
"""

from __future__ import annotations

from taxi_assets.settings.choices import WAREHOUSES, Runner, SourceChoice, ThirdRun
from taxi_assets.settings.model import Settings, variable, variables
from taxi_assets.settings.reading import read_settings, require_needs

__all__ = [
    "WAREHOUSES",
    "Runner",
    "Settings",
    "SourceChoice",
    "ThirdRun",
    "read_settings",
    "require_needs",
    "variable",
    "variables",
]
