"""A month may be loaded again, in any order, from any format: the table follows the files."""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import replace
from pathlib import Path

import dagster as dg
import pytest

from taxi_assets.automation.month_outcomes import MonthOutcome, State
from taxi_assets.trips.datasets import DATASETS
from taxi_assets_tests.integration.equality.generated_months import publish_csv, publish_parquet
from taxi_assets_tests.integration.equality.independent_reader import differences, read_rows
from taxi_assets_tests.integration.equality.project import Project
from taxi_assets_tests.integration.equality.real_months import CSV_FILES, PARQUET_TWIN, path_of
from taxi_assets_tests.published import Mirror, csv_month, line, lines

GREEN = DATASETS["green"]
APRIL, MAY, JUNE = "2020-04", "2020-05", "2020-06"
ORDERS = ((APRIL, MAY, JUNE), (JUNE, APRIL, JUNE, MAY))


def name(month: str) -> str:
    return f"green_tripdata_{month}.csv"


def test_a_second_load_changes_nothing(project: Project, mirror: Mirror) -> None:
    publish_csv(mirror, project.file("green", APRIL))
    first = project.load("green", APRIL)
    before = project.ledger(), project.contents("green_tripdata")

    second = project.load("green", APRIL)

    assert (first.state, second.state) == (State.LOADED, State.UNCHANGED)
    assert first.rows == second.rows == 500
    assert (project.ledger(), project.contents("green_tripdata")) == before


def test_months_in_any_order_and_twice_give_the_same_table(
    project: Project, mirror: Mirror, tmp_path: Path
) -> None:
    files = [project.file("green", month) for month in (APRIL, MAY, JUNE)]
    paths = {file: publish_csv(mirror, file, rows=200) for file in files}
    found = []

    for number, order in enumerate(ORDERS):
        other = replace(project, folder=tmp_path / f"project {number}")
        for month in order:
            other.load("green", month)
        for file, path in paths.items():
            assert differences(other.rows(file), read_rows(path, GREEN)) == ""
        found += [other.contents("green_tripdata"), other.contents("green_tripdata_ext")]

    assert found.count(found[0]) == len(found)
    assert found[0].total() == 3 * 200


def test_a_republished_file_replaces_its_month_and_no_other(
    project: Project, mirror: Mirror
) -> None:
    file = project.file("green", APRIL)
    for month in (APRIL, MAY):
        mirror.publish(f"{name(month)}.gz", csv_month(GREEN, rows=4))
        project.load("green", month)
    ledger, may = project.ledger(), project.rows(project.file("green", MAY))

    changed = [*lines(GREEN, 3), line(GREEN, fare_amount="5")]
    path = mirror.publish(f"{name(APRIL)}.gz", csv_month(GREEN, changed))
    outcome = project.load("green", APRIL)

    assert (outcome.state, outcome.rows) == (State.LOADED, 4)
    assert differences(project.rows(file), read_rows(path, GREEN)) == ""
    assert project.ledger()[name(APRIL)].sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert project.ledger()[name(APRIL)].loaded_at > ledger[name(APRIL)].loaded_at
    assert project.ledger()[name(MAY)] == ledger[name(MAY)]
    assert Counter(project.rows(project.file("green", MAY))) == Counter(may)
    assert project.contents("green_tripdata_ext") == project.contents("green_tripdata")
    assert project.load("green", APRIL).state is State.UNCHANGED


def test_a_republished_file_with_a_bad_value_changes_no_row_and_spoils_no_view(
    project: Project, mirror: Mirror
) -> None:
    for month in (APRIL, MAY):
        mirror.publish(f"{name(month)}.gz", csv_month(GREEN, rows=4))
        project.load("green", month)
    before = project.ledger(), project.contents("green_tripdata")
    bad = [*lines(GREEN, 3), line(GREEN, fare_amount="five")]
    mirror.publish(f"{name(APRIL)}.gz", csv_month(GREEN, bad))

    outcome = project.load("green", APRIL)

    assert outcome.state is State.FAILED
    assert "line 5, column fare_amount: 'five' is no amount" in outcome.message
    assert (project.ledger(), project.contents("green_tripdata")) == before
    # The lake has the bad file in place of the good one; the view leaves it out meanwhile.
    assert project.query("SELECT DISTINCT filename FROM green_tripdata_ext") == [(name(MAY),)]

    mirror.publish(f"{name(APRIL)}.gz", csv_month(GREEN, rows=4))
    again = project.load("green", APRIL)

    assert again.message == ""
    assert (project.ledger(), project.contents("green_tripdata")) == before
    assert project.contents("green_tripdata_ext") == before[1]


def test_a_month_has_one_format_at_a_time(project: Project, mirror: Mirror) -> None:
    parquet = project.having(TAXI_SOURCE="parquet")
    csv_path = publish_csv(mirror, project.file("green", APRIL), rows=300)
    parquet_path = publish_parquet(mirror, parquet.file("green", APRIL), rows=200)

    for chosen, path in ((project, csv_path), (parquet, parquet_path), (project, csv_path)):
        _assert_month_is_from(path, chosen)


