"""What the UI says of everything that is deployed: meaning, place in the code, tags, lineage."""

from __future__ import annotations

import os
from pathlib import Path
from unittest import mock

import dagster as dg
import pytest

from taxi_assets.assistant.evaluation.asset import evaluation_asset
from taxi_assets.definitions import build_definitions
from taxi_assets.settings import read_settings
from taxi_assets.trips.green import GREEN

ALL = {
    "TAXI_WAREHOUSES": "duckdb,postgres,bigquery",
    "TAXI_POSTGRES_DSN": "postgresql://nobody@127.0.0.1/nothing",
    "TAXI_LAKE": "gs://no-bucket",
    "TAXI_KEEP_RUNS_DAYS": "30",
    "GCP_PROJECT_ID": "no-project",
    "STORAGE_EMULATOR_HOST": "http://127.0.0.1:1",
    "BIGQUERY_EMULATOR_HOST": "http://127.0.0.1:1",
}
"""Settings with which everything that there can be is defined."""

PIPELINE = """\
type: taxi_assets.components.HttpTable
attributes:
  url: https://api.example.org/hours
  format: json
  columns:
    hour: timestamp
  table: hours
  schedule: "0 6 * * *"
  tests:
    - min_rows: 1
"""


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> dg.RepositoryDefinition:
    """All that is deployed, with a pipeline of one's own."""
    folder = tmp_path_factory.mktemp("definitions")
    (folder / "pipelines").mkdir()
    (folder / "pipelines" / "weather.yaml").write_text(PIPELINE, "utf-8")
    with mock.patch.dict(os.environ, ALL | {"TAXI_PIPELINES": str(folder / "pipelines")}):
        return build_definitions(read_settings()).get_repository_def()


def test_everything_has_a_description(repository: dg.RepositoryDefinition) -> None:
    graph = repository.asset_graph
    checks = {key: graph.get_check_spec(key).description for key in graph.asset_check_keys}
    said = {key.to_user_string(): graph.get(key).description for key in graph.get_all_asset_keys()}
    said |= {f"check {key.to_user_string()}": text for key, text in checks.items()}
    said |= {each.name: each.description for each in repository.schedule_defs}
    said |= {each.name: each.description for each in repository.sensor_defs}
    for job in repository.get_all_jobs():
        if job.name != "__ASSET_JOB":  # Dagster's own
            said[job.name] = job.description

    assert len(said) > 150
    known = {"load_green", "daily_purge", "alerts", "chat", "pipeline_weather_schedule"}
    assert known <= said.keys()
    assert [name for name, text in said.items() if not text] == []


def test_every_asset_of_ours_names_its_file_and_line(repository: dg.RepositoryDefinition) -> None:
    graph = repository.asset_graph
    package = Path(evaluation_asset.__code__.co_filename).parents[2]
    for key in graph.get_all_asset_keys():
        if key.path[0] == "source":  # files of others
            continue
        found = graph.get(key).metadata["dagster/code_references"]
        (place,) = found.code_references
        line = Path(place.file_path).read_text("utf-8").splitlines()[place.line_number - 1]
        assert Path(place.file_path).is_relative_to(package)
        assert line.strip().startswith(("@dg.", "def ")), key


def test_assets_of_a_taxi_can_be_filtered(repository: dg.RepositoryDefinition) -> None:
    graph = repository.asset_graph
    tags = {key.to_user_string(): graph.get(key).tags for key in graph.get_all_asset_keys()}

    assert {key for key, its in tags.items() if its.get("taxi") == "green"} == {
        "source/green_tripdata",
        "lake/green_tripdata",
        "duckdb/green_tripdata",
        "postgres/green_tripdata",
        "bigquery/green_tripdata",
        "bigquery/green_tripdata_ext",
    }


def test_each_column_names_the_columns_of_the_file_that_it_is_made_of(
    repository: dg.RepositoryDefinition,
) -> None:
    table = repository.asset_graph.get(dg.AssetKey(["postgres", "green_tripdata"]))
    lineage = table.metadata["dagster/column_lineage"].deps_by_column

    assert set(lineage) == {"unique_row_id", *(column.name for column in GREEN.columns)}
    of_id = lineage["unique_row_id"]
    assert {each.asset_key.to_user_string() for each in of_id} == {"lake/green_tripdata"}
    assert {each.column_name for each in of_id} == set(GREEN.row_id_key)
