"""What `taxi-assets check` finds, and how it says it."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from taxi_assets_tests.command_line import DataFolder, taxi_assets


def test_check_passes_where_nobody_changed_anything(loaded: DataFolder) -> None:
    answer = taxi_assets("check")

    assert answer.exit_code == 0, answer.text
    assert "rows_match_file passed 5 rows in the table" in answer.text


def test_check_says_the_same_in_json(loaded: DataFolder) -> None:
    answer = taxi_assets("check", "green", "2020-04", "--json")

    (month,) = json.loads(answer.stdout)
    failed = [check["name"] for check in month["checks"] if not check["passed"]]
    assert month["state"] == "checked"
    assert failed == ["rows_match_published"]
    assert answer.exit_code == 0


@pytest.mark.parametrize(
    ("change", "check"),
    [
        ("DELETE FROM green_tripdata WHERE fare_amount = 1", "rows_match_file"),
        (
            "INSERT INTO green_tripdata FROM green_tripdata WHERE fare_amount = 1",
            "rows_match_file",
        ),
        ("DELETE FROM tripdata_files", "rows_match_file"),
        ("UPDATE green_tripdata SET filename = 'april.csv'", "rows_match_file"),
        ("UPDATE green_tripdata SET tip_amount = 0 WHERE fare_amount = 1", "values_as_loaded"),
        ("UPDATE green_tripdata SET lpep_pickup_datetime = NULL", "pickup_present"),
        ("UPDATE green_tripdata SET unique_row_id = upper(unique_row_id)", "row_ids_match_values"),
        ("ALTER TABLE green_tripdata ALTER trip_distance TYPE VARCHAR", "columns_as_declared"),
    ],
    ids=[
        "a row deleted",
        "a row duplicated",
        "the ledger emptied",
        "the filename altered",
        "one value changed",
        "pickups lost",
        "other row ids",
        "another type",
    ],
)
def test_check_names_what_somebody_spoilt(tampered: DataFolder, change: str, check: str) -> None:
    tampered.change(change)

    answer = taxi_assets("check", "green", "2020-04")

    assert answer.exit_code == 1
    assert f"FAILED duckdb/green_tripdata: {check}:" in answer.text
    assert "dagster." not in answer.text
    assert "1 of 1 not done: green 2020-04" in answer.stderr


def test_check_writes_what_a_ci_system_reads(tampered: DataFolder, tmp_path: Path) -> None:
    junit, found = tmp_path / "reports" / "checks.xml", tmp_path / "checks.json"
    arguments = ("check", "green", "--junit", str(junit), "--json-file", str(found))
    good = taxi_assets(*arguments)
    suites = ET.parse(junit).getroot()
    assert good.exit_code == 0
    assert (suites.get("failures"), suites.get("errors")) == ("0", "0")
    assert int(suites.get("tests", "0")) == len(json.loads(found.read_text())[0]["checks"])

    tampered.change("UPDATE green_tripdata SET tip_amount = 0 WHERE fare_amount = 1")
    bad = taxi_assets(*arguments)

    (failure,) = ET.parse(junit).getroot().iterfind(".//testcase[failure]")
    assert bad.exit_code == 1
    assert failure.get("classname") == "duckdb.green_tripdata"
    assert failure.get("name") == "values_as_loaded"
    assert "rows or values were changed since the month was loaded" in str(failure[0].text)
    failed = [c["name"] for c in json.loads(found.read_text())[0]["checks"] if not c["passed"]]
    assert "values_as_loaded" in failed


def test_check_has_nothing_to_do_where_nothing_is_loaded(settings_env: Path) -> None:
    answer = taxi_assets("check")

    assert answer.exit_code == 1
    assert "no month is loaded" in answer.stderr
    assert str(settings_env) in answer.stderr
    assert "What to do: `taxi-assets load green 2020-04` loads one" in answer.stderr
    of_fhv = taxi_assets("audit", "fhv")
    assert (of_fhv.exit_code, "no month of fhv is loaded" in of_fhv.stderr) == (1, True)
    assert "`taxi-assets load fhv 2020-04`" in of_fhv.stderr
    assert taxi_assets("purge", "--days", "99999999999").exit_code == 2


def test_a_check_that_could_not_begin_shows_no_empty_table(data: DataFolder) -> None:
    data.folder.mkdir()
    data.duckdb_file.write_bytes(b"no database" * 1_000)

    answer = taxi_assets("check", "green", "2020-04")

    assert answer.exit_code == 1
    assert "cannot be opened" in answer.text
    assert "Asset checks" not in answer.text