def test_the_real_april_has_other_rows_as_parquet_than_as_csv(
    real_data: Path, tmp_path: Path, instance: dg.DagsterInstance
) -> None:
    csv = Project(tmp_path, Mirror(real_data), instance)
    parquet = csv.having(TAXI_SOURCE="parquet")
    csv_path, parquet_path = path_of(CSV_FILES[0], real_data), path_of(PARQUET_TWIN, real_data)

    for chosen, path, rows in (
        (csv, csv_path, 35_612),
        (parquet, parquet_path, 35_644),
        (csv, csv_path, 35_612),
    ):
        _assert_month_is_from(path, chosen)
        assert chosen.query("SELECT count(*) FROM green_tripdata") == [(rows,)]


@pytest.mark.parametrize("order", [(APRIL, MAY), (MAY, APRIL)], ids=" then ".join)
def test_rows_of_two_files_that_share_ids_are_all_kept_and_counted(
    order: tuple[str, str], project: Project, mirror: Mirror
) -> None:
    in_april = line(GREEN, lpep_pickup_datetime="2020-04-30 23:59:59")
    in_no_month_of_them = line(GREEN, lpep_pickup_datetime="2009-01-01 00:00:00")
    without_a_key = line(GREEN, VendorID="", PULocationID="", DOLocationID="", fare_amount="")
    shared = [in_april, in_no_month_of_them, without_a_key]
    of_may = [line(GREEN, lpep_pickup_datetime=f"2020-05-{day} 10:00:00") for day in (10, 11)]
    paths = {
        APRIL: mirror.publish(f"{name(APRIL)}.gz", csv_month(GREEN, [*lines(GREEN, 4), *shared])),
        MAY: mirror.publish(f"{name(MAY)}.gz", csv_month(GREEN, [*shared, *of_may])),
    }

    outcomes = [project.load("green", month) for month in order]

    assert [outcome.state for outcome in outcomes] == [State.LOADED, State.LOADED]
    assert _sharing(outcomes[0]) == (True, _counted(0, 0))
    assert _sharing(outcomes[1]) == (False, _counted(0, 3))
    for month, path in paths.items():
        assert differences(project.rows(project.file("green", month)), read_rows(path, GREEN)) == ""
        checked = project.check("green", month)
        assert checked.state is State.CHECKED
        assert _sharing(checked) == (False, _counted(0, 3))


def test_rows_of_one_file_that_share_an_id_are_all_kept_and_counted(
    project: Project, mirror: Mirror
) -> None:
    exact = line(GREEN, fare_amount="7")
    same_key = line(GREEN, fare_amount="7", tip_amount="2")
    other_pair = [line(GREEN, fare_amount="9")] * 2
    rows = [exact, *lines(GREEN, 3), exact, same_key, *other_pair]
    path = mirror.publish(f"{name(APRIL)}.gz", csv_month(GREEN, rows))

    outcome = project.load("green", APRIL)

    assert outcome.state is State.LOADED
    assert _sharing(outcome) == (False, _counted(5, 0))
    found = project.rows(project.file("green", APRIL))
    assert differences(found, read_rows(path, GREEN)) == ""
    assert len(found) == 8


def _assert_month_is_from(path: Path, project: Project) -> None:
    """Load April: it is that file's, in table, view and ledger, and no other file's."""
    file = project.file("green", APRIL)

    assert project.load("green", APRIL).state is State.LOADED

    assert file.published_name == path.name
    assert differences(project.rows(file), read_rows(path, GREEN)) == ""
    assert set(project.ledger()) == {file.filename}
    assert [row[0] for row in project.fingerprints(GREEN)] == [file.filename]
    assert project.fingerprints(GREEN, "_ext") == project.fingerprints(GREEN)


def _sharing(outcome: MonthOutcome) -> tuple[bool, str]:
    """Whether the check of shared ids passed, and what it says; it never blocks."""
    check = next(check for check in outcome.checks if check.name == "row_ids_not_shared")
    assert check.passed or not check.blocks
    return check.passed, check.reason


def _counted(in_the_file: int, in_others: int) -> str:
    return (
        f"{in_the_file} rows share their id with another row of the file, "
        f"{in_others} with one of another file"
    )


def test_rows_that_do_not_fit_are_kept_and_replaced_with_their_month(
    project: Project, mirror: Mirror
) -> None:
    lenient = project.having(TAXI_MAX_REJECTED_ROWS="2")
    bad = [line(GREEN, extra="x"), line(GREEN, lpep_pickup_datetime="")]
    for rejected in (bad, bad[1:]):
        rows = [*lines(GREEN, 2), *rejected]
        mirror.publish("green_tripdata_2020-04.csv.gz", csv_month(GREEN, rows))
        assert lenient.load("green", "2020-04").message == ""

        kept = lenient.query('SELECT line, "column", value FROM tripdata_rejects ORDER BY line')

        found = [("extra", "x"), ("lpep_pickup_datetime", None)][-len(rejected) :]
        assert kept == [(place, *each) for place, each in enumerate(found, start=4)]
