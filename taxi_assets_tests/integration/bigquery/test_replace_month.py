"""A month in BigQuery equals its file: replaced whole, by itself, as often as one likes."""

from __future__ import annotations

import threading
from collections import Counter
from datetime import timedelta

import pytest

from taxi_assets.errors import InvalidFileError, WarehouseError
from taxi_assets.trips.file import FileFormat, TripFile
from taxi_assets.trips.month import Month
from taxi_assets.warehouse.bigquery.incoming import incoming_rows
from taxi_assets.warehouse.loading import Loaded
from taxi_assets.warehouse.records import kept_tallies
from taxi_assets_tests.integration.bigquery.dataset import APRIL, GREEN, MAY, OwnDataset
from taxi_assets_tests.published import csv_month, line, lines, parquet_bytes, parquet_table

TABLE, LEDGER, TALLIES = GREEN.table, "tripdata_files", "tripdata_tallies"
TABLES = {TABLE, LEDGER, TALLIES, "tripdata_rejects"}
BAD_VALUES = [
    ("passenger_count", "1.5", "'1.5' is no whole number"),
    ("lpep_pickup_datetime", "", "is empty"),
    ("fare_amount", "inf", "'inf' is no amount"),
]


def test_a_month_has_the_rows_of_its_file_and_a_line_in_the_ledger(own: OwnDataset) -> None:
    data = csv_month(GREEN, 5)
    loaded = own.load(APRIL, data)
    assert (loaded.rows, loaded.changed, loaded.replaced_rows, loaded.table_rows) == (5, True, 0, 5)
    assert own.counts() == {APRIL.filename: 5}
    entry = own.ledger()[APRIL.filename]
    landed = own.open(APRIL, data).landed
    assert entry[1:7] == ("green", "2020-04", landed.url, landed.sha256, 5, 0)
    assert entry[8] == "some-run"
    assert own.tables() == TABLES, "the rows' own table is gone"
    table = own.place.client.get_table(own.place.reference(TABLE))
    assert table.labels == {"managed-by": "taxi-assets", "taxi": "green"}
    assert "exactly those of its file" in table.description
    assert (table.time_partitioning.type_, table.time_partitioning.field) == ("MONTH", "file_month")
    assert table.clustering_fields == ["lpep_pickup_datetime", "PULocationID"]
    described = {field.name: field.description for field in table.schema}
    assert all(described.values())
    assert all(described[column.name] == column.description for column in GREEN.columns)


def test_a_month_that_is_there_is_left_alone_unless_it_lost_rows(own: OwnDataset) -> None:
    own.load(APRIL, csv_month(GREEN, 5))
    before = own.rows(), own.ledger()
    again = own.load(APRIL, csv_month(GREEN, 5))
    assert (again.changed, again.replaced_rows, again.table_rows) == (False, 5, 5)
    assert (own.rows(), own.ledger()) == before
    own.query(f"DELETE FROM {own.place.qualified(TABLE)} WHERE fare_amount = 1")
    assert own.load(APRIL, csv_month(GREEN, 5)).changed
    assert own.rows() == before[0]
    assert own.load(APRIL, csv_month(GREEN, 5), force=True).changed
    assert own.rows() == before[0]


