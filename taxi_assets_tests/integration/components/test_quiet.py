"""What a pipeline says of itself: no noise of a library, and no wrong word."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from taxi_assets_tests.api_server import Answer, ApiServer
from taxi_assets_tests.command_line import taxi_assets
from taxi_assets_tests.integration.components.conftest import HTTP_TABLE, RATES, SQL, Write

PROGRAM = "from taxi_assets.cli import main; main()"


@pytest.mark.parametrize(
    "command", [["pipelines"], ["check"], ["load", "green", "2020-01"]], ids=" ".join
)
@pytest.mark.parametrize(
    "sql",
    [
        "SELECT nothing FROM rates",
        pytest.param("DROP TABLE (", marks=pytest.mark.long),
        pytest.param("SELECT list(rate) AS x FROM rates", marks=pytest.mark.long),
    ],
)
def test_a_wrong_query_in_a_file_makes_no_command_noisy(
    write: Write, command: list[str], sql: str
) -> None:
    """DuckDB's bindings list at exit whatever of theirs still lives."""
    write("rates", HTTP_TABLE.format(url="https://example.org", sql=sql))
    environment = {**os.environ, "TAXI_SOURCE": "sample", "TAXI_SAMPLE_ROWS": "5"}
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, *command],
        capture_output=True,
        text=True,
        check=False,
        env=environment,
    )
    assert "nanobind" not in done.stderr + done.stdout
    assert "Traceback" not in done.stderr + done.stdout


def test_each_run_of_a_pipeline_is_told_as_a_load(api: ApiServer, write: Write) -> None:
    api.routes["/rates.csv"] = lambda _: Answer(RATES)
    write("rates", HTTP_TABLE.format(url=api.url, sql=SQL))
    for _ in range(2):  # the table is replaced each time
        said = taxi_assets("pipelines", "rates")
        assert "loaded" in said.text, said.text
        assert "unchanged" not in said.text
