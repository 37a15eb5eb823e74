"""After a load the table holds exactly the rows of the published file, and the ledger says so."""

from __future__ import annotations

import gzip
import hashlib
from dataclasses import dataclass, replace
from pathlib import Path

import dagster as dg
import pytest

from taxi_assets.automation.month_outcomes import MonthOutcome, State
from taxi_assets.trips.datasets import DATASETS
from taxi_assets.trips.file import TripFile
from taxi_assets.trips.month import Month
from taxi_assets_tests.integration.equality.generated_months import publish_csv, publish_parquet
from taxi_assets_tests.integration.equality.independent_reader import differences, read_rows
from taxi_assets_tests.integration.equality.project import Project
from taxi_assets_tests.integration.equality.real_months import (
    CSV_FILES,
    PARQUET_FILES,
    PUBLISHED_ROWS,
    path_of,
)
from taxi_assets_tests.published import (
    Mirror,
    csv_month,
    csv_text,
    line,
    lines,
    parquet_bytes,
    parquet_table,
    with_column,
)

REAL_FILES = (*CSV_FILES, *PARQUET_FILES)
EXTRACTS = tuple(file for file in CSV_FILES if file.dataset.taxi == "yellow")
LAYOUTS = [
    ("green", "2019-05", "csv"),
    ("green", "2020-06", "csv"),
    ("green", "2022-01", "parquet"),
    ("green", "2023-02", "parquet"),
    ("green", "2025-01", "parquet"),
    ("yellow", "2019-01", "csv"),
    ("yellow", "2020-06", "csv"),
    ("yellow", "2023-02", "parquet"),
    ("yellow", "2025-01", "parquet"),
    ("fhv", "2020-06", "csv"),
    ("fhvhv", "2025-01", "parquet"),
]
GREEN = DATASETS["green"]


@dataclass(frozen=True)
class RealLoads:
    """The real months, loaded, and what came of each."""

    project: Project
    outcomes: dict[TripFile, MonthOutcome]


@pytest.fixture(scope="module")
def real(
    real_data: Path, tmp_path_factory: pytest.TempPathFactory, instance: dg.DagsterInstance
) -> RealLoads:
    # One of the files, an extract, bears the name of another month.
    settings = {"TAXI_REFUSE_OUT_OF_MONTH_SHARE": "1"}
    strict = Project(tmp_path_factory.mktemp("real"), Mirror(real_data), instance, settings)
    lenient = strict.having(TAXI_PUBLISHED_COUNTS="warn")
    outcomes = {
        file: (lenient if file in EXTRACTS else strict).load(file.dataset.taxi, str(file.month))
        for file in REAL_FILES
    }
    return RealLoads(lenient, outcomes)


@pytest.mark.parametrize("file", REAL_FILES, ids=str)
def test_a_real_month_is_in_the_table_value_for_value(
    file: TripFile, real: RealLoads, real_data: Path
) -> None:
    path = path_of(file, real_data)
    outcome, ledger = real.outcomes[file], real.project.ledger()[file.filename]

    expected = read_rows(path, file.dataset)

    assert outcome.state is State.LOADED
    assert outcome.message == ""
    assert outcome.failed_checks == ()
    assert outcome.rows == ledger.rows == len(expected)
    assert ledger.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert ledger.source_url == path.as_uri()
    assert ledger.run_id == outcome.run_id
    assert differences(real.project.rows(file), expected) == ""


@pytest.mark.parametrize("month", PUBLISHED_ROWS)
def test_a_whole_real_month_has_its_published_count(month: str, real: RealLoads) -> None:
    name = f"green_tripdata_{month}.csv"
    rows = real.project.query("SELECT count(*) FROM green_tripdata WHERE filename = ?", [name])

    assert rows == [(PUBLISHED_ROWS[month],)]


