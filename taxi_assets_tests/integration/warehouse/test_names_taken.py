"""What somebody made in the DuckDB file under one of our names is told of, and never replaced."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from taxi_assets.errors import WarehouseError
from taxi_assets.trips.green import GREEN
from taxi_assets.trips.zones import ZONE_SHAPES, ZONES
from taxi_assets.warehouse.duckdb.session import DuckDBSession
from taxi_assets.warehouse.duckdb.zones import replace_zones
from taxi_assets_tests.command_line import DataFolder, taxi_assets
from taxi_assets_tests.integration.rows.tables import Tables
from taxi_assets_tests.published import csv_month

TABLE = 'CREATE TABLE {} AS SELECT 1 AS "VendorID", 2.5 AS fare_amount'
VIEW = "CREATE VIEW {} AS SELECT 1 AS filename"
OTHER_VIEW = "CREATE VIEW {} AS SELECT 'mine' AS unique_row_id, 'mine' AS filename"


@pytest.fixture
def tables(tmp_path: Path) -> Iterator[Tables]:
    with duckdb.connect(config={"threads": 1}) as connection:
        yield Tables(connection, tmp_path)


def load(tables: Tables) -> None:
    """Load a month and the zones."""
    tables.rows(csv_month(GREEN))
    session = DuckDBSession(tables.connection)
    replace_zones(session, ZONES, [("1", "EWR", "Newark Airport", "EWR")])
    replace_zones(session, ZONE_SHAPES, [("1", "1", "EWR", "Newark Airport", "{}")])


@pytest.mark.parametrize("made", [TABLE, VIEW, OTHER_VIEW])
@pytest.mark.parametrize(
    "name",
    [
        "green_tripdata",
        "green_tripdata_ext",
        "Green_Tripdata",
        "tripdata_files",
        "zones",
        "zone_shapes",
    ],
)
def test_somebodys_table_or_view_is_told_of_and_stays(tables: Tables, name: str, made: str) -> None:
    tables.connection.execute(made.format(name))
    before = tables.connection.execute(f"FROM {name}").fetchall()

    with pytest.raises(WarehouseError) as raised:
        load(tables)

    assert f"{name.lower()} was made by somebody else" in raised.value.what.replace('"', "")
    assert "rename it" in raised.value.remedy
    assert tables.connection.execute(f"FROM {name}").fetchall() == before
    kind = "TABLE" if made == TABLE else "VIEW"
    tables.connection.execute(f"ALTER {kind} {name} RENAME TO mine")
    load(tables)
    load(tables)
    assert tables.connection.execute("SELECT count(*) FROM green_tripdata").fetchall() == [(3,)]


def test_doctor_tells_of_it(settings_env: Path) -> None:
    os.environ["TAXI_SOURCE"] = "sample"
    settings_env.mkdir()
    DataFolder(settings_env).change(VIEW.format("yellow_tripdata_ext"))
    answer = taxi_assets("doctor")
    assert answer.exit_code == 1
    assert "problem duckdb: yellow_tripdata_ext was made by somebody else" in answer.text


def test_a_file_whose_path_duckdb_misreads_is_refused(settings_env: Path) -> None:
    os.environ |= {"TAXI_SOURCE": "sample", "TAXI_DUCKDB_PATH": str(settings_env / "what?.duckdb")}
    answer = taxi_assets("load", "green", "2020-04")
    assert answer.exit_code == 1
    assert "DuckDB keeps no file whose path has a question mark" in answer.text
    assert "Trace" not in answer.text
