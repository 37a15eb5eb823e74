"""A new file with columns that no dataset declares: refused, or loaded without them."""

from __future__ import annotations

import csv
import gzip
import io
from collections import Counter
from dataclasses import replace
from pathlib import Path

import dagster as dg
import pytest

from taxi_assets.automation.instance import open_instance
from taxi_assets.settings import read_settings
from taxi_assets.trips.column import Column, ColumnType
from taxi_assets.trips.green import GREEN
from taxi_assets.trips.month import Month
from taxi_assets_tests.command_line import DataFolder, Rows, rows_in, sha256, taxi_assets
from taxi_assets_tests.made_up_dataset import register
from taxi_assets_tests.published import (
    Mirror,
    csv_month,
    line,
    parquet_bytes,
    parquet_table,
    with_column,
)

CSV = "green_tripdata_2020-04.csv"
PARQUET = "green_tripdata_2022-01.parquet"
MONTH = Month(2022, 1)

LINES = [line(GREEN, fare_amount=str(number), store_and_fwd_flag="") for number in range(1, 6)]
AS_DECLARED = csv_month(GREEN, LINES)
EXTRA = {0: "", 4: "mood, if told", 9: "VENDORID", 23: "filename"}
"""Columns that are not declared, by the place at which they stand."""


@pytest.fixture
def data(settings_env: Path, mirror: Mirror, monkeypatch: pytest.MonkeyPatch) -> DataFolder:
    """An empty data folder whose source is the mirror."""
    monkeypatch.setenv("TAXI_CSV_BASE_URL", mirror.csv_url)
    monkeypatch.setenv("TAXI_PARQUET_BASE_URL", mirror.parquet_url)
    monkeypatch.setenv("TAXI_PUBLISHED_COUNTS", "warn")
    # Made trips are of April 2020, whatever the month of their file.
    monkeypatch.setenv("TAXI_REFUSE_OUT_OF_MONTH_SHARE", "1")
    return DataFolder(settings_env)


