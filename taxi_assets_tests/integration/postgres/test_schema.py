"""Tables in a schema of their own, as a role that may do nothing in ``public``."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pyarrow as pa
import pytest

from taxi_assets.errors import WarehouseError
from taxi_assets.settings import read_settings
from taxi_assets.warehouse.postgres.warehouse import PostgresWarehouse, warehouse_of
from taxi_assets_tests.command_line import Answer, taxi_assets
from taxi_assets_tests.integration.postgres.database import (
    APRIL,
    GREEN,
    NEW,
    NEW_ROWS,
    OLD,
    OLD_ROWS,
    Database,
    dsn_of,
)
from taxi_assets_tests.integration.postgres.flows import load_as_flows
from taxi_assets_tests.published import Mirror, csv_month, line

SCHEMA = "taxi"
GOOD, BAD_TIME = line(GREEN), line(GREEN, lpep_pickup_datetime="noon")
CSV_NAME = "green_tripdata_2020-04.csv.gz"


@pytest.fixture
def closed(database: Database, role: str, settings_env: Path, mirror: Mirror) -> Database:
    """A database whose schema ``public`` is closed to the role, and settings that name both."""
    database.query("REVOKE ALL ON SCHEMA public FROM PUBLIC")
    os.environ.update(
        {
            "TAXI_WAREHOUSES": "postgres",
            "TAXI_POSTGRES_DSN": dsn_of(database, role),
            "TAXI_POSTGRES_SCHEMA": SCHEMA,
            "TAXI_CSV_BASE_URL": mirror.csv_url,
            "TAXI_SOURCE": "csv",
            "TAXI_PUBLISHED_COUNTS": "warn",
            "TAXI_REFUSE_OUT_OF_MONTH_SHARE": "1",
            "TAXI_MAX_REJECTED_ROWS": "2",
        }
    )
    return database


@pytest.fixture
def own(closed: Database, role: str) -> Database:
    """The same, where the role may create schemas."""
    closed.query(f"GRANT CREATE ON DATABASE {urlsplit(closed.dsn).path[1:]} TO {role}")
    return closed


def warehouse() -> PostgresWarehouse:
    """The warehouse as the settings have it."""
    return warehouse_of(read_settings())


def done(*arguments: str) -> Answer:
    said = taxi_assets(*arguments)
    assert said.exit_code == 0, said.text
    return said


def test_a_month_is_loaded_checked_and_queried_there(own: Database, mirror: Mirror) -> None:
    mirror.publish(CSV_NAME, csv_month(GREEN, [GOOD, BAD_TIME, GOOD]))
    assert "may create the schema taxi, and load months" in done("doctor").text
    assert "No month is there yet" in done("status").text
    assert own.relations(SCHEMA) == set(), "who only asks creates nothing"

    assert "green 2020-04 loaded" in done("load", "green", "2020-04").text
    assert "green 2020-04 loaded" in done("load", "green", "2020-04", "--force").text

    done("check", "green", "2020-04")
    done("audit", "green", "2020-04")
    assert "may load months" in done("doctor").text
    (status,) = json.loads(done("status", "--json").stdout)
    assert status["warehouse_rows"] == {"postgres": 2}
    counted = "SELECT count(*) AS trips FROM green_tripdata, taxi.tripdata_files"
    assert json.loads(done("query", counted, "--json").stdout) == [{"trips": 2}]
    (reject,) = json.loads(done("show", "tripdata_rejects", "--json").stdout)
    assert (reject["line"], reject["value"]) == (3, "noon")
    page = read_settings().data_dir / "report.md"
    done("report", str(page))
    assert "green" in page.read_text()

    assert {"green_tripdata", "green_tripdata_2020_04", "tripdata_files"} <= own.relations(SCHEMA)
    assert own.relations("public") == set()


def test_zones_and_tables_of_pipelines_are_there(own: Database) -> None:
    os.environ["TAXI_SOURCE"] = "sample"
    done("load", "zones")
    assert warehouse().write_tables({"rates": pa.table({"rate": [1.5]})}) == {"rates": 1}
    assert own.query("SELECT rate FROM taxi.rates") == [(1.5,)]
    joined = "SELECT count(*) > 200 AS enough FROM zones CROSS JOIN rates"
    assert json.loads(done("query", joined, "--json").stdout) == [{"enough": True}]
    assert own.relations("public") == set()


def test_a_table_of_the_flows_is_adopted_there(own: Database, role: str) -> None:
    own.query(f"CREATE SCHEMA {SCHEMA} AUTHORIZATION {role}")
    with psycopg.connect(
        os.environ["TAXI_POSTGRES_DSN"], autocommit=True, options=f"-csearch_path={SCHEMA}"
    ) as connection:
        load_as_flows(connection, APRIL, own.open(APRIL, OLD).path, "green_tripdata")
    assert f"green_tripdata: {OLD_ROWS} rows kept, in 1 months" in done("adopt", "postgres").text
    loaded = own.load(APRIL, NEW, server=warehouse().server)
    assert (loaded.replaced_rows, loaded.table_rows) == (OLD_ROWS, NEW_ROWS)
    assert own.query("SELECT count(*) FROM taxi.green_tripdata") == [(NEW_ROWS,)]


def test_two_schemas_of_one_database_do_not_know_each_other(own: Database) -> None:
    own.load(APRIL, OLD)
    own.load(APRIL, NEW, server=warehouse().server)
    assert own.query("SELECT count(*) FROM public.green_tripdata") == [(OLD_ROWS,)]
    assert own.query("SELECT count(*) FROM taxi.green_tripdata") == [(NEW_ROWS,)]
    refused = taxi_assets("query", "SELECT count(*) FROM public.green_tripdata")
    assert refused.exit_code == 2
    assert "there is no table public.green_tripdata to read" in refused.text


def test_months_move_with_a_schema_that_is_renamed(database: Database) -> None:
    database.load(APRIL, OLD)
    database.query("ALTER SCHEMA public RENAME TO taxi")
    moved = replace(database, schema=SCHEMA)
    assert "may load months" in moved.warehouse().diagnose()
    assert moved.load(APRIL, OLD).changed is False
    assert moved.load(APRIL, NEW).replaced_rows == OLD_ROWS


def test_a_schema_that_may_not_be_created_is_told(closed: Database, role: str) -> None:
    for attempt in (warehouse().diagnose, lambda: closed.load(server=warehouse().server)):
        with pytest.raises(WarehouseError, match=f"no schema taxi, and {role} may not") as raised:
            attempt()
        assert f'CREATE SCHEMA taxi AUTHORIZATION "{role}"' in raised.value.remedy


def test_a_schema_without_rights_is_told(closed: Database, role: str) -> None:
    closed.query(f"CREATE SCHEMA {SCHEMA}")
    with pytest.raises(WarehouseError, match="may not create tables in schema taxi") as raised:
        warehouse().diagnose()
    assert f'GRANT USAGE, CREATE ON SCHEMA taxi TO "{role}"' in raised.value.remedy
    with pytest.raises(WarehouseError, match="permission denied for schema taxi") as raised:
        closed.load(server=warehouse().server)
    assert "GRANT USAGE, CREATE ON SCHEMA taxi" in raised.value.remedy
