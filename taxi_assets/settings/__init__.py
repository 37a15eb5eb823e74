"""The only reader of the environment: all settings with types, defaults and meanings.

Settings come from environment variables, then from a file ``.env`` in the working directory.
A value that cannot be used is an error, and so is an unknown name that begins with ``TAXI_``, since
a typo must not silently mean the default. The settings of Google Cloud have the names of the Kestra
flows and of Google. Unknown names that begin like these are allowed.
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
