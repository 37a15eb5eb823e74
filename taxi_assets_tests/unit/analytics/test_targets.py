"""dbt connects to the server that the loads connect to."""

from __future__ import annotations

import pytest
from pydantic import SecretStr

from taxi_assets.analytics.targets import target_of
from taxi_assets.settings import Settings
from taxi_assets.warehouse.postgres.connection import PostgresServer
from taxi_assets.warehouse.postgres.warehouse import PostgresWarehouse


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
        "DBT_ENV_SECRET_POSTGRES_PASSWORD": "hunter2",
        "PGSSLMODE": "require",
    }
    assert "hunter2" not in repr(target)
