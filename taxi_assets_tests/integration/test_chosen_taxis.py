"""FHV and high-volume FHV: there for whoever asks, and in Dagster only where TAXI_TAXIS says so."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from taxi_assets.definitions import build_definitions
from taxi_assets.settings import read_settings
from taxi_assets.trips.file import FileFormat, TripFile
from taxi_assets.trips.green import GREEN
from taxi_assets.trips.month import Month
from taxi_assets_tests.command_line import DataFolder, taxi_assets
from taxi_assets_tests.published import Mirror, parquet_bytes, parquet_table, with_column


@pytest.fixture
def sample(settings_env: Path, monkeypatch: pytest.MonkeyPatch) -> DataFolder:
    """A folder that gets synthetic months."""
    monkeypatch.setenv("TAXI_SOURCE", "sample")
    monkeypatch.setenv("TAXI_SAMPLE_ROWS", "600")
    return DataFolder(settings_env)


def names(taxis: str | None, monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """Jobs, schedules and sensors of months that Dagster has for that setting."""
    monkeypatch.setenv("TAXI_TAXIS", taxis or "")
    repository = build_definitions(read_settings()).get_repository_def()
    found = [*repository.job_names, *(s.name for s in repository.schedule_defs)]
    found += [sensor.name for sensor in repository.sensor_defs]
    kinds = ("load_", "newest_", "republished_")
    return {name for name in found if name.startswith(kinds) and name != "load_zones"}


def test_dagster_has_yellow_and_green_unless_it_is_told(
    sample: DataFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    def of(*taxis: str) -> set[str]:
        return {f"{kind}_{t}" for t in taxis for kind in ("load", "newest", "republished")}

    assert names(None, monkeypatch) == of("yellow", "green")
    assert names("fhvhv, fhv", monkeypatch) == of("fhv", "fhvhv")


def test_a_month_of_each_is_loaded_checked_and_shown_without_a_setting(
    sample: DataFolder, tmp_path: Path
) -> None:
    checks = {}
    for taxi, month in (("fhv", "2019-01"), ("fhvhv", "2024-01")):
        answer = taxi_assets("load", taxi, month, "--json")
        assert answer.exit_code == 0, answer.text
        (outcome,) = json.loads(answer.stdout)
        checks[taxi] = {check["name"] for check in outcome["checks"] if check["passed"]}
        assert len(checks[taxi]) == len(outcome["checks"])
        rows = sample.query(f"SELECT count(*), count(DISTINCT unique_row_id) FROM {taxi}_tripdata")
        assert rows == [(600, 600)]
    assert "negative_fares_steady" in checks["fhvhv"] - checks["fhv"]
    assert {"values_as_loaded", "unknown_zones_steady"} <= checks["fhv"]
    assert sample.query(
        "SELECT count(*) FROM fhvhv_tripdata WHERE trip_time = "
        "epoch(dropoff_datetime - pickup_datetime) AND request_datetime < on_scene_datetime"
    ) == [(600,)]
    status = json.loads(taxi_assets("status", "--json").stdout)
    assert [(line["taxi"], line["agreement"]) for line in status] == [
        ("fhv", "ok"),
        ("fhvhv", "ok"),
    ]
    page = tmp_path / "report.html"
    assert taxi_assets("report", str(page)).exit_code == 0
    text = page.read_text("utf-8")
    assert "fhv 2019-01" in text
    assert "fhvhv 2024-01" in text


def test_a_backfill_of_a_taxi_that_the_daemon_lacks_says_what_to_set(sample: DataFolder) -> None:
    answer = taxi_assets("backfill", "fhv", "2019-01")
    assert answer.exit_code == 2
    assert "TAXI_TAXIS does not name them" in answer.text
    assert "set TAXI_TAXIS=yellow,green,fhv" in answer.text


def test_high_volume_trips_have_no_csv(sample: DataFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TAXI_SOURCE", "csv")
    answer = taxi_assets("load", "fhvhv", "2021-01")
    assert answer.exit_code == 1
    assert "there are no CSV releases of fhvhv trips" in answer.text


def test_counts_of_proved_months_are_listed_with_the_day_of_their_file(
    settings_env: Path, mirror: Mirror, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TAXI_PARQUET_BASE_URL", mirror.parquet_url)
    month = Month(2024, 9)
    table = parquet_table(GREEN, month)
    for name in (GREEN.pickup, GREEN.dropoff):
        table = with_column(table, name, [datetime(2024, 9, 5)] * 3)  # noqa: DTZ001 - as in files
    file = TripFile(GREEN, month, FileFormat.PARQUET)
    path = mirror.publish(file.published_name, parquet_bytes(table))
    day = datetime.fromtimestamp(path.stat().st_mtime, UTC).date()
    assert taxi_assets("load", "green", str(month)).exit_code == 0

    listed = taxi_assets("counts", "green")
    assert listed.exit_code == 0, listed.text
    assert f"green,2024-09,parquet,3,counted,{day}" in listed.stdout.splitlines()

    DataFolder(settings_env).change("UPDATE green_tripdata SET fare_amount = 1 + fare_amount")
    told = taxi_assets("counts")
    assert "green,2024-09" not in told.stdout
    assert f"{file}: not loaded or not proved" in told.stderr


def test_a_dated_count_stops_only_a_file_that_is_not_newer(
    settings_env: Path, mirror: Mirror, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TAXI_PARQUET_BASE_URL", mirror.parquet_url)
    month = Month(2023, 5)
    table = parquet_table(GREEN, month)
    for name in (GREEN.pickup, GREEN.dropoff):
        table = with_column(table, name, [datetime(2023, 5, 5)] * 3)  # noqa: DTZ001 - as in files
    name = TripFile(GREEN, month, FileFormat.PARQUET).published_name
    path = mirror.publish(name, parquet_bytes(table))
    os.utime(path, (0, datetime(2023, 7, 1, tzinfo=UTC).timestamp()))

    refused = taxi_assets("load", "green", str(month))
    assert refused.exit_code == 1
    assert "3 rows, but 69,174 were counted in the file of 2024-08-01" in refused.text

    os.utime(path, (0, datetime(2025, 7, 1, tzinfo=UTC).timestamp()))
    loaded = taxi_assets("load", "green", str(month), "--json")
    assert loaded.exit_code == 0, loaded.text
    (outcome,) = json.loads(loaded.stdout)
    count = next(check for check in outcome["checks"] if check["name"] == "rows_match_published")
    assert not count["passed"]
    assert not count["blocks"]
    assert "69,174 counted in the file of 2024-08-01" in count["reason"]
    assert "ok, but the file of 2024-08-01 had other rows" in taxi_assets("status").text
