"""``make gcp-local``: the cloud's half of the graph on this machine, with stand-ins for Google's.

Starts fake-gcs-server and local-bigquery, prints the settings that name them, makes bucket and
dataset, and loads a month and the zones from the file to the merged tables. Then it waits, so that
the UI and further commands can be tried out, until Ctrl-C.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

from taxi_assets_tests.fake_gcs_server import serving_fake_gcs
from taxi_assets_tests.local_bigquery import NoPythonError, serving_local_bigquery

_COMMANDS = (
    ("setup", "gcp"),
    ("load", "green", "2020-04", "2020-06"),
    ("load", "zones"),
    ("status",),
)


def main(wait: bool) -> int:
    """Run it; the exit code is that of the first command that fails.

    Args:
        wait: for Ctrl-C, before the stand-ins are stopped.
    """
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="gcp-local-")))
        (folder / "bigquery").mkdir()
        try:
            bigquery = stack.enter_context(serving_local_bigquery(folder / "bigquery"))
        except NoPythonError as error:
            _say(f"{error}: install one, with `pyenv install 3.13` or from python.org")
            return 1
        storage = stack.enter_context(serving_fake_gcs())
        settings = {
            "STORAGE_EMULATOR_HOST": storage,
            "BIGQUERY_EMULATOR_HOST": bigquery,
            "GCP_PROJECT_ID": "local-project",
            "TAXI_LAKE": "gs://local-lake/raw",
            "TAXI_WAREHOUSES": "bigquery,duckdb",
            "TAXI_SOURCE": "sample",
            "TAXI_DATA_DIR": str(folder / "data"),
        }
        for name, value in settings.items():
            _say(f"export {name}={value}")
        for command in _COMMANDS:
            if failed := _run(command, settings):
                return failed
        if wait:
            _say("\nWith these settings: `taxi-assets dev`. Ctrl-C ends the stand-ins.")
            with contextlib.suppress(KeyboardInterrupt):
                signal.pause()
    return 0


def _run(command: tuple[str, ...], settings: Mapping[str, str]) -> int:
    _say(f"\n$ taxi-assets {' '.join(command)}")
    program = Path(sys.executable).with_name("taxi-assets")
    environment = {**os.environ, **settings}
    return subprocess.run([program, *command], env=environment, check=False).returncode


def _say(text: str) -> None:
    print(text, flush=True)  # noqa: T201 - what it is for


if __name__ == "__main__":
    sys.exit(main(wait="--no-wait" not in sys.argv[1:]))
