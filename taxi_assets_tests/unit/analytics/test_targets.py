"""Where dbt is told to build."""

from __future__ import annotations

from pathlib import Path

import pytest

from taxi_assets.analytics.targets import target_of
from taxi_assets.settings import Settings
from taxi_assets.warehouse.postgres.warehouse import warehouse_of


@pytest.mark.parametrize(
    ("schema", "models"), [("public", "analytics"), ("taxi", "taxi_analytics")]
)
def test_two_schemas_of_one_postgres_have_models_of_their_own(
    settings_env: Path, schema: str, models: str
) -> None:
    chosen = {"postgres_dsn": "postgresql://nobody@127.0.0.1/nothing", "postgres_schema": schema}
    settings = Settings.model_validate(chosen)
    environment = target_of(warehouse_of(settings), settings).environment
    assert environment["MODELS_TRIPS_SCHEMA"] == schema
    assert environment["MODELS_POSTGRES_SCHEMA"] == models
