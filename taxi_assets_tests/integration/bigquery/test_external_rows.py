"""From a bucket BigQuery reads a month itself: the same rows and ids, and none comes here."""

from __future__ import annotations

import logging
from collections import Counter
from pathlib import Path

import duckdb
import pytest

from taxi_assets.errors import InvalidFileError, LakeBusyError
from taxi_assets.gcp.cloud import GoogleCloud
from taxi_assets.lake.gcs.bucket_lake import BucketLake
from taxi_assets.trips.datasets import DATASETS
from taxi_assets.trips.file import FileFormat, TripFile
from taxi_assets.trips.month import Month
from taxi_assets.warehouse.duckdb.replace_month import replace_month
from taxi_assets.warehouse.duckdb.session import DuckDBSession
from taxi_assets.warehouse.measuring import held_month
from taxi_assets_tests.integration.bigquery.dataset import APRIL, GREEN, OwnDataset
from taxi_assets_tests.integration.bigquery.test_equal_everywhere import MONTHS, ODD_ROWS
from taxi_assets_tests.integration.equality.generated_months import csv_bytes, publish_parquet
from taxi_assets_tests.integration.equality.real_months import path_of
from taxi_assets_tests.published import Mirror, csv_month, line
from taxi_assets_tests.storage_server import StorageServer

BUCKET = "taxi-lake"
DOWNLOADS_HERE = r"/download/.*alt=media(?!&reader=bigquery)"


@pytest.fixture
def lake(storage: StorageServer, tmp_path: Path) -> BucketLake:
    storage.make_bucket(BUCKET)
    cloud = GoogleCloud(storage_url=storage.url, retry_seconds=20)
    return BucketLake(cloud, BUCKET, "raw", tmp_path / "copies")


def assert_read_by_bigquery(
    own: OwnDataset,
    lake: BucketLake,
    storage: StorageServer,
    files: dict[TripFile, bytes],
    caplog: pytest.LogCaptureFixture,
) -> None:
    with duckdb.connect() as connection, caplog.at_level(logging.WARNING):
        for file, data in files.items():
            loaded = own.load_through(lake, file, data)
            replace_month(DuckDBSession(connection), own.open(file, data))
            assert loaded.changed
            there, here = (
                own.warehouse.held_month(file),
                held_month(DuckDBSession(connection), file),
            )
            assert there.entry is not None
            assert there.entry.digest == there.digest == here.digest
        for table in {file.dataset.table for file in files}:
            expected = Counter(connection.execute(f"FROM {table}").fetchall())
            assert own.rows(table) == expected
    assert caplog.messages == [], "no rows had to be sent"
    assert storage.count("GET", DOWNLOADS_HERE) == 0, "no byte came here"
    assert not [name for name in own.tables() if "incoming" in name]


@pytest.mark.parametrize(
    "months", [MONTHS[::4], pytest.param(MONTHS, marks=pytest.mark.long)], ids=["some", "all"]
)
def test_generated_months_are_read_in_place(
    own: OwnDataset,
    lake: BucketLake,
    storage: StorageServer,
    mirror: Mirror,
    caplog: pytest.LogCaptureFixture,
    months: list[tuple[str, str, FileFormat]],
) -> None:
    files = {}
    for taxi, month, format_ in months:
        file = TripFile(DATASETS[taxi], Month.parse(month), format_)
        if format_ is FileFormat.CSV:
            files[file] = csv_bytes(file, 200)
        else:
            files[file] = publish_parquet(mirror, file, 200).read_bytes()
    assert_read_by_bigquery(own, lake, storage, files, caplog)


