"""dbt's files say what the datasets declare, and name every column of the models once."""

from __future__ import annotations

import re
from typing import Any

import pytest
import yaml

from taxi_assets.analytics.declarations import FILES, PROJECT, modelled_datasets
from taxi_assets.warehouse.model_records import MODEL_NAMES, MODELS_SCHEMA

MODELS = sorted(PROJECT.glob("models/**/*.sql"))


@pytest.mark.parametrize("path", FILES)
def test_sources_and_meanings_are_those_of_the_datasets(path: str) -> None:
    again = "write it again: python -m taxi_assets.analytics.declarations"

    assert (PROJECT / path).read_text(encoding="utf-8") == FILES[path](), again


def test_every_model_is_described() -> None:
    described: dict[str, dict[str, Any]] = {}
    for page in PROJECT.glob("models/*/*.yml"):
        described |= {each["name"]: each for each in yaml.safe_load(page.read_text())["models"]}

    assert sorted(described) == sorted(path.stem for path in MODELS)
    for model in described.values():
        assert model["description"]
        assert all(column["description"] for column in model["columns"])


@pytest.mark.parametrize("taxi", ["green", "yellow"])
def test_staging_has_every_column_of_the_trips_but_coordinates(taxi: str) -> None:
    (dataset,) = [each for each in modelled_datasets() if each.taxi == taxi]
    text = (PROJECT / f"models/staging/stg_{taxi}_tripdata.sql").read_text()
    read = set(re.findall(r"\w+", text))

    left_out = {column.name for column in dataset.columns} - read

    assert left_out == {name for name in left_out if name.endswith(("_longitude", "_latitude"))}


def test_queries_know_the_models_and_their_schema() -> None:
    assert sorted(MODEL_NAMES) == sorted(path.stem for path in MODELS)
    outputs = yaml.safe_load((PROJECT / "profiles.yml").read_text())["taxi_models"]["outputs"]
    assert {place["schema"] for place in outputs.values()} == {MODELS_SCHEMA}


def test_nothing_is_fetched_from_a_hub() -> None:
    assert not list(PROJECT.glob("packages.yml")) + list(PROJECT.glob("dependencies.yml"))
