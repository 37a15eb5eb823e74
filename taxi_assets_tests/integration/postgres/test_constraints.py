"""What users put on the merged table goes on holding for the next months, or is told in words."""

from __future__ import annotations

import secrets

import pytest

from taxi_assets.errors import TaxiAssetsError, WarehouseError
from taxi_assets.trips.zones import ZONE_SHAPES, ZONES
from taxi_assets.warehouse.postgres.zones import replace_zones
from taxi_assets_tests.integration.postgres.database import (
    APRIL,
    GREEN,
    MAY,
    NEW,
    NEW_ROWS,
    OLD,
    OLD_ROWS,
    Database,
)
from taxi_assets_tests.published import csv_month, line

ALTER = "ALTER TABLE green_tripdata"
PLACES = "CREATE TABLE places (id text PRIMARY KEY); INSERT INTO places VALUES ('1'); "
LONG_AGO = csv_month(GREEN, [line(GREEN), line(GREEN, fare_amount="-5", PULocationID="7")])
TWICE = csv_month(GREEN, [line(GREEN)] * 2)
NO_VENDOR = csv_month(GREEN, [line(GREEN), line(GREEN, VendorID="")])


def constraints(database: Database, table: str) -> list[tuple[object, ...]]:
    """The constraints and unique indexes that users put on a table, without their names."""
    found = database.query(
        "SELECT contype::text, pg_get_constraintdef(oid) FROM pg_constraint "
        "WHERE conrelid = %s::regclass AND contype <> 'n' AND conname <> 'rows_of_one_file' "
        "UNION ALL SELECT 'i', substring(pg_get_indexdef(indexrelid) FROM '(UNIQUE|USING).*') "
        "FROM pg_index WHERE indrelid = %s::regclass "
        "UNION ALL SELECT 'required', attname::text FROM pg_attribute "
        "WHERE attrelid = %s::regclass AND attnum > 0 AND attnotnull",
        *[table] * 3,
    )
    return sorted(found, key=str)


@pytest.mark.parametrize(
    "change",
    [
        f"{ALTER} ADD CHECK (fare_amount >= 0)",
        f'{ALTER} ADD CONSTRAINT "fares, not taken back" CHECK (fare_amount >= 0) NOT VALID',
        f"{ALTER} ALTER COLUMN vendorid SET NOT NULL",
        f"{ALTER} ADD UNIQUE (unique_row_id, filename)",
        f'{ALTER} ADD CONSTRAINT "one\'s own" UNIQUE (filename, unique_row_id) DEFERRABLE',
        "CREATE UNIQUE INDEX ON green_tripdata (filename, fare_amount) INCLUDE (vendorid)",
        f"{ALTER} ADD PRIMARY KEY (filename, unique_row_id)",
        f"{PLACES}{ALTER} ADD FOREIGN KEY (pulocationid) REFERENCES places",
        f"{ALTER} ADD PRIMARY KEY (unique_row_id, filename); {ALTER} ADD CHECK (vendorid <> '')",
    ],
)
def test_what_stands_on_the_table_holds_for_the_next_months(
    database: Database, change: str
) -> None:
    database.load()
    for statement in change.split("; "):
        database.query(statement)

    database.load(data=NEW)
    database.load(MAY, OLD)

    assert database.counts() == {APRIL.filename: NEW_ROWS, MAY.filename: OLD_ROWS}
    wanted = constraints(database, "green_tripdata")
    for partition in ("green_tripdata_2020_04", "green_tripdata_2020_05"):
        assert constraints(database, partition) == wanted
    unattached = "relkind = 'I' AND NOT (SELECT indisvalid FROM pg_index WHERE indexrelid = oid)"
    assert database.query(f"SELECT relname FROM pg_class WHERE {unattached}") == []


@pytest.mark.parametrize(
    ("change", "data", "says", "drop"),
    [
        (
            "ADD CONSTRAINT paid CHECK (fare_amount >= 0)",
            LONG_AGO,
            "do not meet the constraint paid",
            'DROP CONSTRAINT "paid"',
        ),
        (
            "ALTER COLUMN vendorid SET NOT NULL",
            NO_VENDOR,
            'do not meet the NOT NULL of column "vendorid"',
            'ALTER COLUMN "vendorid" DROP NOT NULL',
        ),
        (
            "ADD CONSTRAINT once UNIQUE (filename, unique_row_id)",
            TWICE,
            "do not meet the constraint once",
            'DROP CONSTRAINT "once"',
        ),
        (
            "ADD CONSTRAINT key PRIMARY KEY (filename, unique_row_id)",
            TWICE,
            "do not meet the constraint key",
            'DROP CONSTRAINT "key"',
        ),
        (
            "ADD CONSTRAINT known FOREIGN KEY (pulocationid) REFERENCES places",
            LONG_AGO,
            "do not meet the constraint known",
            'DROP CONSTRAINT "known"',
        ),
    ],
    ids=["check", "not null", "unique", "primary key", "foreign key"],
)
def test_rows_that_a_constraint_refuses_are_told_with_its_name(
    database: Database, change: str, data: bytes, says: str, drop: str
) -> None:
    database.load()
    for statement in (*PLACES.split("; ")[:2], f"{ALTER} {change}"):
        database.query(statement)
    with pytest.raises(WarehouseError) as raised:
        database.load(data=data)
    assert f'public."green_tripdata": rows of the month {says}' in raised.value.what
    assert f'ALTER TABLE public."green_tripdata" {drop}' in raised.value.remedy
    assert database.counts() == database.ledger() == {APRIL.filename: OLD_ROWS}

    database.query(f"{ALTER} {drop}")
    assert database.load(data=data).rows == 2


