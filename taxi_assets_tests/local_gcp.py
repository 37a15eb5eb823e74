"""``make gcp-local``: the cloud's half of the graph on this machine, with stand-ins for Google's.

Starts a stand-in for Cloud Storage and local-bigquery, prints the settings that name them, and goes
the whole way: bucket and dataset, two months as CSV and two as Parquet, zones, status, checks,
audit, doctor. Then it waits, so that the UI and further commands can be tried out, until Ctrl-C.

Where TAXI_CSV_BASE_URL and TAXI_PARQUET_BASE_URL name published files, months of these are loaded
instead of synthetic ones: ``GCP_LOCAL_ARGS="--months=2020-04,2022-01"``.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from taxi_assets.source.synthetic.zones import zone_lookup
from taxi_assets.trips.datasets import DATASETS
from taxi_assets.trips.file import FileFormat, TripFile
from taxi_assets.trips.month import Month
from taxi_assets.trips.zones import ZONES_FILE
from taxi_assets_tests.integration.equality.generated_months import publish_csv, publish_parquet
from taxi_assets_tests.local_bigquery import NoPythonError, serving_local_bigquery
from taxi_assets_tests.published import Mirror
from taxi_assets_tests.storage_server import serving_storage

_TAXI = "green"
_MONTHS = ("2020-04", "2020-05", "2022-01", "2025-01")
_LAST_CSV = Month(2021, 7)
_ROWS = 10_000


def main(arguments: Sequence[str]) -> int:
    """Run it; the exit code is that of the first command that fails."""
    parser = argparse.ArgumentParser(prog="make gcp-local")
    parser.add_argument("--no-wait", action="store_true", help="End when all is loaded.")
    parser.add_argument("--months", type=lambda text: tuple(text.split(",")), default=_MONTHS)
    given = parser.parse_args(arguments)
    # Whoever ends this process ends the stand-ins, too.
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda number, _: sys.exit(128 + number))
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="gcp-local-")))
        (folder / "bigquery").mkdir()
        storage = stack.enter_context(serving_storage())
        try:
            bigquery = stack.enter_context(serving_local_bigquery(folder / "bigquery", storage.url))
        except NoPythonError as error:
            _say(f"{error}: install one, with `pyenv install 3.13` or from python.org")
            return 1
        settings = {
            "STORAGE_EMULATOR_HOST": storage.url,
            "BIGQUERY_EMULATOR_HOST": bigquery,
            "GCP_PROJECT_ID": "local-project",
            "TAXI_LAKE": "gs://local-lake/raw",
            "TAXI_WAREHOUSES": "bigquery,duckdb",
            "TAXI_DATA_DIR": str(folder / "data"),
            "DAGSTER_HOME": str(folder / "data" / "dagster"),
            "TAXI_PUBLISHED_COUNTS": "warn",
            **_published(folder, given.months),
        }
        for name, value in settings.items():
            _say(f"export {name}={value}")
        for command in _commands(given.months):
            if failed := _run(command, settings):
                return failed
        if not given.no_wait:
            _say("\nWith these settings: `taxi-assets dev`. Ctrl-C ends the stand-ins.")
            with contextlib.suppress(KeyboardInterrupt):
                signal.pause()
    return 0


def _commands(months: Sequence[str]) -> list[tuple[str, ...]]:
    return [
        ("setup", "gcp"),
        ("setup", "gcp"),
        *(("load", _TAXI, month) for month in months),
        ("load", "zones"),
        ("load", _TAXI, months[0], "--dry-run"),
        ("status",),
        *(("check", _TAXI, month) for month in months),
        ("audit",),
        ("doctor",),
    ]


def _published(folder: Path, months: Sequence[str]) -> dict[str, str]:
    """Where files come from: as the environment says, or synthetic ones below the folder."""
    names = ("TAXI_CSV_BASE_URL", "TAXI_PARQUET_BASE_URL")
    if all(os.environ.get(name) for name in names):
        return {name: os.environ[name] for name in names}
    mirror = Mirror(folder / "published")
    for text in months:
        month = Month.parse(text)
        format_ = FileFormat.CSV if month <= _LAST_CSV else FileFormat.PARQUET
        publish = publish_csv if format_ is FileFormat.CSV else publish_parquet
        publish(mirror, TripFile(DATASETS[_TAXI], month, format_), _ROWS)
    mirror.publish(ZONES_FILE, zone_lookup())
    return dict(zip(names, (mirror.csv_url, mirror.parquet_url), strict=True))


def _run(command: tuple[str, ...], settings: Mapping[str, str]) -> int:
    _say(f"\n$ taxi-assets {' '.join(command)}")
    program = Path(sys.executable).with_name("taxi-assets")
    environment = {**os.environ, **settings}
    return subprocess.run([program, *command], env=environment, check=False).returncode


def _say(text: str) -> None:
    print(text, flush=True)  # noqa: T201 - what it is for


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
