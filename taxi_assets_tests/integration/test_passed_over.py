"""Months that `load` passes over, since nothing is to be done; and all those that it does not."""

from __future__ import annotations

import gzip
import json
import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from unittest import mock

import dagster as dg
import pytest
from _pytest.mark import ParameterSet

from taxi_assets.automation.instance import open_instance
from taxi_assets.automation.unchanged_months import unchanged_months
from taxi_assets.settings import read_settings
from taxi_assets.trips.green import GREEN
from taxi_assets.trips.month import Month
from taxi_assets_tests import another_warehouse
from taxi_assets_tests.command_line import DataFolder, taxi_assets
from taxi_assets_tests.faulty_server import Reply, ServedFile, faulty_server
from taxi_assets_tests.published import Mirror, csv_month, csv_text, line

APRIL, MAY = Month(2020, 4), Month(2020, 5)
LOAD = ("load", "green", "2020-04", "2020-05")
TABLE = dg.AssetKey(["duckdb", "green_tripdata"])


@pytest.fixture(scope="module")
def once(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder with a mirror, and with green 2020-04 and 2020-05 loaded from it, for all tests."""
    folder = tmp_path_factory.mktemp("passed_over")
    mirror = Mirror(folder / "live" / "mirror")
    settings = {
        "TAXI_DATA_DIR": str(folder / "live" / "data"),
        "DAGSTER_HOME": str(folder / "live" / "data" / "dagster"),
        "TAXI_CSV_BASE_URL": mirror.csv_url,
        "TAXI_PUBLISHED_COUNTS": "warn",
        # Made trips are of April 2020, whatever the month of their file.
        "TAXI_REFUSE_OUT_OF_MONTH_SHARE": "1",
    }
    for month in (APRIL, MAY):
        mirror.publish(f"green_tripdata_{month}.csv.gz", csv_month(GREEN, 5))
    with mock.patch.dict(os.environ, settings):
        answer = taxi_assets(*LOAD)
        assert answer.exit_code == 0, answer.text
        shutil.copytree(folder / "live", folder / "kept", symlinks=True)
        yield folder


@pytest.fixture
def project(settings_env: Path, once: Path) -> Iterator[Project]:
    """These two months, for a test that may change anything."""
    live = once / "live"
    mirror = Mirror(live / "mirror")
    os.environ |= {
        "TAXI_DATA_DIR": str(live / "data"),
        "DAGSTER_HOME": str(live / "data" / "dagster"),
        "TAXI_CSV_BASE_URL": mirror.csv_url,
        "TAXI_PUBLISHED_COUNTS": "warn",
        "TAXI_REFUSE_OUT_OF_MONTH_SHARE": "1",
    }
    yield Project(DataFolder(live / "data"), mirror)
    shutil.rmtree(live)
    shutil.copytree(once / "kept", live, symlinks=True)


class Project:
    """What there is to change."""

    def __init__(self, data: DataFolder, mirror: Mirror) -> None:
        self.data = data
        self.mirror = mirror

    def runs(self) -> int:
        """How many runs Dagster has."""
        with open_instance(read_settings()) as instance:
            return len(instance.get_run_ids())

    def passed_over(self) -> list[str]:
        """The months that a load of both would pass over now."""
        settings = read_settings()
        with open_instance(settings) as instance:
            found = unchanged_months(settings, instance, [(GREEN, APRIL), (GREEN, MAY)])
        return sorted(str(month) for _, month in found)


def in_table(name: str, sql: str) -> ParameterSet:
    """A change by hand in the database."""
    return pytest.param(lambda project: project.data.change(sql), id=name)


def lose_file(project: Project) -> None:
    (project.data.lake / "green" / "green_tripdata_2020-04.csv.gz").unlink()


def damage_file(project: Project) -> None:
    path = project.data.lake / "green" / "green_tripdata_2020-04.csv.gz"
    path.write_bytes(b"x" * path.stat().st_size)


def lose_note(project: Project) -> None:
    (project.data.lake / "green" / "green_tripdata_2020-04.csv.gz.json").unlink()


def change_digests_in_note(project: Project) -> None:
    path = project.data.lake / "green" / "green_tripdata_2020-04.csv.gz.json"
    note = json.loads(path.read_bytes())
    engines = note["landed"]["digests"]["engines"]
    engines |= dict.fromkeys(engines, "0" * 16)
    path.write_text(json.dumps(note))


def publish_again(project: Project) -> None:
    changed = csv_month(GREEN, [line(GREEN, fare_amount=str(n)) for n in (1, 2, 3, 4, 6)])
    project.mirror.publish("green_tripdata_2020-04.csv.gz", changed)


def withdraw(project: Project) -> None:
    project.mirror.path("green_tripdata_2020-04.csv.gz").unlink()


def materialize_without_checks(project: Project) -> None:
    with open_instance(read_settings()) as instance:
        instance.report_runless_asset_event(dg.AssetMaterialization(TABLE, partition="2020-04"))


def fail_a_check(project: Project) -> None:
    failed = dg.AssetCheckEvaluation(
        TABLE, "row_ids_match_values", passed=False, partition="2020-04"
    )
    with open_instance(read_settings()) as instance:
        instance.report_runless_asset_event(failed)


APRILS = "WHERE filename = 'green_tripdata_2020-04.csv'"
CHANGES = [
    in_table("value", f"UPDATE green_tripdata SET tip_amount = 77 {APRILS} AND fare_amount = 1"),
    in_table("row", f"DELETE FROM green_tripdata {APRILS} AND fare_amount = 1"),
    in_table("ledger", f"DELETE FROM tripdata_files {APRILS}"),
    in_table("ledgers_rows", f"UPDATE tripdata_files SET rows = 6 {APRILS}"),
    in_table("ledgers_taxi", f"UPDATE tripdata_files SET taxi = 'yellow' {APRILS}"),
    in_table("digests", f"UPDATE tripdata_files SET digest = NULL, engine_digest = NULL {APRILS}"),
    lose_file,
    damage_file,
    lose_note,
    change_digests_in_note,
    publish_again,
    withdraw,
    fail_a_check,
    materialize_without_checks,
]


def test_unchanged_months_are_told_in_one_line_and_start_no_run(project: Project) -> None:
    before = project.runs(), project.data.query("FROM tripdata_files")

    answer = taxi_assets(*LOAD)

    assert answer.exit_code == 0, answer.text
    assert answer.stdout == ("green 2020-04 to 2020-05 unchanged, 2 months, 10 rows: passed over\n")
    assert (project.runs(), project.data.query("FROM tripdata_files")) == before


def test_a_script_reads_of_each_month_in_its_order(project: Project) -> None:
    lose_file(project)

    answer = taxi_assets(*LOAD, "--json")

    found = [(each["name"], each["state"], each["rows"]) for each in json.loads(answer.stdout)]
    assert found == [("green 2020-04", "loaded", 5), ("green 2020-05", "unchanged", 5)]
    assert (project.data.lake / "green" / "green_tripdata_2020-04.csv.gz").exists()
    assert project.passed_over() == ["2020-04", "2020-05"]


@pytest.mark.parametrize("change", CHANGES)
def test_a_month_in_doubt_is_never_passed_over(
    project: Project, change: Callable[[Project], None]
) -> None:
    assert project.passed_over() == ["2020-04", "2020-05"]

    change(project)

    assert project.passed_over() == ["2020-05"]


@pytest.mark.parametrize(
    "change",
    [
        "DROP VIEW green_tripdata_ext",
        "ALTER TABLE green_tripdata ALTER trip_distance TYPE VARCHAR",
        "DROP TABLE green_tripdata CASCADE",
        "ALTER TABLE tripdata_files DROP sha256",
    ],
)
def test_no_month_is_passed_over_where_a_table_is_not_as_it_was(
    project: Project, change: str
) -> None:
    project.data.change(change)

    assert project.passed_over() == []


@pytest.mark.parametrize(
    ("host", "told"),
    [
        (ServedFile(b"", etag=None), Reply(chunked=True)),
        (ServedFile(b"", etag=None, last_modified="Wed, 01 Apr 2020 00:00:00 GMT"), Reply()),
    ],
    ids=["nothing", "a date and another size"],
)
def test_a_new_version_is_loaded_of_which_the_host_tells_no_more_than(
    settings_env: Path, host: ServedFile, told: Reply
) -> None:
    data = DataFolder(settings_env)
    first, second = (
        gzip.compress(csv_text(GREEN, [line(GREEN, fare_amount=fare)]), 0, mtime=0)
        for fare in ("10", "20" if host.last_modified is None else "20.00")
    )
    os.environ["TAXI_PUBLISHED_COUNTS"] = "warn"
    with faulty_server(replace(host, body=first)) as server:
        os.environ["TAXI_CSV_BASE_URL"] = f"http://{server.address}"
        assert taxi_assets("load", "green", "2020-04").exit_code == 0
        server.file = replace(host, body=second)
        server.replies = [told, Reply(ignore_condition=True)]

        answer = taxi_assets("load", "green", "2020-04")

    assert "loaded 1 rows" in answer.text
    assert data.query("SELECT fare_amount FROM green_tripdata") == [(20.0,)]


def test_no_month_is_passed_over_that_its_file_would_be_refused_for(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TAXI_PUBLISHED_COUNTS", "require")

    assert project.passed_over() == []


def test_no_month_is_passed_over_that_another_warehouse_lacks(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    another_warehouse.register(monkeypatch)
    monkeypatch.setenv("TAXI_WAREHOUSES", "duckdb,barn")
    assert project.passed_over() == []

    answer = taxi_assets(*LOAD)

    assert answer.text.count(" loaded ") == 2, answer.text
    assert project.passed_over() == ["2020-04", "2020-05"]


def test_a_changed_row_is_told_by_a_load(project: Project) -> None:
    project.data.change("UPDATE green_tripdata SET tip_amount = 77 WHERE filename LIKE '%-04%'")

    answer = taxi_assets(*LOAD)

    assert answer.exit_code == 1
    assert "green 2020-05 unchanged, 5 rows: passed over" in answer.text
    assert "values_as_loaded: rows or values were changed" in answer.text