@pytest.mark.parametrize("folder", ["VendorID=9", "filename=x", "lake [1]"])
def test_the_name_of_a_folder_is_no_value_and_no_pattern(
    folder: str, project: Project, mirror: Mirror
) -> None:
    other = with_column(parquet_table(GREEN, Month(2024, 1)), "trip_distance", [1.5, 2.5, 3.5])
    for name, data in {
        "green_tripdata_2020-04.csv.gz": csv_month(GREEN, [line(GREEN, trip_distance="8")]),
        "green_tripdata_2024-01.parquet": parquet_bytes(other),
    }.items():
        beside = project.folder / "lake 1" / "lake" / "green" / name
        beside.parent.mkdir(parents=True, exist_ok=True)
        beside.write_bytes(data)
    mirror.publish("green_tripdata_2020-04.csv.gz", csv_month(GREEN))
    mirror.publish(
        "green_tripdata_2024-01.parquet", parquet_bytes(parquet_table(GREEN, Month(2024, 1)))
    )
    project = replace(project, folder=project.folder / folder)

    outcomes = [project.load("green", month) for month in ("2020-04", "2024-01")]

    assert [outcome.message for outcome in outcomes] == ["", ""]
    rows = project.query("SELECT DISTINCT VendorID, trip_distance, filename FROM green_tripdata")
    assert sorted(rows) == [
        ("1", 9.95, "green_tripdata_2020-04.csv"),
        ("1", 9.95, "green_tripdata_2024-01.parquet"),
    ]
    assert project.contents("green_tripdata_ext") == project.contents("green_tripdata")


@pytest.mark.parametrize("taxi", ["yellow", "green"])
def test_the_external_view_over_the_real_files_equals_the_table(taxi: str, real: RealLoads) -> None:
    table = real.project.fingerprints(DATASETS[taxi])

    assert [row[0] for row in table] == sorted(
        file.filename for file in REAL_FILES if file.dataset.taxi == taxi
    )
    assert real.project.fingerprints(DATASETS[taxi], "_ext") == table


@pytest.mark.parametrize("file", [CSV_FILES[0], PARQUET_FILES[0]], ids=str)
def test_a_real_month_that_is_loaded_again_stays_as_it_is(file: TripFile, real: RealLoads) -> None:
    before = real.project.ledger(), real.project.fingerprints(file.dataset)

    outcome = real.project.load(file.dataset.taxi, str(file.month))

    assert outcome.state is State.UNCHANGED
    assert outcome.rows == real.outcomes[file].rows
    assert (real.project.ledger(), real.project.fingerprints(file.dataset)) == before


@pytest.mark.parametrize("file", EXTRACTS, ids=str)
def test_an_extract_is_refused_and_the_published_count_is_named(
    file: TripFile, real_data: Path, tmp_path: Path, instance: dg.DagsterInstance
) -> None:
    published = {"2019-01": "7,667,792", "2020-01": "6,405,008", "2021-03": "1,925,152"}
    rows = len(read_rows(path_of(file, real_data), file.dataset))
    project = Project(tmp_path, Mirror(real_data), instance)

    outcome = project.load("yellow", str(file.month))

    assert outcome.state is State.FAILED
    assert f"{rows} rows, but {published[str(file.month)]} were published" in outcome.message
    assert "TAXI_PUBLISHED_COUNTS=warn" in outcome.message
    assert not project.settings.duckdb_file.exists()


@pytest.mark.parametrize(("taxi", "month", "suffix"), LAYOUTS)
def test_a_month_in_any_layout_is_in_the_table_value_for_value(
    taxi: str, month: str, suffix: str, project: Project, mirror: Mirror
) -> None:
    project = project.having(TAXI_TAXIS=taxi)
    file = project.file(taxi, month)
    path = (publish_csv if suffix == "csv" else publish_parquet)(mirror, file)

    outcome = project.load(taxi, month)

    expected = read_rows(path, file.dataset)
    name = f"{taxi}_tripdata_{month}.{suffix}"
    assert (outcome.state, outcome.message) == (State.LOADED, "")
    assert differences(project.rows(file), expected) == ""
    assert project.query(f"SELECT DISTINCT filename FROM {taxi}_tripdata") == [(name,)]
    assert project.contents(f"{taxi}_tripdata_ext") == project.contents(f"{taxi}_tripdata")
    ledger = project.ledger()[name]
    assert (ledger.rows, ledger.source_url) == (len(expected), path.as_uri())
    assert ledger.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.mark.parametrize("taxi", DATASETS)
