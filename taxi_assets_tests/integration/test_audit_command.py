"""`taxi-assets audit` as somebody uses it who has tables, a lake, and no source any more."""

from pathlib import Path

import duckdb
import pytest

from taxi_assets.automation.audits import AUDIT_JOB
from taxi_assets.definitions import build_definitions
from taxi_assets.settings import read_settings
from taxi_assets.trips.green import GREEN
from taxi_assets.trips.month import Month
from taxi_assets_tests.command_line import taxi_assets
from taxi_assets_tests.published import Mirror, csv_month, parquet_bytes, parquet_table

NAME = "green_tripdata_2020-04.csv"


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE green_tripdata SET tip_amount = 99 WHERE rowid = 3",
        "UPDATE green_tripdata SET filename = 'green_tripdata_2020-04.parquet' WHERE rowid = 3",
        "INSERT INTO tripdata_files SELECT * REPLACE ('green_tripdata_2020-04.parquet' AS filename,"
        " TIMESTAMP '2100-01-01' AS loaded_at) FROM tripdata_files",
    ],
    ids=["a value", "the name of a row's file", "a later line in the ledger"],
)
def test_a_changed_month_is_repaired_from_the_lake_where_the_source_is_gone(
    settings_env: Path, mirror: Mirror, monkeypatch: pytest.MonkeyPatch, sql: str
) -> None:
    monkeypatch.setenv("TAXI_CSV_BASE_URL", mirror.csv_url)
    monkeypatch.setenv("TAXI_PUBLISHED_COUNTS", "warn")
    published = mirror.publish(f"{NAME}.gz", csv_month(GREEN, 5))
    loaded = taxi_assets("load", "green", "2020-04")
    assert loaded.exit_code == 0, loaded.text
    published.unlink()
    with duckdb.connect(settings_env / "taxi.duckdb") as connection:
        connection.execute(sql)
    assert taxi_assets("audit").exit_code == 1

    repaired = taxi_assets("audit", "--repair")
    assert repaired.exit_code == 0, repaired.text
    assert "green 2020-04 checked loaded again" in repaired.text
    assert "1 of 1 months are proved" in taxi_assets("audit").text


def test_rows_under_a_name_that_is_no_months_file_are_told(
    settings_env: Path, mirror: Mirror, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TAXI_CSV_BASE_URL", mirror.csv_url)
    monkeypatch.setenv("TAXI_PUBLISHED_COUNTS", "warn")
    mirror.publish(f"{NAME}.gz", csv_month(GREEN, 5))
    assert taxi_assets("load", "green", "2020-04").exit_code == 0
    with duckdb.connect(settings_env / "taxi.duckdb") as connection:
        for name in ("NULL", "'trips.csv'"):
            connection.execute(
                f"INSERT INTO green_tripdata SELECT * REPLACE ({name} AS filename) "
                "FROM green_tripdata LIMIT 2"
            )
    told = taxi_assets("audit")
    assert told.exit_code == 0, told.text  # an adopted table may have such rows
    assert "2 rows of green_tripdata have the filename trips.csv" in told.text
    assert "2 rows of green_tripdata have the filename NULL" in told.text
    assert "trips.csv" not in taxi_assets("audit", "green", "2020-04").text


def test_a_month_that_the_table_has_lost_with_its_ledger_is_not_proved(
    settings_env: Path, mirror: Mirror, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TAXI_CSV_BASE_URL", mirror.csv_url)
    monkeypatch.setenv("TAXI_PUBLISHED_COUNTS", "warn")
    mirror.publish(f"{NAME}.gz", csv_month(GREEN, 5))
    assert taxi_assets("load", "green", "2020-04").exit_code == 0
    with duckdb.connect(settings_env / "taxi.duckdb") as connection:
        connection.execute("DELETE FROM green_tripdata; DELETE FROM tripdata_files")

    told = taxi_assets("audit")

    assert "0 of 1 months are proved" in told.text
    assert "not proved: the month is not loaded" in told.text


def test_a_month_that_nobody_has_is_told(settings_env: Path, mirror: Mirror) -> None:
    asked = taxi_assets("audit", "green", "2020-04", "--repair")
    assert asked.exit_code == 1
    assert "green 2020-04 is neither in the lake nor in a table" in asked.text
    assert "taxi-assets load green 2020-04" in asked.text
    assert not any((settings_env / name).exists() for name in ("lake", "taxi.duckdb"))


def test_months_of_a_source_that_is_no_longer_chosen_are_audited(
    settings_env: Path, mirror: Mirror, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TAXI_PARQUET_BASE_URL", mirror.parquet_url)
    monkeypatch.setenv("TAXI_PUBLISHED_COUNTS", "warn")
    monkeypatch.setenv("TAXI_REFUSE_OUT_OF_MONTH_SHARE", "1")
    month = parquet_table(GREEN, Month(2024, 1))
    mirror.publish("green_tripdata_2024-01.parquet", parquet_bytes(month))
    assert taxi_assets("load", "green", "2024-01").exit_code == 0
    monkeypatch.setenv("TAXI_SOURCE", "csv")

    told = taxi_assets("audit")
    job = build_definitions(read_settings()).resolve_job_def(AUDIT_JOB)

    assert "1 of 1 months are proved" in told.text
    assert job.execute_in_process(raise_on_error=False).success
    with duckdb.connect(settings_env / "taxi.duckdb") as connection:
        connection.execute("UPDATE green_tripdata SET tip_amount = 99")
    assert taxi_assets("audit").exit_code == 1


@pytest.mark.parametrize("command", ["audit", "check", "load"])
@pytest.mark.parametrize("month", ["2020-13", "1999-01"])
def test_a_month_that_cannot_be_is_a_wrong_argument(command: str, month: str) -> None:
    refused = taxi_assets(command, "green", month)
    assert refused.exit_code == 2
    assert month in refused.text
