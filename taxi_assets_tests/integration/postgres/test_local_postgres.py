"""`make postgres-local` gives what the course's walk asks for, and leaves nothing."""

from __future__ import annotations

import subprocess
from pathlib import Path

import psycopg
import pytest

from taxi_assets_tests.local_postgres import walk_server

PAGE = (Path(__file__).resolve().parents[3] / "docs" / "zoomcamp.md").read_text("utf-8")


def test_the_server_of_the_walk_is_there_and_then_gone() -> None:
    with walk_server(port=0) as (dsn, programs):
        port = dsn.rpartition(":")[2].partition("/")[0]
        assert dsn.replace(port, "5432") in PAGE
        shown = subprocess.run(
            [programs / "psql", dsn, "-Atc", "SELECT current_database()"],
            capture_output=True,
            text=True,
            check=True,
        )
        assert shown.stdout == "ny_taxi\n"

    assert not programs.exists()
    with pytest.raises(psycopg.OperationalError, match="refused"):
        psycopg.connect(dsn, connect_timeout=5)
