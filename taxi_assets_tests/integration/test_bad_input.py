"""What somebody sees who loads a month whose file is not what it should be, from end to end.

A good version of the month is loaded first: its rows must stay. After the bad version, the next
good one must load. Dagster's runs are kept in memory here, but for one test: on disk they take
longer than all the rest.
"""

from __future__ import annotations

import gzip
import math
import os
from contextlib import chdir
from dataclasses import dataclass, field
from pathlib import Path
from unittest import mock

import dagster as dg
import duckdb
import pyarrow as pa
import pytest
from click.testing import CliRunner, Result

from taxi_assets.cli import main
from taxi_assets.lake.fetching import land_month
from taxi_assets.lake.resource import lake_of
from taxi_assets.settings import Settings, read_settings
from taxi_assets.source.catalog import Catalog
from taxi_assets.trips.dataset import Dataset
from taxi_assets.trips.datasets import DATASETS
from taxi_assets.trips.green import GREEN
from taxi_assets.trips.month import Month
from taxi_assets.warehouse.interface import Attempt
from taxi_assets.warehouse.month_assets import load_month
from taxi_assets.warehouse.registry import warehouses_of
from taxi_assets_tests.published import (
    Mirror,
    csv_month,
    csv_text,
    line,
    parquet_bytes,
    parquet_table,
    with_column,
)

APRIL = Month(2020, 4)
CSV_NAME = "green_tripdata_2020-04.csv.gz"
PARQUET_NAME = "green_tripdata_2020-04.parquet"
COMMAS = "," * (len(GREEN.csv_columns) - 1)
SHORT = line(GREEN).rpartition(",")[0]
GOOD = line(GREEN)
PARQUET = parquet_table(GREEN, APRIL)
XML = b"""<?xml version="1.0" encoding="UTF-8"?>
<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>"""
LFS_POINTER = b"""version https://git-lfs.github.com/spec/v1
oid sha256:55990935c92ab144a47d87af3df6e34e52a977e9e616c9a2f284f25ee38b4a11
size 7854533
"""


@dataclass(frozen=True)
class Project:
    """A project of one's own below a folder: mirror, lake and DuckDB file."""

    folder: Path
    settings: dict[str, str] = field(default_factory=dict)

    @property
    def data(self) -> Path:
        """The data folder."""
        return self.folder / "data"

    @property
    def mirror(self) -> Mirror:
        """Where its months come from."""
        return Mirror(self.folder / "mirror")

    @property
    def environment(self) -> dict[str, str | None]:
        """The settings of its commands; those of others are unset."""
        own = {
            "TAXI_DATA_DIR": str(self.data),
            "TAXI_CSV_BASE_URL": self.mirror.csv_url,
            "TAXI_PARQUET_BASE_URL": self.mirror.parquet_url,
            "TAXI_PUBLISHED_COUNTS": "warn",
            # Made trips are of April 2020, whatever the month of their file.
            "TAXI_REFUSE_OUT_OF_MONTH_SHARE": "1",
        }
        foreign = dict.fromkeys(name for name in os.environ if name.upper().startswith("TAXI_"))
        return {**foreign, **own, **self.settings}

    def run(self, *arguments: str, **settings: str) -> Result:
        """Run `taxi-assets` with these arguments and settings, and no others."""
        env = {**self.environment, **settings}
        with (
            chdir(self.folder),
            mock.patch("taxi_assets.commands.session.open_instance", _in_memory),
        ):
            return CliRunner().invoke(main, list(arguments), env=env)

    def load_by_steps(self, dataset: Dataset, month: Month) -> None:
        """Land and load a month as the steps of a run do, in half of a run's time."""
        with chdir(self.folder), CliRunner().isolation(env=self.environment):
            settings = read_settings()
        lake, catalog = lake_of(settings), Catalog(settings)
        file = catalog.file(dataset, month)
        land_month(lake, catalog, file)
        for warehouse in warehouses_of(settings):
            load_month(warehouse, lake, catalog, file, Attempt("steps"))

    def publish_good(self, dataset: Dataset, month: Month, name: str, rows: int) -> None:
        """Serve a good version of the month."""
        if name.endswith(".parquet"):
            self.mirror.publish(name, parquet_bytes(parquet_table(dataset, month, rows)))
        else:
            self.mirror.publish(name, csv_month(dataset, rows))

    def ask(self, query: str) -> list[tuple[object, ...]]:
        """What the DuckDB file answers."""
        with duckdb.connect(self.data / "taxi.duckdb", read_only=True) as connection:
            return connection.execute(query).fetchall()

    def count(self, table: str) -> int:
        """Rows of a table."""
        ((rows,),) = self.ask(f"SELECT count(*) FROM {table}")
        assert isinstance(rows, int)
        return rows

    def contents(self, table: str) -> list[tuple[object, ...]]:
        """All that is there of a dataset: its rows and what the ledger says of them."""
        return [*self.ask(f"FROM {table} ORDER BY ALL"), *self.ask("FROM tripdata_files")]

    @property
    def debris(self) -> list[str]:
        """What a load left that is neither data nor a lock."""
        found = self.data.glob("lake/.arriving/*/*")
        return [path.name for path in found if path.suffix != ".lock"]


