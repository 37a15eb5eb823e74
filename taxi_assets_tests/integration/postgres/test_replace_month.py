"""A month in Postgres is replaced as a whole, and nothing else is touched."""

from __future__ import annotations

import pytest

from taxi_assets.errors import InvalidFileError, WarehouseError
from taxi_assets.trips.file import FileFormat, TripFile
from taxi_assets.trips.month import Month
from taxi_assets.warehouse.check_list import checks_of
from taxi_assets.warehouse.checks import Expectations
from taxi_assets_tests.integration.postgres.database import (
    APRIL,
    GREEN,
    MAY,
    NEW,
    NEW_ROWS,
    OLD,
    OLD_ROWS,
    YELLOW,
    Database,
)
from taxi_assets_tests.published import csv_month, line, parquet_bytes, parquet_table

TABLES = {
    "green_tripdata",
    "tripdata_files",
    "tripdata_tallies",
    "tripdata_rejects",
    "green_tripdata_2020_04",
}


def test_a_month_is_loaded_with_its_ledger(database: Database) -> None:
    loaded = database.load()
    assert (loaded.rows, loaded.changed, loaded.replaced_rows) == (OLD_ROWS, True, 0)
    assert database.counts() == {APRIL.filename: OLD_ROWS}
    assert database.ledger() == {APRIL.filename: OLD_ROWS}
    assert database.relations() == TABLES


def test_a_republished_file_replaces_the_month_and_no_other(database: Database) -> None:
    database.load()
    database.load(MAY, OLD)
    others = database.rows("ONLY green_tripdata_2020_05")
    place = database.query("SELECT pg_relation_filepath('green_tripdata_2020_05')")
    loaded = database.load(APRIL, NEW)
    assert (loaded.rows, loaded.replaced_rows) == (NEW_ROWS, OLD_ROWS)
    assert loaded.table_rows == NEW_ROWS + OLD_ROWS
    assert database.counts() == {APRIL.filename: NEW_ROWS, MAY.filename: OLD_ROWS}
    assert database.rows("ONLY green_tripdata_2020_05") == others
    assert database.query("SELECT pg_relation_filepath('green_tripdata_2020_05')") == place
    assert database.relations() == TABLES | {"green_tripdata_2020_05"}


def test_an_unchanged_file_is_not_loaded_again_unless_forced(database: Database) -> None:
    database.load()
    assert not database.load().changed
    assert database.load(force=True).changed
    assert database.counts() == {APRIL.filename: OLD_ROWS}


@pytest.mark.parametrize(
    ("change", "replaced"),
    [
        ("DELETE FROM green_tripdata WHERE fare_amount < 3", OLD_ROWS),
        ("DROP TABLE green_tripdata_2020_04", OLD_ROWS),
        ("DELETE FROM tripdata_files", OLD_ROWS),
        ("DELETE FROM tripdata_files; DROP TABLE green_tripdata_2020_04", 0),
    ],
)
def test_what_was_deleted_by_hand_comes_back(
    database: Database, change: str, replaced: int
) -> None:
    database.load()
    database.query(change)
    loaded = database.load()
    assert (loaded.changed, loaded.replaced_rows) == (True, replaced)
    assert database.counts() == database.ledger() == {APRIL.filename: OLD_ROWS}


@pytest.mark.parametrize("added", [True, False], ids=["added", "renamed"])
def test_a_row_of_the_months_other_format_is_replaced(database: Database, added: bool) -> None:
    database.load()
    month, one = "green_tripdata_2020_04", "WHERE fare_amount = 1"
    database.query(f"ALTER TABLE {month} DROP CONSTRAINT rows_of_one_file")
    if added:
        database.query(f"INSERT INTO {month} SELECT * FROM {month} {one}")
    database.query(
        f"UPDATE {month} SET filename = replace(filename, 'csv', 'parquet') "
        f"WHERE ctid = (SELECT max(ctid) FROM {month} {one})"
    )
    assert database.load().changed
    assert database.counts() == {APRIL.filename: OLD_ROWS}