@pytest.mark.long
def test_real_months_are_read_in_place(
    own: OwnDataset,
    lake: BucketLake,
    storage: StorageServer,
    real_data: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    months = [
        ("green", Month(2020, 4), FileFormat.PARQUET),
        ("green", Month(2022, 1), FileFormat.PARQUET),
        ("green", Month(2023, 2), FileFormat.PARQUET),
        ("yellow", Month(2021, 3), FileFormat.CSV),
        ("yellow", Month(2025, 1), FileFormat.PARQUET),
    ]
    files = [TripFile(DATASETS[taxi], month, form) for taxi, month, form in months]
    data = {file: path_of(file, real_data).read_bytes() for file in files}
    assert_read_by_bigquery(own, lake, storage, data, caplog)


def test_values_in_odd_forms_are_sent_and_equal(
    own: OwnDataset, lake: BucketLake, caplog: pytest.LogCaptureFixture
) -> None:
    """The reader here takes them, so the month is loaded, and the log says how."""
    data = csv_month(GREEN, ODD_ROWS)
    with duckdb.connect() as connection, caplog.at_level(logging.WARNING):
        own.load_through(lake, APRIL, data)
        replace_month(DuckDBSession(connection), own.open(APRIL, data))
        assert own.rows() == Counter(connection.execute(f"FROM {GREEN.table}").fetchall())
    assert "another form" in caplog.text


def test_a_value_that_does_not_fit_is_named_with_its_line(
    own: OwnDataset, lake: BucketLake
) -> None:
    own.load_through(lake, APRIL, csv_month(GREEN, 5))
    before = own.rows()
    for column, value in (("fare_amount", "inf"), ("passenger_count", "1.5")):
        with pytest.raises(InvalidFileError, match=f"line 3, column {column}: '{value}'"):
            own.load_through(
                lake, APRIL, csv_month(GREEN, [line(GREEN), line(GREEN, **{column: value})])
            )
    assert own.rows() == before


def test_a_file_that_is_replaced_while_it_is_read_is_not_loaded(
    own: OwnDataset, lake: BucketLake, storage: StorageServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    own.load_through(lake, APRIL, csv_month(GREEN, 5))
    before = own.rows()
    generation = BucketLake.generation
    asked = iter(range(9))

    def replaced_meanwhile(self: BucketLake, landed: object) -> int:
        if next(asked) == 2:
            name = f"raw/green/{APRIL.published_name}"
            storage.put(BUCKET, name, csv_month(GREEN, 7))
        return generation(self, landed)  # type: ignore[arg-type]

    monkeypatch.setattr(BucketLake, "generation", replaced_meanwhile)
    with pytest.raises(LakeBusyError, match="somebody else changed it"):
        own.load_through(lake, APRIL, csv_month(GREEN, 6))
    assert own.rows() == before


def test_a_republished_file_has_an_external_table_of_its_own_columns(
    own: OwnDataset, lake: BucketLake, mirror: Mirror, caplog: pytest.LogCaptureFixture
) -> None:
    name = f"{GREEN.table}_2020_04_ext"
    parquet = TripFile(GREEN, APRIL.month, FileFormat.PARQUET)
    own.load_through(lake, APRIL, csv_month(GREEN, 5))
    first = own.place.client.get_table(own.place.reference(name))
    own.load_through(lake, APRIL, csv_month(GREEN, 6))
    second = own.place.client.get_table(own.place.reference(name))
    own.load_through(lake, parquet, publish_parquet(mirror, parquet, 20).read_bytes())
    third = own.place.client.get_table(own.place.reference(name))
    assert len({first.description, second.description, third.description}) == 3
    assert first.schema == second.schema != third.schema
    assert own.counts() == {parquet.filename: 20}
    assert caplog.messages == []


def test_the_external_tables_of_the_flows_are_kept(own: OwnDataset, lake: BucketLake) -> None:
    name = f"{GREEN.table}_2020_04_ext"
    theirs = own.place.qualified(name)
    uri = f"{lake.url}/green/{APRIL.published_name}"
    own.load_through(lake, APRIL, csv_month(GREEN, 2))
    columns = ", ".join(f"{column} STRING" for column in GREEN.csv_header.split(","))
    own.query(
        f"CREATE OR REPLACE EXTERNAL TABLE {theirs} ({columns}) "
        f"OPTIONS (format = 'CSV', uris = ['{uri}'])"
    )
    own.load_through(lake, APRIL, csv_month(GREEN, 3))
    kept = own.place.client.get_table(own.place.reference(name))
    assert kept.description is None
    assert not any(field.description for field in kept.schema)
    assert f"{GREEN.table}_2020_04_raw_ext" in own.tables()
    loads = [job.job_id for job in own.queries() if "read-external" in job.job_id]
    assert len(loads) == 2
    assert all("_green_2020_04_" in job_id for job_id in loads), "an id names taxi and month"
    assert own.counts() == {APRIL.filename: 3}