def _in_memory(_: Settings) -> dg.DagsterInstance:
    return dg.DagsterInstance.ephemeral()


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project(tmp_path)


@pytest.fixture(scope="module")
def csv_project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A project that all tests of bad CSVs go on with: each leaves it good, or as it was."""
    return Project(tmp_path_factory.mktemp("csv"))


@pytest.fixture(scope="module")
def parquet_project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """The same for Parquet files."""
    return Project(tmp_path_factory.mktemp("parquet"), {"TAXI_SOURCE": "parquet"})


@dataclass(frozen=True)
class Bad:
    """A bad version of green 2020-04, and what its error must say.

    Attributes:
        what: what is wrong with it, the name of the test.
        data: its bytes.
        says: place, value and remedy.
        settings: environment variables of the load.
    """

    what: str
    data: bytes
    says: tuple[str, ...]
    settings: dict[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.what


def with_values(**texts: str) -> bytes:
    """A month whose third line has these values."""
    return csv_month(GREEN, [GOOD, line(GREEN, **texts), GOOD])


def with_header(*names: str) -> bytes:
    """A month of two rows under another header."""
    return gzip.compress(csv_text(GREEN, [GOOD, GOOD], header=",".join(names)))


def parquet_with(name: str, values: list[object], type_: pa.DataType | None = None) -> bytes:
    """A Parquet month of three rows with these values in a column."""
    return parquet_bytes(with_column(PARQUET, name, values, type_))


NAMES = tuple(column.name for column in GREEN.csv_columns)
SOURCE = "correct the file"
AGAIN = "fetch it again"
LOOK = "TAXI_CSV_BASE_URL"
DECLARE = "taxi_assets/trips"
SKIP = "TAXI_UNDECLARED_COLUMNS=skip"

BAD_CSVS = [
    Bad("an XML error page", XML, ("byte 0", "XML document", "AccessDenied", LOOK)),
    Bad("an HTML page", b"<!DOCTYPE html><p>Not found", ("byte 0", "an HTML page", LOOK)),
    Bad("an empty file", b"", ("byte 0", "an empty file", LOOK)),
    Bad("a Git LFS pointer", LFS_POINTER, ("line 1", "Git LFS pointer", "git lfs pull")),
    Bad("text that is not zipped", csv_text(GREEN, [GOOD]), ("byte 0", "VendorID,lpep", LOOK)),
    Bad(
        "a gzip cut short",
        csv_month(GREEN, 5000)[:-500],
        ("after line", "cut short", AGAIN),
    ),
    Bad("a gzip without its checksum", csv_month(GREEN, 5)[:-8], ("after line 6", AGAIN)),
    Bad(
        "text cut mid-line",
        gzip.compress(csv_text(GREEN, [GOOD, GOOD]) + b"2,2020-04-05 10:1"),
        ("line 4", "'2,2020-04-05 10:1'", "2 of 20 values", "cut short", AGAIN),
    ),
    Bad(
        "more short lines than the limit",
        csv_month(GREEN, [GOOD, SHORT, GOOD, SHORT, SHORT]),
        ("more than 2 rows", "lines 3, 5, 6", "TAXI_MAX_JAGGED_ROWS"),
        settings={"TAXI_MAX_JAGGED_ROWS": "2"},
    ),
    Bad(
        "a line that is too long",
        csv_month(GREEN, [GOOD, f"{GOOD},7"]),
        ("line 3", "21 values", "20 columns", f"{GOOD},7", "correct or remove the line"),
    ),
    Bad(
        "rows of commas only",
        csv_month(GREEN, [GOOD, GOOD, *[COMMAS] * 3000]),
        ("line 4", "column lpep_pickup_datetime", "is empty", "2,999 more rows", SOURCE),
    ),
    Bad("a header without rows", csv_month(GREEN, 0), ("a header but no rows", AGAIN)),
    Bad("a gzip of nothing", gzip.compress(b""), ("no line", AGAIN)),
    Bad(
        "a header with columns missing",
        with_header(*NAMES[:-2]),
        ("line 1", "missing: trip_type, congestion_surcharge", DECLARE),
    ),
    Bad(
        "a header with a column renamed",
        with_header("vendor", *NAMES[1:]),
        ("line 1", "missing: VendorID; not expected: vendor", DECLARE),
    ),
    Bad(
        "a header in another order",
        with_header(NAMES[1], NAMES[0], *NAMES[2:]),
        ("line 1", "another order", DECLARE),
    ),
    Bad(
        "a header with a column added",
        with_header(*NAMES, "surprise"),
        ("column 'surprise' is not declared for green trips", DECLARE, "end of the columns", SKIP),
    ),
    Bad(
        "the file of the other taxi",
        csv_month(DATASETS["yellow"], 3),
        ("line 1", "not expected: tpep_pickup_datetime", DECLARE),
    ),
    Bad(
        "text for an amount",
        with_values(tip_amount="much"),
        ("line 3", "column tip_amount", "'much'", SOURCE),
    ),
    Bad(
        "text for a code",
        with_values(PULocationID="Harlem"),
        ("line 3", "column PULocationID", "'Harlem'", SOURCE),
    ),
    Bad(
        "half a passenger",
        with_values(passenger_count="1.5"),
        ("line 3", "column passenger_count", "'1.5'", SOURCE),
    ),
    Bad(
        "a day that no month has",
        with_values(lpep_dropoff_datetime="2020-02-30 00:00:00"),
        ("line 3", "column lpep_dropoff_datetime", "'2020-02-30 00:00:00'", SOURCE),
    ),
    Bad(
        "an impossible fare",
        with_values(fare_amount="1e15"),
        ("line 3", "column fare_amount", "'1e15'", SOURCE),
    ),
    Bad(
        "a fare that is no number",
        with_values(fare_amount="NaN"),
        ("line 3", "column fare_amount", "'NaN'", SOURCE),
    ),
    Bad(
        "a trip without a pickup",
        with_values(lpep_pickup_datetime=""),
        ("line 3", "column lpep_pickup_datetime", "is empty", SOURCE),
    ),
    Bad(
        "less than was published",
        csv_month(GREEN, 4),
        ("it has 4 rows, but 35,612 were published", "TAXI_PUBLISHED_COUNTS=warn"),
        settings={"TAXI_PUBLISHED_COUNTS": "require"},
    ),
]

BAD_PARQUETS = [
    Bad("an XML error page", XML, ("byte 0", "AccessDenied", "TAXI_PARQUET_BASE_URL")),
    Bad("a Git LFS pointer", LFS_POINTER, ("line 1", "Git LFS pointer", "git lfs pull")),
    Bad("an empty file", b"", ("byte 0", "an empty file", "TAXI_PARQUET_BASE_URL")),
    Bad(
        "a file without its footer",
        parquet_bytes(PARQUET)[:-200],
        (f"byte {len(parquet_bytes(PARQUET)) - 200}", "without the footer", "cut short", AGAIN),
    ),
    Bad("a footer without rows", parquet_bytes(PARQUET.slice(0, 0)), ("no rows", AGAIN)),
    Bad(
        "a column missing",
        parquet_bytes(PARQUET.drop_columns(["fare_amount"])),
        ("missing columns: fare_amount", DECLARE),
    ),
    Bad(
        "a column added",
        parquet_with("surprise", [1, 2, 3]),
        ("column 'surprise' is not declared for green trips", DECLARE, SKIP),
    ),
    Bad(
        "times as numbers",
        parquet_with("lpep_pickup_datetime", [1_585_699_200] * 3),
        ("'lpep_pickup_datetime' is of type int64", DECLARE),
    ),
    Bad(
        "text for amounts",
        parquet_with("fare_amount", ["9.95"] * 3),
        ("'fare_amount' is of type string", DECLARE),
    ),
    Bad(
        "a fare that is no number",
        parquet_with("fare_amount", [1.0, math.nan, 2.0]),
        ("row 2", "column fare_amount", "'nan'", SOURCE),
    ),
    Bad(
        "half a passenger",
        parquet_with("passenger_count", [1.0, 1.5, None]),
        ("row 2", "column passenger_count", "'1.5'", SOURCE),
    ),
    Bad(
        "a trip without a pickup",
        parquet_with("lpep_pickup_datetime", [None] * 3, pa.timestamp("us")),
        ("row 1", "column lpep_pickup_datetime", "is empty", "2 more rows", SOURCE),
    ),
]


def assert_refused(
    project: Project,
    dataset: Dataset,
    month: Month,
    name: str,
    data: bytes,
    says: tuple[str, ...],
    by_steps: bool = False,
    **settings: str,
) -> None:
    """Load good, bad and good again, and look at all that somebody can see of it.

    The last load may go without a run: what was refused before is in the lake and the tables,
    which are the same to a run.
    """
    month_rows = f"{dataset.table} WHERE filename = '{name.removesuffix('.gz')}'"
    rows = project.count(month_rows) if (project.data / "taxi.duckdb").exists() else 0
    if rows == 0:
        rows = 3
        project.publish_good(dataset, month, name, rows)
        assert project.run("load", dataset.taxi, str(month)).exit_code == 0
    before = project.contents(dataset.table)
    project.mirror.publish(name, data)
    result = project.run("load", dataset.taxi, str(month), **settings)
    assert result.exit_code == 1
    assert "Traceback" not in result.output
    for words in (name, *says, "What to do: ", f"1 of 1 not done: {dataset.taxi} {month}"):
        assert words in result.output
    assert project.contents(dataset.table) == before
    assert project.debris == []
    project.publish_good(dataset, month, name, rows + 1)
    if by_steps:
        project.load_by_steps(dataset, month)
    else:
        again = project.run("load", dataset.taxi, str(month))
        assert again.exit_code == 0, again.output
    assert project.count(month_rows) == rows + 1


@pytest.mark.parametrize("bad", BAD_CSVS, ids=str)
def test_a_bad_csv_is_refused_and_the_months_rows_stay(csv_project: Project, bad: Bad) -> None:
    assert_refused(
        csv_project, GREEN, APRIL, CSV_NAME, bad.data, bad.says, by_steps=True, **bad.settings
    )


@pytest.mark.parametrize("bad", BAD_PARQUETS, ids=str)
def test_a_bad_parquet_file_is_refused_and_the_months_rows_stay(
    parquet_project: Project, bad: Bad
) -> None:
    assert_refused(parquet_project, GREEN, APRIL, PARQUET_NAME, bad.data, bad.says, by_steps=True)


@dataclass(frozen=True)
class RealBad:
    """A malformed file that somebody really had, and what its error must say.

    Attributes:
        file: its name among the real files.
        name: the name that it would be published under.
        says: place, value and remedy.
    """

    file: str
    name: str
    says: tuple[str, ...]

    def __str__(self) -> str:
        return self.file


REAL_BAD = [
    RealBad(
        "green_tripdata_2019-03__601100_comma_only_rows.csv.gz",
        "green_tripdata_2019-03.csv.gz",
        ("line 2", "lpep_pickup_datetime: '3/1/2019 0:02'", "601,101 more rows", SOURCE),
    ),
    RealBad(
        "jagged_last_line_yellow_tripdata_2021-01__agnar.csv",
        "yellow_tripdata_2021-01.csv.gz",
        ("line 22794", "'1,2021-0'", "2 of 18 values", "cut short", AGAIN),
    ),
    RealBad(
        "lfs_pointer_green_tripdata_2019-09.csv.gz",
        "green_tripdata_2019-09.csv.gz",
        ("line 1", "Git LFS pointer", "git lfs pull"),
    ),
    RealBad(
        "s3_accessdenied_xml_saved_as_yellow_tripdata_2021-01.csv",
        "yellow_tripdata_2021-01.csv.gz",
        ("line 1", "<?xml", DECLARE),
    ),
    RealBad(
        "trunc1024_green_tripdata_2020-06.csv",
        "green_tripdata_2020-06.csv.gz",
        ("line 10", "'2,2020-", "cut short", AGAIN),
    ),
    RealBad(
        "truncated_no_footer_green_tripdata_2025-02.parquet",
        "green_tripdata_2025-02.parquet",
        ("byte 75536", "without the footer", "cut short", AGAIN),
    ),
]


@pytest.mark.parametrize("bad", REAL_BAD, ids=str)
def test_a_real_malformed_file_is_refused_and_the_months_rows_stay(
    project: Project, real_data: Path, bad: RealBad
) -> None:
    path = real_data / "malformed" / bad.file
    if not path.exists():
        pytest.skip(f"no {path}")
    data = path.read_bytes()
    if path.suffix == ".csv":
        data = gzip.compress(data, 1)
    taxi, _, rest = bad.name.partition("_tripdata_")
    month = Month.parse(rest[:7])
    assert_refused(project, DATASETS[taxi], month, bad.name, data, bad.says)


def test_an_error_page_is_refused_unzipped_as_it_came(project: Project, real_data: Path) -> None:
    name = "s3_accessdenied_xml_saved_as_yellow_tripdata_2021-01.csv"
    path = real_data / "malformed" / name
    if not path.exists():
        pytest.skip(f"no {path}")
    project.mirror.publish("yellow_tripdata_2021-01.csv.gz", path.read_bytes())
    result = project.run("load", "yellow", "2021-01")
    assert result.exit_code == 1
    assert "byte 0: found an XML document" in result.output


def test_a_few_short_lines_are_loaded_with_nulls_counted_and_warned_of(project: Project) -> None:
    project.mirror.publish(CSV_NAME, csv_month(GREEN, [GOOD, SHORT, GOOD, SHORT, GOOD]))
    result = project.run("load", "green", "2020-04")
    assert result.exit_code == 0, result.output
    assert "2 rows of the file were short of trailing columns" in result.output
    assert project.count("green_tripdata") == 5
    assert project.count("green_tripdata WHERE congestion_surcharge IS NULL") == 2
    assert project.ask("SELECT rows, jagged_rows FROM tripdata_files") == [(5, 2)]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("green", "2020-13"), ("2020-13 is not a month", "write a month as YYYY-MM")),
        (("green", "2020-4"), ("'2020-4' is not a month", "write a month as YYYY-MM")),
        (("green", "April"), ("'April' is not a month", "write a month as YYYY-MM")),
        (("green", "2020-04", "2020-00"), ("2020-00 is not a month", "YYYY-MM")),
        (("green", "2013-07"), ("2013-07", "2013-08", "green", "2013-08 or later")),
        (("yellow", "2008-12"), ("2008-12", "2009-01", "yellow", "2009-01 or later")),
        (("green", "2020-05", "2020-04"), ("2020-04 lies before 2020-05",)),
        (("green", "2999-01"), ("2999-01 has not ended yet",)),
        (("green",), ("name a month",)),
        (("purple", "2020-04"), ("'purple'", "'yellow', 'green'")),
    ],
    ids=" ".join,
)
def test_a_month_or_taxi_that_there_is_not_is_refused_before_anything_runs(
    project: Project, arguments: tuple[str, ...], says: tuple[str, ...]
) -> None:
    result = project.run("load", *arguments)
    assert result.exit_code == 2
    for words in says:
        assert words in result.output
    assert not project.data.exists()


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
