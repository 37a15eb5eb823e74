"""A dataset that only tests declare goes through everything that follows from its declaration."""

from __future__ import annotations

import csv
import gzip
import hashlib
import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from unittest import mock

import dagster as dg
import pytest
from rich.console import Console

from taxi_assets.automation.instance import open_instance
from taxi_assets.automation.schedules import newest_months_schedule
from taxi_assets.commands import session
from taxi_assets.commands.steps import not_done
from taxi_assets.definitions import build_definitions
from taxi_assets.report.data_dictionary import data_dictionary
from taxi_assets.settings import read_settings
from taxi_assets.source.catalog import Catalog
from taxi_assets.trips.column import Column, ColumnType
from taxi_assets.trips.dataset import Dataset
from taxi_assets.trips.month import Month
from taxi_assets.warehouse.check_list import checks_of
from taxi_assets_tests.command_line import DataFolder, rows_in
from taxi_assets_tests.made_up_commands import MadeUpCommands, made_up_commands
from taxi_assets_tests.made_up_dataset import FERRY, FIRST_MONTH, MADE_UP, TRAM, register
from taxi_assets_tests.published import Mirror, parquet_bytes, parquet_table

MONTHS = ("2024-01", "2024-02")
ROWS = 600
QUIET = Console(quiet=True)

each_dataset = pytest.mark.parametrize("dataset", MADE_UP, ids=lambda dataset: dataset.taxi)