def test_the_other_format_replaces_the_month(database: Database) -> None:
    database.load()
    parquet = TripFile(GREEN, APRIL.month, FileFormat.PARQUET)
    database.load(parquet, parquet_bytes(parquet_table(GREEN, parquet.month, rows=7)))
    assert database.counts() == {parquet.filename: 7}
    assert database.ledger() == {parquet.filename: 7}
    assert database.relations() == TABLES
    database.load()
    assert database.counts() == database.ledger() == {APRIL.filename: OLD_ROWS}


def test_a_query_for_the_flows_table_runs_unchanged(database: Database) -> None:
    database.load()
    found = database.query(
        "SELECT VendorID, lpep_pickup_datetime::text, PULocationID, passenger_count, fare_amount "
        "FROM public.green_tripdata ORDER BY fare_amount LIMIT 1"
    )
    assert found == [("1", "2020-04-05 10:11:12", "1", 2, 1.0)]


def test_the_columns_have_the_flows_types_and_order(database: Database) -> None:
    database.load(TripFile(YELLOW, Month(2019, 1), FileFormat.CSV), csv_month(YELLOW))
    columns = database.query(
        "SELECT column_name, data_type FROM information_schema.columns "
        "WHERE table_name = 'yellow_tripdata' ORDER BY ordinal_position"
    )
    assert columns[:6] == [
        ("unique_row_id", "text"),
        ("filename", "text"),
        ("vendorid", "text"),
        ("tpep_pickup_datetime", "timestamp without time zone"),
        ("tpep_dropoff_datetime", "timestamp without time zone"),
        ("passenger_count", "integer"),
    ]
    assert database.load().table_rows == OLD_ROWS, "rows of another taxi are not the table's"


def test_no_default_is_left_on_a_month(database: Database) -> None:
    database.load()
    assert database.query("SELECT DISTINCT filename FROM green_tripdata_2020_04") == [
        ("green_tripdata_2020-04.csv",)
    ]
    assert (
        database.query(
            "SELECT column_name FROM information_schema.columns "
            "WHERE table_name LIKE 'green_tripdata%' AND column_default IS NOT NULL"
        )
        == []
    )


def test_every_check_passes_after_a_load(database: Database) -> None:
    database.load()
    figures = database.warehouse().measure(APRIL)
    expected = Expectations("green", "2020-04", OLD_ROWS, True, 0.01, 0.5, 0.2, 0.02)
    assert [
        check.name
        for check in checks_of(APRIL.dataset)
        if not check.judge(figures, expected).passed
    ] == []


def test_ids_that_stand_in_two_files_are_counted(database: Database) -> None:
    database.load()
    database.load(MAY, OLD)
    april, may = map(database.warehouse().measure, (APRIL, MAY))
    assert april.ids_in_other_files == may.ids_in_other_files == OLD_ROWS
    assert (april.out_of_month_pickups, may.out_of_month_pickups) == (0, OLD_ROWS)


def test_statistics_and_indexes_are_there_and_rows_are_frozen(database: Database) -> None:
    database.load()
    database.query("CREATE INDEX ON green_tripdata (pulocationid)")
    database.load(data=NEW)
    indexes = database.query(
        "SELECT indexdef FROM pg_indexes WHERE tablename = 'green_tripdata_2020_04' ORDER BY 1"
    )
    assert [str(text).partition(" USING ")[2] for (text,) in indexes] == [
        "brin (lpep_pickup_datetime timestamp_minmax_multi_ops)",
        "btree (pulocationid)",
    ]
    assert database.query(
        "SELECT count(*) FROM pg_inherits JOIN pg_index ON indexrelid = inhrelid AND indisvalid"
    ) == [(2,)]
    for table in ("green_tripdata", "green_tripdata_2020_04"):
        assert database.query("SELECT count(*) > 20 FROM pg_stats WHERE tablename = %s", table) == [
            (True,)
        ]
    database.query("CREATE EXTENSION IF NOT EXISTS pg_visibility")
    assert database.query(
        "SELECT all_frozen = pg_relation_size('green_tripdata_2020_04') / 8192 "
        "FROM pg_visibility_map_summary('green_tripdata_2020_04')"
    ) == [(True,)]


