"""Where dbt is told to build."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import SecretStr

from taxi_assets.analytics.targets import target_of
from taxi_assets.errors import SettingsError
from taxi_assets.settings import Settings
from taxi_assets.warehouse.duckdb.warehouse import warehouse_of as duckdb_of
from taxi_assets.warehouse.postgres.connection import PostgresServer
from taxi_assets.warehouse.postgres.warehouse import PostgresWarehouse, warehouse_of


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


def test_what_the_dsn_does_not_name_is_where_libpq_finds_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name, value in {"HOST": "db.example", "PORT": "5433", "PASSWORD": "hunter2"}.items():
        monkeypatch.setenv(f"PG{name}", value)
    monkeypatch.delenv("PGDATABASE", raising=False)
    server = PostgresServer(SecretStr("postgresql://loader@/?sslmode=require"))

    target = target_of(PostgresWarehouse(server), Settings.model_validate({}))

    assert target.environment == {
        "MODELS_WAREHOUSE": "postgres",
        "MODELS_POSTGRES_HOST": "db.example",
        "MODELS_POSTGRES_PORT": "5433",
        "MODELS_POSTGRES_USER": "loader",
        "MODELS_POSTGRES_DATABASE": "loader",
        "MODELS_POSTGRES_SCHEMA": "analytics",
        "MODELS_TRIPS_SCHEMA": "public",
        "DBT_ENV_SECRET_POSTGRES_PASSWORD": "hunter2",
        "PGSSLMODE": "require",
    }
    assert "hunter2" not in repr(target)


@pytest.mark.parametrize(
    ("name", "does"), [("analytics.duckdb", False), ("Analytics.v2.db", False), ("taxi", True)]
)
def test_a_file_that_is_called_as_the_models_schema_is_told_of(
    settings_env: Path, name: str, does: bool
) -> None:
    """DuckDB would find its views ambiguous, whoever reads them."""
    settings = Settings.model_validate({"duckdb_path": name})
    target = target_of(duckdb_of(settings), settings)
    if does:
        assert target.connected() == target
        return
    with pytest.raises(SettingsError, match=f"cannot be in {name}") as raised:
        target.connected()
    assert "TAXI_DUCKDB_PATH" in raised.value.remedy