@pytest.fixture
def skip(data: DataFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let files be loaded without the columns that are not declared."""
    monkeypatch.setenv("TAXI_UNDECLARED_COLUMNS", "skip")


def with_extra_columns(lines: list[str]) -> bytes:
    """A month of these lines, with columns beside the declared ones."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    for number, values in enumerate(csv.reader([GREEN.csv_header, *lines])):
        for place, name in EXTRA.items():
            values.insert(place, name if number == 0 else f"{name[:1]},{number}")
        writer.writerow(values)
    return gzip.compress(text.getvalue().encode(), mtime=0)


def load(*arguments: str) -> None:
    answer = taxi_assets("load", "green", *arguments)
    assert answer.exit_code == 0, answer.text


def of_view(data: DataFolder, filename: str) -> Rows:
    """The rows that are read from the raw file in the lake."""
    return data.rows(GREEN, filename, "green_tripdata_ext")


def test_a_csv_with_such_columns_is_refused_and_nothing_of_it_lands(
    data: DataFolder, mirror: Mirror
) -> None:
    mirror.publish(f"{CSV}.gz", with_extra_columns(LINES))
    answer = taxi_assets("load", "green", "2020-04")
    assert answer.exit_code == 1
    assert (
        "columns 'column 1', 'mood, if told', 'VENDORID', 'filename' are not declared"
        in answer.text
    )
    assert "at the end of the columns in taxi_assets/trips/green.py" in answer.text
    assert "TAXI_UNDECLARED_COLUMNS=skip" in answer.text
    assert not (data.lake / "green" / f"{CSV}.gz").exists()


@pytest.mark.usefixtures("skip")
def test_a_csv_is_loaded_without_such_columns_wherever_they_stand(
    data: DataFolder, mirror: Mirror
) -> None:
    file = with_extra_columns(LINES)
    mirror.publish(f"{CSV}.gz", file)
    load("2020-04")
    assert data.rows(GREEN, CSV) == of_view(data, CSV) == rows_in(AS_DECLARED, GREEN)
    assert data.ledger() == {CSV: (sha256(file), 5)}
    assert (data.lake / "green" / f"{CSV}.gz").read_bytes() == file


@pytest.mark.usefixtures("skip")
def test_months_with_and_without_such_columns_are_read_side_by_side(
    data: DataFolder, mirror: Mirror
) -> None:
    mirror.publish(f"{CSV}.gz", with_extra_columns(LINES))
    mirror.publish("green_tripdata_2020-05.csv.gz", AS_DECLARED)
    load("2020-04", "2020-05")
    for name in (CSV, "green_tripdata_2020-05.csv"):
        assert data.rows(GREEN, name) == of_view(data, name) == rows_in(AS_DECLARED, GREEN)


@pytest.mark.usefixtures("skip")
def test_a_bad_value_is_told_in_its_own_column_and_can_be_rejected(
    data: DataFolder, mirror: Mirror, monkeypatch: pytest.MonkeyPatch
) -> None:
    bad = [*LINES[:2], line(GREEN, fare_amount="nine"), *LINES[2:]]
    mirror.publish(f"{CSV}.gz", with_extra_columns(bad))
    refused = taxi_assets("load", "green", "2020-04")
    assert refused.exit_code == 1
    assert f"{CSV}.gz, line 4, column fare_amount: 'nine' is no amount" in refused.text

    monkeypatch.setenv("TAXI_MAX_REJECTED_ROWS", "1")
    load("2020-04")
    assert data.rows(GREEN, CSV) == rows_in(AS_DECLARED, GREEN)
    ((number, text),) = data.query("SELECT line, text FROM tripdata_rejects")
    assert number == 4
    assert len(next(csv.reader([str(text)]))) == len(GREEN.csv_columns) + len(EXTRA)


@pytest.mark.usefixtures("skip")
def test_a_short_row_is_short_of_all_columns_of_its_file(data: DataFolder, mirror: Mirror) -> None:
    text = gzip.decompress(with_extra_columns(LINES)).decode().splitlines()
    # The filename that is not declared, whose value has a comma, and the last one that is.
    text[1] = text[1].rsplit(",", 3)[0]
    mirror.publish(f"{CSV}.gz", gzip.compress("".join(f"{each}\n" for each in text).encode()))
    load("2020-04")
    assert data.query("SELECT rows, jagged_rows FROM tripdata_files") == [(5, 1)]
    assert Counter(data.query("SELECT congestion_surcharge IS NULL FROM green_tripdata")) == {
        (False,): 4,
        (True,): 1,
    }


@pytest.mark.usefixtures("skip")
def test_a_parquet_file_is_loaded_without_such_columns(data: DataFolder, mirror: Mirror) -> None:
    table = parquet_table(GREEN, MONTH)
    mirror.publish(PARQUET, parquet_bytes(table))
    load("2022-01")
    expected = data.rows(GREEN, PARQUET)
    for name in ("mood", "filename", "Path of the File", "path of the file_", "__index_level_0__"):
        table = with_column(table, name, ["x", None, "y"])
    mirror.publish(PARQUET, parquet_bytes(table))
    load("2022-01")
    assert data.rows(GREEN, PARQUET) == of_view(data, PARQUET) == expected


def told_of_landing() -> tuple[object, str]:
    """What metadata and log say of the columns that the file in the lake has too many."""
    with open_instance(read_settings()) as instance:
        event = instance.get_latest_materialization_event(dg.AssetKey(["lake", GREEN.table]))
        assert event is not None
        assert event.asset_materialization is not None
        entries = instance.all_logs(event.run_id)
    messages = [entry.user_message for entry in entries if not entry.is_dagster_event]
    metadata = event.asset_materialization.metadata["left_out_columns"].value
    return metadata, "\n".join(message for message in messages if "left out" in message)


@pytest.mark.usefixtures("skip")
def test_what_a_file_has_too_many_is_told_when_it_lands(data: DataFolder, mirror: Mirror) -> None:
    mirror.publish(f"{CSV}.gz", AS_DECLARED)
    load("2020-04")
    assert told_of_landing() == ("none", "")
    mirror.publish(f"{CSV}.gz", with_extra_columns(LINES))
    load("2020-04")
    names = "column 1, mood, if told, VENDORID, filename"
    assert told_of_landing() == (names, f"{CSV}.gz: left out: {names} (not declared)")
    assert data.rows(GREEN, CSV) == rows_in(AS_DECLARED, GREEN)


def test_pandas_numbering_of_rows_is_always_left_out(data: DataFolder, mirror: Mirror) -> None:
    table = parquet_table(GREEN, MONTH)
    mirror.publish(PARQUET, parquet_bytes(with_column(table, "__index_level_0__", [7, 8, 9])))
    load("2022-01")
    assert told_of_landing() == (
        "__index_level_0__",
        f"{PARQUET}: left out: __index_level_0__ (pandas' numbering of rows)",
    )
    assert sum(data.rows(GREEN, PARQUET).values()) == 3
    assert data.rows(GREEN, PARQUET) == of_view(data, PARQUET)


def test_a_file_that_landed_with_such_columns_is_judged_again(
    data: DataFolder, mirror: Mirror, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TAXI_UNDECLARED_COLUMNS", "skip")
    mirror.publish(f"{CSV}.gz", with_extra_columns(LINES))
    load("2020-04")
    monkeypatch.setenv("TAXI_UNDECLARED_COLUMNS", "refuse")
    answer = taxi_assets("load", "green", "2020-04")
    assert answer.exit_code == 1
    assert "'mood, if told'" in answer.text
    assert data.rows(GREEN, CSV) == rows_in(AS_DECLARED, GREEN)


def test_a_column_that_is_declared_meanwhile_comes_with_the_next_load(
    data: DataFolder, mirror: Mirror, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TAXI_UNDECLARED_COLUMNS", "skip")
    table = with_column(parquet_table(GREEN, MONTH), "mood", ["good", None, "bad"])
    mirror.publish(PARQUET, parquet_bytes(table))
    load("2022-01")

    mood = Column("mood", ColumnType.TEXT, "How it was.", None, ("mood",), parquet_from=None)
    register(monkeypatch, replace(GREEN, columns=(*GREEN.columns, mood)))
    monkeypatch.setenv("TAXI_UNDECLARED_COLUMNS", "refuse")
    load("2022-01", "--force")
    assert Counter(data.query("SELECT mood FROM green_tripdata")) == {
        ("good",): 1,
        ("bad",): 1,
        (None,): 1,
    }


def test_an_audit_calls_a_month_outdated_whose_left_out_column_is_declared_since(
    data: DataFolder, mirror: Mirror, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TAXI_UNDECLARED_COLUMNS", "skip")
    table = with_column(parquet_table(GREEN, MONTH), "mood", ["good", None, "bad"])
    mirror.publish(PARQUET, parquet_bytes(table))
    load("2022-01")
    mood = Column("mood", ColumnType.TEXT, "How it was.", None, ("mood",), parquet_from=None)
    register(monkeypatch, replace(GREEN, columns=(*GREEN.columns, mood)))

    audited = taxi_assets("audit", "green", "2022-01", "--json")
    assert audited.exit_code == 0, audited.text
    assert "mood: left out when the month was loaded, and declared since" in audited.text
    repaired = taxi_assets("audit", "green", "2022-01", "--repair")
    assert repaired.exit_code == 0, repaired.text
    assert Counter(data.query("SELECT mood FROM green_tripdata"))[("good",)] == 1


def test_a_check_names_the_columns_whenever_the_month_is_checked(
    data: DataFolder, mirror: Mirror, skip: None
) -> None:
    mirror.publish(f"{CSV}.gz", with_extra_columns(LINES))
    loaded = taxi_assets("load", "green", "2020-04")
    assert loaded.exit_code == 0, loaded.text
    for said in (loaded, taxi_assets("check", "green", "2020-04")):
        assert said.exit_code == 0
        assert "columns_not_left_out" in said.text
        assert "mood, if told" in said.text