@dataclass(frozen=True)
class Project:
    """The project with the made-up datasets, as its command line has it."""

    data: DataFolder
    commands: MadeUpCommands

    def run(self, *arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
        """Run a command in a process of its own."""
        environment = {
            name: value for name, value in os.environ.items() if not name.startswith("TAXI_")
        }
        environment |= {
            "TAXI_DATA_DIR": str(self.data.folder),
            "DAGSTER_HOME": str(self.data.folder / "dagster"),
            "TAXI_SOURCE": "sample",
            "TAXI_SAMPLE_ROWS": str(ROWS),
            "COLUMNS": "400",
            **settings,
        }
        return self.commands.run(*arguments, environment=environment)


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    """The project after a load of two months of each made-up dataset."""
    with made_up_commands() as commands:
        project = Project(DataFolder(tmp_path_factory.mktemp("made_up")), commands)
        for dataset in MADE_UP:
            loaded = project.run("load", dataset.taxi, *MONTHS)
            assert loaded.returncode == 0, loaded.stdout + loaded.stderr
        yield project


@pytest.fixture
def sample(settings_env: Path, monkeypatch: pytest.MonkeyPatch) -> DataFolder:
    """An empty data folder, for a test that has the made-up datasets in its own process."""
    register(monkeypatch)
    monkeypatch.setenv("TAXI_SOURCE", "sample")
    monkeypatch.setenv("TAXI_SAMPLE_ROWS", "50")
    return DataFolder(settings_env)


def load(dataset: Dataset, *months: str) -> None:
    """Load months in this process."""
    chosen = [(dataset, Month.parse(month)) for month in months]
    outcomes = session.load(read_settings(), chosen, QUIET)
    assert not_done(outcomes) == []


def raw(project: Project, dataset: Dataset, month: str) -> bytes:
    name = f"{dataset.table}_{month}.synthetic.csv.gz"
    return (project.data.lake / dataset.taxi / name).read_bytes()


@each_dataset
@pytest.mark.parametrize("month", MONTHS)
def test_the_table_equals_the_synthetic_file(
    project: Project, dataset: Dataset, month: str
) -> None:
    filename = f"{dataset.table}_{month}.synthetic.csv"
    expected = rows_in(raw(project, dataset, month), dataset)
    assert expected.total() == ROWS
    assert project.data.rows(dataset, filename) == expected
    assert project.data.rows(dataset, filename, f"{dataset.table}_ext") == expected


@each_dataset
def test_a_row_id_is_the_md5_of_the_key_that_the_dataset_declares(
    project: Project, dataset: Dataset
) -> None:
    lines = gzip.decompress(raw(project, dataset, MONTHS[0])).decode().split("\r\n")[:-1]
    expected: Counter[str] = Counter()
    for row in csv.DictReader(lines):
        # A distance stands in the file as `.50` or `3.00`, and in the key as Postgres writes it.
        texts = [
            repr(float(row[name])).removesuffix(".0")
            if dataset.column(name).type is ColumnType.DOUBLE
            else row[name]
            for name in dataset.row_id_key
        ]
        expected[hashlib.md5("".join(texts).encode()).hexdigest()] += 1
    where = f"filename = '{dataset.table}_{MONTHS[0]}.synthetic.csv'"
    found = project.data.query(f"SELECT unique_row_id FROM {dataset.table} WHERE {where}")
    assert Counter(str(row_id) for (row_id,) in found) == expected
    assert max(expected.values()) == 1


def test_its_checks_are_those_that_it_can_fail_and_they_pass(project: Project) -> None:
    checked = project.run("check", "--json")
    assert checked.returncode == 0, checked.stdout + checked.stderr
    outcomes = json.loads(checked.stdout)
    assert [each["name"] for each in outcomes] == [
        f"{dataset.taxi} {month}" for dataset in MADE_UP for month in MONTHS
    ]
    for outcome in outcomes:
        dataset = next(each for each in MADE_UP if outcome["name"].startswith(each.taxi))
        names = [check["name"] for check in outcome["checks"]]
        assert sorted(names) == sorted(check.name for check in checks_of(dataset))
        assert all(check["passed"] for check in outcome["checks"])


def test_its_months_stand_in_the_status(project: Project) -> None:
    status = project.run("status", "--json")
    assert status.returncode == 0, status.stderr
    found = [(each["taxi"], each["month"], each["agreement"]) for each in json.loads(status.stdout)]
    assert found == [(dataset.taxi, month, "ok") for dataset in MADE_UP for month in MONTHS]


def test_commands_take_its_name(project: Project) -> None:
    said = "".join(project.run("load", "--help").stdout.split())
    assert "{yellow|green|fhv|fhvhv|ferry|tram|all|zones}" in said
    unknown = project.run("load", "airship", "2024-01")
    assert unknown.returncode == 2
    assert "'ferry', 'tram'" in unknown.stderr


def test_csv_as_the_source_is_refused_in_words(project: Project) -> None:
    refused = project.run("load", "tram", MONTHS[0], TAXI_SOURCE="csv")
    assert refused.returncode == 1
    text = " ".join(refused.stdout.split())
    assert "there are no CSV releases of tram trips" in text
    assert "set TAXI_SOURCE=auto or parquet" in text


def test_the_copilot_may_plan_pipelines_of_it() -> None:
    program = (
        "from taxi_assets_tests.made_up_dataset import declare; declare()\n"
        "from taxi_assets.assistant.copilot import conversation, plan\n"
        "print(plan.TripsPlan.model_json_schema()['properties']['taxi']['enum'])\n"
        "print(conversation._INSTRUCTION)\n"
    )
    run = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert "['yellow', 'green', 'fhv', 'fhvhv', 'ferry', 'tram']" in run.stdout
    assert "ferry or fhv or fhvhv or green or tram or yellow" in run.stdout


@pytest.mark.usefixtures("sample")
def test_it_has_assets_a_job_a_schedule_at_its_hour_and_a_sensor() -> None:
    definitions = build_definitions(read_settings())
    repository = definitions.get_repository_def()
    for dataset, hour in ((FERRY, 7), (TRAM, 8)):
        assert repository.has_job(f"load_{dataset.taxi}")
        schedule = repository.get_schedule_def(f"newest_{dataset.taxi}")
        assert schedule.cron_schedule == f"0 {hour} * * *"
        assert repository.has_sensor_def(f"republished_{dataset.taxi}")
        lake = repository.asset_graph.get(dg.AssetKey(["lake", dataset.table]))
        assert lake.kinds == {"file", "parquet"}
        assert lake.partitions_def is not None
        assert lake.partitions_def.get_first_partition_key() == str(FIRST_MONTH)


@pytest.mark.usefixtures("sample")
def test_a_tick_says_what_there_is_to_load(monkeypatch: pytest.MonkeyPatch) -> None:
    with open_instance(read_settings()) as instance:
        load(FERRY, "2024-01")
        assert _tick(instance) == ["2024-03", "2024-02"]
        monkeypatch.setenv("TAXI_SOURCE", "csv")
        said = _tick(instance)
        assert isinstance(said, str)
        assert said.startswith("there are no CSV releases of ferry trips")


def _tick(instance: dg.DagsterInstance) -> list[str] | str:
    """The months that the schedule asks for in April 2024, or why it asks for none."""
    with mock.patch.dict(os.environ, TAXI_SCHEDULE_MONTHS="3"):
        settings, at = read_settings(), datetime(2024, 4, 1, tzinfo=UTC)
        repository = build_definitions(settings).get_repository_def()
        schedule = newest_months_schedule(FERRY, Catalog(settings), lambda: at)
        with dg.build_schedule_context(
            instance=instance,
            scheduled_execution_time=at,
            repository_def=repository,
        ) as context:
            data = schedule.evaluate_tick(context)
    return data.skip_message or [str(each.partition_key) for each in data.run_requests or []]


@pytest.mark.usefixtures("sample")
def test_its_freshness_is_no_matter_where_no_source_can_have_it(
    mirror: Mirror, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TAXI_SOURCE", "csv")
    monkeypatch.setenv("TAXI_CSV_BASE_URL", mirror.csv_url)
    job = build_definitions(read_settings()).resolve_job_def("check_freshness")
    result = job.execute_in_process(raise_on_error=False)
    told = {
        each.asset_key.path[-1]: (each.passed, each.description)
        for each in result.get_asset_check_evaluations()
    }
    passed, description = told[TRAM.table]
    assert passed
    assert str(description).startswith("nothing is late: there are no CSV releases of tram trips")


def test_the_dictionary_tells_its_columns_and_its_key(monkeypatch: pytest.MonkeyPatch) -> None:
    register(monkeypatch)
    text = data_dictionary()
    assert "## `ferry_tripdata`\n\nFerry trips. TLC's Parquet files from 2022-01." in text
    assert "MD5, in lower-case hex, of the texts of `line`, `departure`, `arrival`" in text
    assert "such as `tram_tripdata_2022-01.parquet`" in text
    for column in (*FERRY.columns, *TRAM.columns):
        assert f"| `{column.name}` |" in text


@each_dataset
def test_its_parquet_files_are_loaded(
    dataset: Dataset, sample: DataFolder, mirror: Mirror, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TAXI_SOURCE", "auto")
    monkeypatch.setenv("TAXI_PARQUET_BASE_URL", mirror.parquet_url)
    monkeypatch.setenv("TAXI_REFUSE_OUT_OF_MONTH_SHARE", "1")
    name = f"{dataset.table}_2022-03.parquet"
    mirror.publish(name, parquet_bytes(parquet_table(dataset, Month(2022, 3), rows=4)))
    load(dataset, "2022-03")
    assert sample.rows(dataset, name).total() == 4
    assert sample.rows(dataset, name) == sample.rows(dataset, name, f"{dataset.table}_ext")


def test_a_column_that_is_declared_later_is_null_in_the_months_before(
    sample: DataFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    load(FERRY, "2024-01")
    before = sample.query("SELECT unique_row_id, riders FROM ferry_tripdata ORDER BY ALL")
    waves = Column("waves", ColumnType.TEXT, "How high the waves were.", None, ("waves",))
    texts = {**FERRY.synthetic.texts, "waves": {"high": 1, "low": 1}}
    rough = replace(
        FERRY,
        columns=(*FERRY.columns, waves),
        synthetic=replace(FERRY.synthetic, texts=texts),
    )
    register(monkeypatch, rough)
    load(rough, "2024-02")

    for table in ("ferry_tripdata", "ferry_tripdata_ext"):
        month = "regexp_extract(filename, '[0-9]{4}-[0-9]{2}')"
        known = f"SELECT {month}, waves IS NULL, count(*) FROM {table} GROUP BY ALL"
        assert sorted(sample.query(known)) == [("2024-01", True, 50), ("2024-02", False, 50)]
    january = "filename LIKE '%2024-01%'"
    after = f"SELECT unique_row_id, riders FROM ferry_tripdata WHERE {january} ORDER BY ALL"
    assert sample.query(after) == before

    load(rough, "2024-01")
    assert sample.query(f"SELECT count(waves) FROM ferry_tripdata WHERE {january}") == [(50,)]
