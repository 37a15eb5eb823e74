"""Columns that no dataset declares: refused, or left out and noted with the file."""

from __future__ import annotations

import pytest

from taxi_assets.errors import InvalidFileError
from taxi_assets.lake.landed_file import FileFacts
from taxi_assets.lake.landing import judge
from taxi_assets.trips.file import FileFormat, TripFile
from taxi_assets.trips.green import GREEN
from taxi_assets.trips.month import Month


def test_columns_that_are_not_declared_are_refused_or_left_out() -> None:
    facts = FileFacts(rows=3, uncompressed_bytes=1, left_out=("mood", "__index_level_0__", "pets"))
    file = TripFile(GREEN, Month(2022, 1), FileFormat.PARQUET)
    with pytest.raises(InvalidFileError) as refusal:
        judge(file, facts, "require", "refuse")
    assert refusal.value.what == (
        "green_tripdata_2022-01.parquet: columns 'mood', 'pets' are not declared for green trips"
    )
    assert "at the end of the columns in taxi_assets/trips/green.py" in refusal.value.remedy
    assert "TAXI_UNDECLARED_COLUMNS=skip" in refusal.value.remedy
    judge(file, facts, "require", "skip")


def test_pandas_numbering_of_rows_is_never_refused() -> None:
    facts = FileFacts(rows=3, uncompressed_bytes=1, left_out=("__index_level_0__",))
    judge(TripFile(GREEN, Month(2022, 1), FileFormat.PARQUET), facts, "require", "refuse")


def test_a_column_that_was_declared_since_is_refused_no_more() -> None:
    file = TripFile(GREEN, Month(2025, 1), FileFormat.PARQUET)
    judge(file, FileFacts(rows=3, uncompressed_bytes=1, left_out=("CBD_fee",)), "warn", "skip")
    named = FileFacts(rows=3, uncompressed_bytes=1, left_out=("CBD_congestion_fee",))
    judge(file, named, "warn", "refuse")
    # CSV releases have no such column, whatever the table has.
    csv_file = TripFile(GREEN, Month(2020, 4), FileFormat.CSV)
    with pytest.raises(InvalidFileError, match="'CBD_congestion_fee' is not declared"):
        judge(csv_file, named, "warn", "refuse")


def test_a_note_of_an_older_version_has_the_declared_columns() -> None:
    facts = FileFacts.model_validate_json('{"rows": 3, "uncompressed_bytes": 99}')
    assert facts.left_out == ()
    assert ",".join(facts.header(GREEN)) == GREEN.csv_header
