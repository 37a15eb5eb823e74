"""`taxi-assets dev` that is ended by Ctrl-C while it works: what was asked for is loaded later."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from taxi_assets_tests.ui import command, dev_server, wait_until

pytestmark = pytest.mark.long

SAMPLE_ROWS = 100_000
BACKFILL_SECONDS = 300
RUNS = "{ runsOrError { ... on Runs { results { status } } } }"


def test_a_backfill_goes_on_at_the_next_start(tmp_path: Path) -> None:
    with dev_server(tmp_path / "data", SAMPLE_ROWS) as server:

        def states() -> list[str]:
            return [run["status"] for run in server.graphql(RUNS)["runsOrError"]["results"]]

        def said(*arguments: str) -> str:
            return subprocess.run(
                [command(), *arguments],
                cwd=server.data_dir,
                env=server.environment,
                capture_output=True,
                text=True,
                check=True,
                timeout=90,
            ).stdout

        said("backfill", "green", "2018-01", "2018-06")
        wait_until(lambda: "STARTED" in states(), BACKFILL_SECONDS, "a run to start")

        server.stop()
        assert "complete" not in said("backfills")
        server.start()

        wait_until(
            lambda: "complete: 6 of 6 months loaded" in said("backfills"),
            BACKFILL_SECONDS,
            f"the backfill to end: {states()}",
        )