def test_an_index_that_older_months_lack_is_built_before_the_swap_too(database: Database) -> None:
    database.load()
    database.query("CREATE INDEX ON ONLY green_tripdata (pulocationid)")
    database.load(MAY, OLD)
    # ATTACH PARTITION, which keeps readers waiting, would name its own otherwise.
    assert database.query(
        "SELECT indexname FROM pg_indexes WHERE tablename = 'green_tripdata_2020_05' ORDER BY 1"
    ) == [("green_tripdata_2020_05_0",), ("green_tripdata_2020_05_1",)]


def test_statistics_that_cannot_be_taken_fail_no_load(
    database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    database.load()
    database.query("CREATE STATISTICS odd ON (1 / (passenger_count - 2)) FROM green_tripdata")
    assert database.load(data=NEW).changed
    assert database.counts() == {APRIL.filename: NEW_ROWS}
    assert 'no statistics of "public"."green_tripdata" were taken: division by zero' in caplog.text


def test_the_rows_of_a_partition_are_not_read_again_when_it_is_attached(
    database: Database,
) -> None:
    database.load(APRIL, OLD)
    files = ", ".join(f"'{sibling.filename}'" for sibling in APRIL.siblings)
    said: list[str] = []
    with database.connect() as connection:
        connection.add_notice_handler(lambda notice: said.append(str(notice.message_primary)))
        connection.execute("SET client_min_messages = debug1")
        connection.execute("ALTER TABLE green_tripdata DETACH PARTITION green_tripdata_2020_04")
        attach = "ALTER TABLE green_tripdata ATTACH PARTITION green_tripdata_2020_04"
        connection.execute(f"{attach} FOR VALUES IN ({files})".encode())
    assert any("is implied by existing constraints" in line for line in said), said


@pytest.mark.parametrize(
    ("row", "place"),
    [
        (line(GREEN, passenger_count="two"), "line 3, column passenger_count"),
        (line(GREEN, lpep_pickup_datetime=""), "line 3, column lpep_pickup_datetime"),
        (line(GREEN, VendorID="?"), "line 3, column VendorID"),
        (line(GREEN, fare_amount="inf"), "line 3, column fare_amount"),
    ],
)
def test_a_bad_value_is_named_and_the_old_rows_stay(
    database: Database, row: str, place: str
) -> None:
    database.load()
    before = database.rows()
    with pytest.raises(InvalidFileError, match=place):
        database.load(data=csv_month(GREEN, [line(GREEN), row]))
    assert database.rows() == before
    assert database.ledger() == {APRIL.filename: OLD_ROWS}
    assert database.relations() == TABLES


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ("DROP COLUMN extra", "extra is missing"),
        ("ALTER COLUMN passenger_count TYPE bigint", "passenger_count is bigint"),
        ("ADD COLUMN notes text", "notes is not declared"),
        ("RENAME COLUMN extra TO extras", "extras is not declared"),
    ],
)
def test_columns_that_were_altered_by_hand_are_told(
    database: Database, change: str, told: str
) -> None:
    database.load()
    database.query(f"ALTER TABLE green_tripdata {change}")
    with pytest.raises(WarehouseError, match=told):
        database.load(data=NEW)
    assert database.ledger() == {APRIL.filename: OLD_ROWS}


def test_a_column_declared_since_is_added(database: Database) -> None:
    database.load()
    database.query("ALTER TABLE green_tripdata DROP COLUMN cbd_congestion_fee")
    database.load(data=NEW)
    assert database.query("SELECT count(*) - count(cbd_congestion_fee) FROM green_tripdata") == [
        (NEW_ROWS,)
    ]


def test_a_table_in_the_months_place_is_told(database: Database) -> None:
    database.query("CREATE TABLE green_tripdata_2020_04 (a int)")
    with pytest.raises(WarehouseError, match="no partition of green_tripdata"):
        database.load()
