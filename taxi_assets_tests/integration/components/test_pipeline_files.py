"""Pipeline files: what is wrong is told with its line, and all else goes on."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import dagster as dg
import pytest
from dagster.components.testing import create_defs_folder_sandbox

from taxi_assets.automation.alerts import alert_sensor
from taxi_assets.automation.instance import SESSION_TAGS, open_instance
from taxi_assets.automation.outbox import read_outbox
from taxi_assets.components import TripPipeline
from taxi_assets.definitions import build_definitions
from taxi_assets.settings import read_settings
from taxi_assets_tests.command_line import taxi_assets
from taxi_assets_tests.integration.components.conftest import Write
from taxi_assets_tests.simulation.clock import moved_clock

TRIPS = """\
type: taxi_assets.components.TripPipeline
attributes:
  taxi: green
  months: {first: 2020-01, last: 2020-02}
  warehouses: [duckdb]
  schedule: "0 6 * * *"
"""
TABLE = """\
type: taxi_assets.components.HttpTable
attributes:
  url: https://example.com/a.csv
  format: csv
  columns: {a: text}
  table: mine
"""


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (TABLE.replace("a.csv", "{{ 1 }}.csv"), "line 3: a template"),
        (TABLE.replace("format: csv", "format: '{% x %}'"), "line 4: a template"),
        (TABLE.replace("a.csv", "${HOME}"), "line 3: a template"),
        (TABLE.replace("{a: text}", "{'{{ a }}': text}"), "line 5: a template"),
        (TABLE + "  tabel: x\n", "line 7: tabel: there is no such key; did you mean table?"),
        (TABLE + "  table: x\n", "line 7: the key table stands there twice"),
        (TABLE + "post_processing: {}\n", "it must have the keys type and attributes"),
        (TABLE.replace("HttpTable", "Other"), "line 1: type is 'taxi_assets.components.Other'"),
        (TABLE.replace("mine", "'mine; DROP TABLE zones'"), "line 6: table: a table's name has"),
        (TABLE.replace("mine", "Mine"), "line 6: table: a table's name has"),
        (TABLE.replace("mine", "zones"), "zones is a table of taxi_assets itself"),
        (TABLE.replace("mine", "green_tripdata"), "is a table of taxi_assets itself"),
        (TABLE.replace("mine", "tripdata_files"), "is a table of taxi_assets itself"),
        (TABLE.replace("mine", "tripdata_tallies"), "is a table of taxi_assets itself"),
        (TABLE.replace("mine", "tripdata_summaries"), "is a table of taxi_assets itself"),
        (TABLE.replace("mine", "tripdata_counts"), "is a table of taxi_assets itself"),
        (TABLE.replace("{a: text}", "{'a\" text': text}"), "line 5: columns"),
        (TABLE.replace("{a: text}", "{a: blob}"), "line 5: columns.a: it must be one of text"),
        (TABLE.replace("{a: text}", "{}"), "line 5: columns"),
        (TABLE.replace("https://example.com/a.csv", "file:///etc/passwd"), "line 3: url"),
        (TABLE.replace("https://", "https://me:secret@"), "must not hold a user or a password"),
        (TABLE.replace("https://", "ftp://"), "begin with https:// or http://"),
        (TABLE + "  schedule: daily\n", "line 7: schedule: it must be a cron expression"),
        (TABLE + "  schedule: 61 * * * *\n", "line 7: schedule: it must be a cron expression"),
        (TABLE + "  records: a\n", "records is for JSON"),
        (TABLE + "  warehouse: postgres\n", "postgres is not among TAXI_WAREHOUSES, duckdb"),
        (TABLE + "  query: {table: b, sql: SELECT 1; DROP TABLE mine}\n", "one SELECT statement"),
        (TABLE + "  query: {table: mine, sql: FROM mine}\n", "must be another table"),
        (TABLE + "  query: {table: b, sql: SELECT nothing FROM mine}\n", "nothing"),
        (TABLE.replace("{a: text}", "&x {a: text}") + "  query: *x\n", "line 7: an alias"),
        (TABLE.replace("a.csv", "a.csv\n  x: !!python/object/apply:os.system [id]"), "the tag"),
        (TABLE.replace("format: csv", "format: [csv"), "line"),
        ("", "it must have the keys type and attributes"),
        ("- 1", "it must have the keys type and attributes"),
        (TABLE + "# " + "x" * 100_001, "larger than 100,000 bytes"),
        (TABLE + "# \0", "special characters are not allowed"),
        (TABLE + "# \x07", "special characters are not allowed"),
        (TRIPS.replace("green", "blue"), "line 3: taxi: it must be one of yellow, green"),
        (TRIPS.replace("green", "fhv"), "fhv is not among TAXI_TAXIS, yellow,green: add it there"),
        (TRIPS.replace("2020-01", "2020-13"), "line 4: months.first"),
        (TRIPS.replace("2020-01", "2020-03"), "months.last must not be before months.first"),
        (TRIPS.replace("2020-01", "2001-01"), "the first month is 2013-08"),
        (TRIPS.replace("[duckdb]", "[duckdb, duckdb]"), "names one twice"),
        (TRIPS.replace("[duckdb]", "[]"), "line 5: warehouses"),
    ],
)
def test_a_wrong_file_is_told_with_its_line_and_runs_nothing(
    write: Write, text: str, told: str
) -> None:
    write("wrong", text)
    answer = taxi_assets("pipelines")
    assert answer.exit_code == 1
    assert told in answer.text
    assert "pipelines/wrong.yaml" in answer.text
    assert "What to do: " in answer.text
    assert "secret" not in answer.text


def test_a_wrong_file_is_an_asset_that_says_so_and_takes_no_other_along(write: Write) -> None:
    write("wrong", TABLE + "  tabel: x\n")
    write("trips", TRIPS)
    definitions = build_definitions(read_settings())
    jobs = {job.name for job in definitions.resolve_all_job_defs()}
    assert {"pipeline_trips", "pipeline_wrong", "load_green"} <= jobs
    asset = definitions.resolve_assets_def(dg.AssetKey(["wrong_pipeline_files", "wrong"]))
    assert "line 7: tabel" in next(iter(asset.descriptions_by_key.values()))
    with dg.DagsterInstance.ephemeral() as instance:
        result = definitions.resolve_job_def("pipeline_wrong").execute_in_process(
            instance=instance, tags=SESSION_TAGS, raise_on_error=False
        )
    assert not result.success


def test_files_that_are_wrong_by_their_names_keep_nothing_else_from_loading(write: Write) -> None:
    write("trips", TRIPS)
    wrong = ["trips.yml", "ü.yaml", "ö.yaml", "a-b.yaml", "a_b.yaml", "c.yaml", "c.yml"]
    folder = read_settings().pipelines
    for name in wrong:
        (folder / name).write_text("type: of_no_kind\n")
    repository = build_definitions(read_settings()).get_repository_def()
    jobs = {job.name for job in repository.get_all_jobs()}
    assert {"pipeline_trips", "pipeline_a_b", "pipeline_c", "load_green"} <= jobs
    with dg.DagsterInstance.ephemeral() as instance:
        with dg.build_sensor_context(instance, repository_def=repository) as context:
            alert_sensor(read_settings()).evaluate_tick(context)
        titles = {alert.trouble.title for alert in read_outbox(instance).lasting}
    assert titles == {f"the pipeline file {name} is wrong" for name in wrong}


def test_two_files_do_not_make_one_table(write: Write) -> None:
    write("one", TABLE)
    write("two", TABLE)
    answer = taxi_assets("pipelines")
    assert "one: https://example.com/a.csv to duckdb: mine (by hand)" in answer.text
    assert "pipelines/one.yaml makes the table mine in duckdb already" in answer.text


def test_dagsters_own_loader_takes_the_attributes_as_they_are(settings_env: Path) -> None:
    attributes = {"taxi": "green", "months": {"first": "2020-01"}, "warehouses": ["duckdb"]}
    template = {**attributes, "months": {"first": "{{ '2020-01' }}"}}

    [name] = _loaded_by_dagster(attributes)
    assert name.startswith("pipeline_")
    with pytest.raises(Exception, match=r"TripPipeline.*error") as refusal:
        _loaded_by_dagster(template)
    assert "write a month as YYYY-MM" in str(refusal.value.__cause__)


def _loaded_by_dagster(attributes: Mapping[str, object]) -> list[str]:
    """Names of the jobs."""
    content = {"type": "taxi_assets.components.TripPipeline", "attributes": dict(attributes)}
    # What Dagster's sandbox warns of is its own.
    with warnings.catch_warnings(action="ignore"), create_defs_folder_sandbox() as sandbox:
        path = sandbox.scaffold_component(TripPipeline, defs_yaml_contents=content)
        with sandbox.load_component_and_build_defs(defs_path=path) as (_, definitions):
            return [job.name for job in definitions.jobs or []]


def test_a_pipeline_of_months_to_come_says_that_there_is_nothing_to_load(write: Write) -> None:
    write("later", TRIPS.replace("{first: 2020-01, last: 2020-02}", "{first: 2999-01}"))
    answer = taxi_assets("pipelines", "later")
    assert answer.exit_code == 0
    assert "later: none of its months can have been published yet" in answer.text


def test_without_a_folder_there_are_no_pipelines(write: Write) -> None:
    answer = taxi_assets("pipelines")
    assert answer.exit_code == 0
    assert "No pipeline files" in answer.text
    answer = taxi_assets("pipelines", "rates")
    assert answer.exit_code == 2
    assert "there is no pipeline rates" in answer.text


def test_the_schedule_of_trips_asks_for_months_that_are_not_loaded(
    write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TAXI_SOURCE", "sample")
    monkeypatch.setenv("TAXI_SAMPLE_ROWS", "50")
    write("trips", TRIPS)
    definitions = build_definitions(read_settings())
    schedule = definitions.resolve_schedule_def("pipeline_trips_schedule")

    def tick() -> dg.ScheduleExecutionData:
        with open_instance(read_settings()) as instance:
            code_location = definitions.get_repository_def()
            with dg.build_schedule_context(
                instance, clock.now, repository_def=code_location
            ) as context:
                return schedule.evaluate_tick(context)

    with moved_clock(datetime.now(UTC)) as clock:
        assert [run.partition_key for run in tick().run_requests or []] == ["2020-02", "2020-01"]
        assert "being loaded: 2020-01, 2020-02" in (tick().skip_message or "")
        assert taxi_assets("load", "green", "2020-02").exit_code == 0
        clock.move(timedelta(minutes=10))  # no run was made
        assert [run.partition_key for run in tick().run_requests or []] == ["2020-01"]
        assert taxi_assets("pipelines", "trips").exit_code == 0
        assert "every month up to 2020-02 is loaded" in (tick().skip_message or "")
