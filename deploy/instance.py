"""Writes Dagster's instance file of the image: the project's own, with some parts changed.

    python deploy/instance.py dagster.yaml deploy/instance/server.yaml > …/dagster.yaml

The image has one for each way to launch runs; what they share with a laptop is written once.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

_WHOLE = {"run_launcher"}  # another launcher does not share its configuration


def changed(base: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """The base with every value of the changes in place of its own."""
    result = dict(base)
    for key, value in changes.items():
        before = result.get(key)
        if isinstance(before, Mapping) and isinstance(value, Mapping) and key not in _WHOLE:
            result[key] = changed(before, value)
        else:
            result[key] = value
    return result


def main(arguments: list[str]) -> None:
    """Print the instance file that the two files named make."""
    base, changes = (yaml.safe_load(Path(name).read_text("utf-8")) for name in arguments)
    sys.stdout.write(yaml.safe_dump(changed(base, changes), sort_keys=False))


if __name__ == "__main__":
    main(sys.argv[1:])