def test_a_republished_file_replaces_its_month_and_nothing_else(own: OwnDataset) -> None:
    own.load(APRIL, csv_month(GREEN, 5))
    own.load(MAY, csv_month(GREEN, 4))
    may = {row: n for row, n in own.rows().items() if row[1] == MAY.filename}
    entry = own.ledger()[MAY.filename]
    loaded = own.load(APRIL, csv_month(GREEN, [*lines(GREEN, 2), line(GREEN, fare_amount="77")]))
    assert (loaded.replaced_rows, loaded.table_rows) == (5, 7)
    fares = own.query(
        f"SELECT fare_amount FROM {own.place.qualified(TABLE)} "
        f"WHERE filename = '{APRIL.filename}' ORDER BY fare_amount"
    )
    assert fares == [(1.0,), (2.0,), (77.0,)]
    assert {row: n for row, n in own.rows().items() if row[1] == MAY.filename} == may
    assert own.ledger()[MAY.filename] == entry
    kept = kept_tallies(own.session(), [APRIL.filename, MAY.filename])
    rows = {name: tally["rows"] for name, tally in kept.items()}
    assert rows == {APRIL.filename: 3, MAY.filename: 4}
    [(figures,)] = own.query(f"SELECT COUNT(*) FROM {own.place.qualified(TALLIES)}")
    assert figures == sum(map(len, kept.values())), "none stands twice"


def test_the_other_format_replaces_the_month(own: OwnDataset) -> None:
    own.load(APRIL, csv_month(GREEN, [line(GREEN)] * 3))
    assert list(own.rows().values()) == [3], "exact duplicates stay"
    parquet = TripFile(GREEN, Month(2020, 4), FileFormat.PARQUET)
    own.load(parquet, parquet_bytes(parquet_table(GREEN, parquet.month, 2)))
    assert own.counts() == {parquet.filename: 2}
    assert list(own.ledger()) == [parquet.filename]


def test_a_bad_value_or_a_load_that_was_killed_keeps_the_old_month(own: OwnDataset) -> None:
    own.load(APRIL, csv_month(GREEN, 5))
    before = own.rows(), own.ledger()
    for column, value, what in BAD_VALUES:
        bad = csv_month(GREEN, [line(GREEN), line(GREEN, **{column: value})])
        with pytest.raises(InvalidFileError) as refusal:
            own.load(APRIL, bad)
        assert f"line 3, column {column}: {what}" in refusal.value.what
    assert (own.rows(), own.ledger()) == before
    assert own.tables() == TABLES

    # As far as a process gets that is killed before the transaction.
    with incoming_rows(own.jobs(), own.open(APRIL, csv_month(GREEN, 9))) as incoming:
        name = incoming.table.strip("`").rpartition(".")[2]
        left = own.place.client.get_table(own.place.reference(name))
        assert left.num_rows == 9
        assert left.expires is not None
        assert left.expires - left.created <= timedelta(days=1), "it ends by itself"
        assert own.rows() == before[0]
        assert own.load(APRIL, csv_month(GREEN, 9)).changed
    assert own.counts() == {APRIL.filename: 9}


def test_loads_at_the_same_time_leave_every_month_whole(own: OwnDataset) -> None:
    own.load(APRIL, csv_month(GREEN, 1))
    versions = [(APRIL, 5), (APRIL, 6), (MAY, 7)]
    done: list[Loaded] = []

    def load(file: TripFile, rows: int) -> None:
        done.append(own.load(file, csv_month(GREEN, rows)))

    threads = [threading.Thread(target=load, args=version) for version in versions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    assert len(done) == len(versions)
    counts, ledger = own.counts(), own.ledger()
    assert counts[MAY.filename] == 7
    assert counts[APRIL.filename] in (5, 6)
    assert counts == {filename: entry[5] for filename, entry in ledger.items()}


def test_columns_declared_since_are_added_and_others_told(own: OwnDataset) -> None:
    own.load(APRIL, csv_month(GREEN, 2))
    table = own.place.qualified(TABLE)
    own.query(f"ALTER TABLE {table} DROP COLUMN cbd_congestion_fee")
    own.load(MAY, csv_month(GREEN, 3))
    assert own.counts() == {APRIL.filename: 2, MAY.filename: 3}
    assert Counter(row[-1] for row in own.rows()) == {None: 5}
    own.query(f"ALTER TABLE {table} RENAME COLUMN extra TO more")
    with pytest.raises(WarehouseError, match="extra is missing; more is not declared"):
        own.load(MAY, csv_month(GREEN, 3))