@pytest.mark.parametrize(
    ("change", "says", "remedy"),
    [
        (
            f"{ALTER} ADD COLUMN fare_cents bigint GENERATED ALWAYS AS (fare_amount * 100) STORED",
            "fare_cents is not declared",
            'DROP COLUMN "fare_cents"',
        ),
        (f"{ALTER} ADD COLUMN mine text DEFAULT 'x'", "mine is not declared", 'COLUMN "mine"'),
        (
            "CREATE TABLE notes (filename text, id text, "
            "FOREIGN KEY (filename, id) REFERENCES green_tripdata (filename, unique_row_id))",
            "constraint notes_filename_id_fkey on table notes depends on",
            "drop what depends on that table",
        ),
        (
            "CREATE FUNCTION no() RETURNS event_trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION 'not today'; END $$; "
            "CREATE EVENT TRIGGER no ON ddl_command_end EXECUTE FUNCTION no()",
            "not today",
            "a trigger or a function that somebody made refuses",
        ),
    ],
    ids=["generated", "extra", "referenced", "event trigger"],
)
def test_what_cannot_be_carried_over_is_told(
    database: Database, change: str, says: str, remedy: str
) -> None:
    database.load()
    if "REFERENCES" in change:
        database.query(f"{ALTER} ADD PRIMARY KEY (filename, unique_row_id)")
    database.query(change)
    with pytest.raises(WarehouseError) as raised:
        database.load(data=NEW)
    assert says in raised.value.what
    assert remedy in raised.value.remedy
    assert "log" not in str(raised.value)
    assert database.counts() == {APRIL.filename: OLD_ROWS}


def load_zones(database: Database, name: str = "JFK Airport") -> None:
    """Replace the zones with a single one, and its shape."""
    with database.warehouse().session() as session:
        replace_zones(session, ZONES, [("1", "Queens", name, "")])
        replace_zones(session, ZONE_SHAPES, [("7", "1", "Queens", name, '{"type":"Polygon"}')])


def test_a_foreign_key_to_the_zones_lets_the_same_zones_come_again(database: Database) -> None:
    database.load()
    load_zones(database)
    database.query("ALTER TABLE zones ADD PRIMARY KEY (locationid)")
    database.query(f"{ALTER} ADD CONSTRAINT zone FOREIGN KEY (pulocationid) REFERENCES zones")
    database.load(data=NEW)
    load_zones(database)
    assert database.query("SELECT zone FROM zones") == [("JFK Airport",)]
    with pytest.raises(WarehouseError) as raised:
        load_zones(database, "Newark Airport")
    assert "constraint zone" in raised.value.remedy
    assert database.query("SELECT zone FROM zones") == [("JFK Airport",)]
    database.query(f"{ALTER} DROP CONSTRAINT zone")
    load_zones(database, "Newark Airport")
    assert database.query("SELECT zone FROM zones") == [("Newark Airport",)]
    shapes = database.query("SELECT objectid, zone, geometry::json ->> 'type' FROM zone_shapes")
    assert shapes == [("7", "Newark Airport", "Polygon")]


PANDAS = (
    'CREATE TABLE {} (index bigint, "VendorID" bigint, lpep_pickup_datetime timestamp, '
    "fare_amount double precision)"
)


@pytest.mark.parametrize("name", ["green_tripdata", "tripdata_files", "zones", "zone_shapes"])
@pytest.mark.parametrize("made", [PANDAS, "CREATE VIEW {} AS SELECT 1 AS filename"])
def test_somebodys_table_under_our_name_gets_one_remedy_that_works(
    database: Database, name: str, made: str
) -> None:
    database.query(made.format(name))
    before = database.query(f"SELECT * FROM {name}")

    def load() -> None:
        database.load()
        load_zones(database)

    with pytest.raises(WarehouseError) as raised:
        load()
    assert "adopt" not in raised.value.remedy
    assert database.query(f"SELECT * FROM {name}") == before
    database.query(f"ALTER TABLE {name} RENAME TO mine")
    load()
    assert database.counts() == {APRIL.filename: OLD_ROWS}


SORT = "SELECT g FROM generate_series(1, 300000) AS g ORDER BY 1"


@pytest.mark.parametrize(
    ("limit", "statement", "says"),
    [
        (
            "SET transaction_timeout = '50ms'",
            "BEGIN; SELECT pg_sleep(2)",
            "transaction_timeout = 0",
        ),
        ("SET work_mem = '64kB'", SORT, "temp_file_limit = -1"),
        ("SET default_transaction_read_only = on", "CREATE TABLE a (b int)", "RESET default_"),
        ("CONNECTION LIMIT 0", SORT, "CONNECTION LIMIT -1"),
    ],
)
def test_a_limit_of_the_role_is_named(
    database: Database, limit: str, statement: str, says: str
) -> None:
    if "transaction_timeout" in says and database.query("SHOW server_version_num") < [("170000",)]:
        pytest.skip("this server has no transaction_timeout")
    role = f"role_{secrets.token_hex(4)}"
    database.query(f"CREATE ROLE {role} LOGIN PASSWORD 'known'")
    database.query(f"ALTER ROLE {role} {limit}")
    database.query(f"ALTER ROLE {role} SET temp_file_limit = '64kB'")
    address = database.dsn.rpartition("@")[2]
    server = database.server(f"postgresql://{role}:known@{address}", connect_seconds=1)

    def run() -> None:
        with server.connect() as connection:
            connection.execute(statement.encode())

    try:
        with pytest.raises(TaxiAssetsError) as raised:
            run()
        assert says in raised.value.remedy
    finally:
        database.query(f"DROP ROLE {role}")
