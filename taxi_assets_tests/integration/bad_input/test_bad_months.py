"""What is said of bad files and months among good ones, and what else is loaded."""

from __future__ import annotations

import os
from contextlib import chdir
from pathlib import Path
from unittest import mock

import dagster as dg
import pytest
from click.testing import CliRunner

from taxi_assets.cli import main
from taxi_assets.trips.green import GREEN
from taxi_assets.trips.month import Month
from taxi_assets_tests.integration.bad_input.conftest import (
    APRIL,
    COMMAS,
    CSV_NAME,
    GOOD,
    SHORT,
    XML,
    Project,
    with_values,
)
from taxi_assets_tests.published import (
    Mirror,
    csv_month,
)


def test_a_few_short_lines_are_loaded_with_nulls_counted_and_warned_of(project: Project) -> None:
    project.mirror.publish(CSV_NAME, csv_month(GREEN, [GOOD, SHORT, GOOD, SHORT, GOOD]))
    result = project.run("load", "green", "2020-04")
    assert result.exit_code == 0, result.output
    assert "2 rows of the file were short of trailing columns" in result.output
    assert project.count("green_tripdata") == 5
    assert project.count("green_tripdata WHERE congestion_surcharge IS NULL") == 2
    assert project.ask("SELECT rows, jagged_rows FROM tripdata_files") == [(5, 2)]


def test_a_month_outside_the_chosen_publication_is_refused(project: Project) -> None:
    result = project.run("load", "green", "2021-08", TAXI_SOURCE="csv")
    assert result.exit_code == 1
    assert "2021-08 is not among the CSV releases of green trips, 2019-01 to 2021-07" in (
        result.output
    )
    assert "TAXI_SOURCE=auto" in result.output


def test_a_month_under_a_wrong_name_is_missing(project: Project) -> None:
    path = project.mirror.publish("green_tripdata_2020-4.csv.gz", csv_month(GREEN))
    result = project.run("load", "green", "2020-04")
    assert result.exit_code == 1
    wanted = path.with_name(CSV_NAME)
    assert f"{CSV_NAME} is not at {wanted.as_uri()} (no such file)" in result.output
    assert "TAXI_CSV_BASE_URL" in result.output


def test_a_data_folder_that_cannot_be_made_is_refused_with_the_setting(project: Project) -> None:
    in_the_way = project.folder / "a file"
    in_the_way.touch()
    with chdir(project.folder), mock.patch.dict(os.environ):
        os.environ.pop("DAGSTER_HOME", None)
        os.environ["TAXI_DATA_DIR"] = str(in_the_way)
        result = CliRunner().invoke(main, ["load", "green", "2020-04"])
    assert result.exit_code == 1
    assert str(in_the_way) in result.output
    assert "TAXI_DATA_DIR" in result.output


def test_a_bad_month_among_good_ones_stops_none_of_them(project: Project) -> None:
    for month in ("2020-04", "2020-06"):
        project.mirror.publish(f"green_tripdata_{month}.csv.gz", csv_month(GREEN))
    project.mirror.publish("green_tripdata_2020-05.csv.gz", XML)
    result = project.run("load", "green", "2020-04", "2020-06")
    assert result.exit_code == 1
    assert "1 of 3 not done: green 2020-05" in result.output
    loaded = project.ask("SELECT DISTINCT filename FROM green_tripdata ORDER BY ALL")
    assert loaded == [("green_tripdata_2020-04.csv",), ("green_tripdata_2020-06.csv",)]


@pytest.mark.parametrize(
    "data", [with_values(tip_amount="much"), csv_month(GREEN, [COMMAS] * 4)], ids=["value", "rows"]
)
def test_what_is_refused_is_not_seen_in_the_external_table(project: Project, data: bytes) -> None:
    for month in (APRIL, Month(2020, 5)):
        project.publish_good(GREEN, month, f"green_tripdata_{month}.csv.gz", rows=3)
    assert project.run("load", "green", "2020-04", "2020-05").exit_code == 0
    project.mirror.publish(CSV_NAME, data)
    assert project.run("load", "green", "2020-04").exit_code == 1
    seen = project.ask("SELECT filename, max(tip_amount) FROM green_tripdata_ext GROUP BY 1")
    assert seen == [("green_tripdata_2020-05.csv", 9.95)]


def test_what_was_there_before_a_refusal_is_seen_again_in_the_external_table(
    project: Project,
) -> None:
    bad, may = with_values(tip_amount="much"), csv_month(GREEN, 2)
    for data, month in ((csv_month(GREEN, 3), "2020-04"), (bad, "2020-04"), (may, "2020-05")):
        project.mirror.publish(f"green_tripdata_{month}.csv.gz", data)
        project.run("load", "green", month)
    project.mirror.publish(CSV_NAME, csv_month(GREEN, 3))
    assert project.run("load", "green", "2020-04").exit_code == 0
    assert project.count("green_tripdata_ext") == project.count("green_tripdata") == 5


def test_a_refusal_is_kept_with_its_remedy_in_dagsters_events(
    settings_env: Path, mirror: Mirror
) -> None:
    os.environ["TAXI_CSV_BASE_URL"] = mirror.csv_url
    mirror.publish(CSV_NAME, XML)
    result = CliRunner().invoke(main, ["load", "green", "2020-04", "--json"])
    assert result.exit_code == 1
    with dg.DagsterInstance.get() as instance:
        (run,) = instance.get_runs()
        assert run.status is dg.DagsterRunStatus.FAILURE
        (failure,) = instance.all_logs(run.run_id, of_type=dg.DagsterEventType.STEP_FAILURE)
    event = failure.dagster_event
    assert event is not None
    told = event.step_failure_data.user_failure_data
    assert told is not None
    assert "an XML document" in str(told.description)
    assert "TAXI_CSV_BASE_URL" in str(told.metadata["remedy"].value)
    assert run.run_id in result.output
