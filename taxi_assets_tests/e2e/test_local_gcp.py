"""``make gcp-local`` goes the whole way, and leaves nothing behind however it ends."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from taxi_assets_tests.command_line import wait_for
from taxi_assets_tests.fake_gcs_server import answers
from taxi_assets_tests.local_bigquery import NoPythonError, local_bigquery_environment

ROOT = Path(__file__).resolve().parents[2]
READY = "Ctrl-C ends the stand-ins"


@pytest.fixture(autouse=True)
def stand_in() -> None:
    """Make its environment before the clock runs."""
    try:
        local_bigquery_environment()
    except NoPythonError as error:
        pytest.skip(str(error))


@contextmanager
def running(*arguments: str, **variables: str) -> Iterator[subprocess.Popen[str]]:
    kept = {n: v for n, v in os.environ.items() if not n.startswith(("TAXI_", "GCP_", "DAGSTER"))}
    with subprocess.Popen(
        [sys.executable, "-m", "taxi_assets_tests.local_gcp", *arguments],
        cwd=ROOT,
        env={**kept, "COLUMNS": "200", **variables},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def said_until(process: subprocess.Popen[str], words: str) -> str:
    """What it says up to the line with these words."""
    assert process.stdout is not None
    said = ""
    for line in process.stdout:
        said += line
        if words in line:
            return said
    raise AssertionError(said)


def ports(said: str) -> list[int]:
    urls = re.findall(r"_EMULATOR_HOST=(\S+)", said)
    return [int(urlsplit(url).port or 0) for url in urls]


def assert_whole_way(said: str, months: Mapping[str, str]) -> None:
    assert said.count("is there and fits") == 2, "the second set-up is content"
    for month, rows in months.items():
        assert re.search(rf"green {month}\s+loaded\s+{rows} rows", said)
        assert re.search(rf"{month}\s+\w+\s+{rows}\s+{rows}\s+{rows}\s+\S+\s+ok", said)
    number = len(months)
    assert f"{number} of {number} months are proved to be what their files say" in said
    findings = re.findall(r"^(ok|FAILED|failed)\s+(\w+):", said.rpartition("doctor")[2], re.M)
    assert {part for _, part in findings} >= {"lake", "bigquery", "duckdb"}
    assert {state for state, _ in findings} == {"ok"}


@pytest.mark.long
def test_a_month_of_parquet_goes_the_whole_way_and_a_signal_leaves_no_server() -> None:
    with running("--months=2022-01") as process:
        said = said_until(process, READY)
        assert_whole_way(said, {"2022-01": "10,000"})
        process.send_signal(signal.SIGTERM)
        process.wait(60)
    assert len(ports(said)) == 2
    assert not any(map(answers, ports(said)))


@pytest.mark.long
def test_a_kill_leaves_no_server() -> None:
    with running("--months=2022-01") as process:
        said = said_until(process, "export TAXI_PARQUET_BASE_URL")
        assert all(map(answers, ports(said)))
        process.kill()
    wait_for(lambda: not any(map(answers, ports(said))), "the servers' end")


@pytest.mark.long
def test_a_real_month_of_parquet_goes_the_whole_way(real_data: Path) -> None:
    urls = {
        "TAXI_CSV_BASE_URL": (real_data / "nyc-tlc-data").as_uri(),
        "TAXI_PARQUET_BASE_URL": (real_data / "trip-data").as_uri(),
    }
    with running("--no-wait", "--months=2022-01", **urls) as process:
        said, _ = process.communicate()
    assert process.returncode == 0, said
    assert_whole_way(said, {"2022-01": "62,495"})