def test_a_synthetic_month_is_in_the_table_under_a_name_that_says_so(
    taxi: str, project: Project
) -> None:
    sample = project.having(TAXI_SOURCE="sample", TAXI_SAMPLE_ROWS="500", TAXI_TAXIS=taxi)

    outcome = sample.load(taxi, "2020-06")

    name = f"{taxi}_tripdata_2020-06.synthetic.csv"
    landed = sample.settings.lake_folder / taxi / f"{name}.gz"
    expected = read_rows(landed, DATASETS[taxi])
    assert (outcome.state, outcome.rows) == (State.LOADED, 500)
    assert differences(sample.rows(sample.file(taxi, "2020-06")), expected) == ""
    assert sample.ledger()[name].source_url == f"sample://{taxi}/2020-06"
    if DATASETS[taxi].vendor is not None:
        assert sum(row[0] is None for row in expected) > 0, "no rows with an empty VendorID"


def test_odd_spellings_exact_duplicates_and_short_lines_are_kept_as_they_are(
    project: Project, mirror: Mirror
) -> None:
    twice = line(GREEN, fare_amount="7.25")
    odd = [
        twice,
        line(GREEN, fare_amount="-0", trip_distance="-0.0", tip_amount="-0.00"),
        line(GREEN, fare_amount="0", trip_distance=".5", extra="1e-05", mta_tax="-1.5E2"),
        line(GREEN, VendorID="2.0", PULocationID="74.0", passenger_count="3.0", trip_type="1.0"),
        line(GREEN, tolls_amount="0.1234567890123456789", total_amount="123456789012.345"),
        line(GREEN, fare_amount="999999999999999.9", trip_distance="5e-324"),
        line(GREEN, lpep_pickup_datetime="2020-04-01 00:00:00.5", passenger_count=""),
        line(GREEN, lpep_pickup_datetime="2041-12-31 23:59:59.000001", lpep_dropoff_datetime=""),
        line(GREEN, store_and_fwd_flag='"Y"', RatecodeID='""', VendorID='"2"'),
        line(GREEN, store_and_fwd_flag='"N,""Y"""'),
        line(GREEN, store_and_fwd_flag=" N "),
        ",".join(line(GREEN).split(",")[:17]),
        twice,
    ]
    path = mirror.publish("green_tripdata_2020-04.csv.gz", csv_month(GREEN, odd))
    file = project.file("green", "2020-04")

    outcome = project.load("green", "2020-04")

    expected = read_rows(path, GREEN)
    assert (outcome.state, outcome.message) == (State.LOADED, "")
    assert differences(project.rows(file), expected) == ""
    assert differences(project.rows(file, "_ext"), expected) == ""
    assert len(expected) == len(odd) == len(set(expected)) + 1
    assert project.ledger()[file.filename].jagged_rows == 1


@pytest.mark.parametrize("is_mixed", [False, True], ids=["line feeds", "mixed"])
def test_line_ends_marks_blank_lines_and_gzip_members_make_no_difference(
    project: Project, mirror: Mirror, is_mixed: bool
) -> None:
    text = csv_text(GREEN, lines(GREEN, 6))
    if is_mixed:
        text = text.replace(b"\r\n", b"\n", 3).replace(b"\r\n", b"\r\n\n", 1)
        text = b"\xef\xbb\xbf" + text.removesuffix(b"\r\n")
    else:
        text = text.replace(b"\r\n", b"\n").removesuffix(b"\n")
    data = gzip.compress(text[:500]) + gzip.compress(text[500:])
    path = mirror.publish("green_tripdata_2020-04.csv.gz", data)

    outcome = project.load("green", "2020-04")

    expected = read_rows(path, GREEN)
    assert (outcome.state, outcome.message) == (State.LOADED, "")
    assert differences(project.rows(project.file("green", "2020-04")), expected) == ""
    assert len(expected) == 6
