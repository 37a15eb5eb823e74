"""What `taxi-assets load` and `demo` do and say."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from taxi_assets.trips.datasets import DATASETS
from taxi_assets.trips.green import GREEN
from taxi_assets.trips.month import Month
from taxi_assets.trips.yellow import YELLOW
from taxi_assets_tests.command_line import DataFolder, rows_in, sha256, taxi_assets
from taxi_assets_tests.integration.commands.conftest import CSV, FILE, PARQUET, SYNTHETIC
from taxi_assets_tests.published import Mirror, csv_month, line, parquet_bytes, parquet_table

ONE_BYTE_CHANGED = csv_month(GREEN, [line(GREEN, fare_amount=str(n)) for n in (1, 2, 3, 4, 6)])


def test_demo_loads_synthetic_months_and_says_that_they_are_not_real(
    settings_env: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = tmp_path / "own"
    monkeypatch.setenv("TAXI_DUCKDB_PATH", str(own / "taxi.duckdb"))
    monkeypatch.setenv("TAXI_LAKE", own.as_uri())
    answer = taxi_assets("demo", "--rows", "50")
    assert not own.exists(), "the sample would replace real months"

    assert answer.exit_code == 0, answer.text
    assert "Synthetic trips (not real ones)" in answer.text
    assert "duckdb.connect(" in answer.text
    demo = DataFolder(settings_env / "demo")
    for dataset in (YELLOW, GREEN):
        files = demo.query(f"SELECT filename, count(*) FROM {dataset.table} GROUP BY filename")
        names = [f"{dataset.table}_2024-0{month}.synthetic.csv" for month in (1, 2, 3)]
        assert sorted(files) == [(name, 50) for name in names]
    assert demo.query("SELECT count(*) FROM zones") == [(265,)]
    assert demo.debris() == []


def test_a_loaded_month_equals_its_file(loaded: DataFolder) -> None:
    assert loaded.rows(GREEN, CSV) == rows_in(FILE, GREEN)
    assert loaded.ledger() == {CSV: (sha256(FILE), 5)}
    assert (loaded.lake / "green" / f"{CSV}.gz").read_bytes() == FILE


def test_a_range_of_months_of_all_taxis(data: DataFolder, mirror: Mirror) -> None:
    names = [f"{d.table}_{month}.csv" for d in (GREEN, YELLOW) for month in ("2020-04", "2020-05")]
    for number, name in enumerate(names, start=1):
        dataset = DATASETS[name.partition("_")[0]]
        mirror.publish(f"{name}.gz", csv_month(dataset, number))

    answer = taxi_assets("load", "all", "2020-04", "2020-05")

    assert answer.exit_code == 0, answer.text
    assert answer.text.count(" loaded ") == 4
    assert {name: rows for name, (_, rows) in data.ledger().items()} == {
        name: number for number, name in enumerate(names, start=1)
    }


def test_the_taxi_zones(data: DataFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TAXI_SOURCE", "sample")

    answer = taxi_assets("load", "zones")

    assert answer.exit_code == 0, answer.text
    assert data.query("SELECT count(DISTINCT LocationID) FROM zones") == [(265,)]


def test_a_month_that_is_there_unchanged_is_passed_over(loaded: DataFolder) -> None:
    landed = loaded.lake / "green" / f"{CSV}.gz"
    before = (loaded.query("FROM tripdata_files"), landed.stat().st_mtime_ns)

    answer = taxi_assets("load", "green", "2020-04")

    assert answer.exit_code == 0, answer.text
    assert "green 2020-04 unchanged, 5 rows: passed over" in answer.text
    assert (loaded.query("FROM tripdata_files"), landed.stat().st_mtime_ns) == before


def test_force_loads_an_unchanged_month_again(loaded: DataFolder) -> None:
    before = loaded.query("SELECT loaded_at FROM tripdata_files")

    answer = taxi_assets("load", "green", "2020-04", "--force")

    assert answer.exit_code == 0, answer.text
    assert "green 2020-04 loaded 5 rows" in answer.text
    assert loaded.query("SELECT loaded_at FROM tripdata_files") > before
    assert loaded.rows(GREEN, CSV) == rows_in(FILE, GREEN)


def test_a_changed_byte_in_the_source_replaces_the_month(data: DataFolder, mirror: Mirror) -> None:
    assert taxi_assets("load", "green", "2020-04").exit_code == 0
    mirror.publish(f"{CSV}.gz", ONE_BYTE_CHANGED)

    answer = taxi_assets("load", "green", "2020-04")

    assert answer.exit_code == 0, answer.text
    assert "green 2020-04 loaded 5 rows" in answer.text
    assert data.rows(GREEN, CSV) == rows_in(ONE_BYTE_CHANGED, GREEN)
    assert data.ledger() == {CSV: (sha256(ONE_BYTE_CHANGED), 5)}


def test_a_month_from_another_source_replaces_the_one_before(
    data: DataFolder, mirror: Mirror, monkeypatch: pytest.MonkeyPatch
) -> None:
    mirror.publish(PARQUET, parquet_bytes(parquet_table(GREEN, Month(2020, 4), 4)))
    monkeypatch.setenv("TAXI_SAMPLE_ROWS", "7")

    for source, name, rows in (("csv", CSV, 5), ("parquet", PARQUET, 4), ("sample", SYNTHETIC, 7)):
        monkeypatch.setenv("TAXI_SOURCE", source)
        answer = taxi_assets("load", "green", "2020-04")

        assert answer.exit_code == 0, answer.text
        for table in ("green_tripdata", "green_tripdata_ext"):
            held = data.query(f"SELECT filename, count(*) FROM {table} GROUP BY filename")
            assert held == [(name, rows)], table
        assert [(key, value[1]) for key, value in data.ledger().items()] == [(name, rows)]


def test_a_month_that_fails_does_not_keep_the_others_from_loading(
    data: DataFolder, mirror: Mirror
) -> None:
    mirror.publish(f"{CSV}.gz", FILE[:-9])
    mirror.publish("green_tripdata_2020-05.csv.gz", FILE)

    answer = taxi_assets("load", "green", "2020-04", "2020-05")

    assert answer.exit_code == 1
    assert "1 of 2 not done: green 2020-04" in answer.stderr
    assert list(data.ledger()) == ["green_tripdata_2020-05.csv"]


def test_load_prints_only_json_where_a_script_reads(data: DataFolder) -> None:
    answer = taxi_assets("load", "green", "2020-04", "2020-05", "--json")

    done, missing = json.loads(answer.stdout)
    assert (done["name"], done["state"], done["rows"]) == ("green 2020-04", "loaded", 5)
    assert all(check["passed"] for check in done["checks"] if check["blocks"])
    assert missing["state"] == "failed"
    assert "green_tripdata_2020-05.csv.gz is not at" in missing["message"]
    assert answer.exit_code == 1
    assert "1 of 2 not done: green 2020-05" in answer.stderr


def test_a_backfill_without_a_daemon_is_refused_with_what_to_do(data: DataFolder) -> None:
    answer = taxi_assets("backfill", "green", "2020-04", "2020-05")

    assert answer.exit_code == 1
    assert "no Dagster daemon is running on this instance" in answer.text
    assert "start one (`taxi-assets dev`), or load the months here" in answer.text
