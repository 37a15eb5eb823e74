"""How dbt connects to a warehouse: what ``profiles.yml`` asks the environment for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Protocol, cast

from psycopg.pq import Conninfo

from taxi_assets.gcp.key import read_key
from taxi_assets.sql.duckdb import DUCKDB
from taxi_assets.warehouse.bigquery.dataset import DatasetState, ensure_dataset
from taxi_assets.warehouse.bigquery.dialect import BIGQUERY
from taxi_assets.warehouse.bigquery.place import BigQueryPlace
from taxi_assets.warehouse.duckdb.warehouse import DuckDBWarehouse
from taxi_assets.warehouse.interface import Warehouse
from taxi_assets.warehouse.model_records import MODELS_SCHEMA, models_schema
from taxi_assets.warehouse.postgres.dialect import POSTGRES
from taxi_assets.warehouse.postgres.warehouse import PostgresWarehouse


def _duckdb_environment(warehouse: DuckDBWarehouse) -> dict[str, str]:
    return {
        "MODELS_DUCKDB_PATH": str(warehouse.file.path),
        "MODELS_DUCKDB_MEMORY": f"{warehouse.memory_gb}GB",
    }


def _postgres_environment(warehouse: PostgresWarehouse) -> dict[str, str]:
    """The parts of the DSN: those that dbt asks for, and others where libpq looks for them.

    dbt always names host, port, user, password and database, so that they are libpq's defaults
    (PGHOST and the like) where the DSN names none.
    """
    parts = {
        option.keyword.decode(): (option.envvar.decode() if option.envvar else "", option.val)
        for option in Conninfo.parse(warehouse.server.dsn.get_secret_value().encode())
    }
    defaults = {option.keyword.decode(): option.val for option in Conninfo.get_defaults()}
    defaults["dbname"] = defaults["dbname"] or parts["user"][1] or defaults["user"]
    found = {
        f"MODELS_POSTGRES_{name}": value.decode()
        for key, name in _POSTGRES_PARTS.items()
        if (value := parts.pop(key)[1] or defaults[key])
    }
    if password := parts.pop("password")[1] or defaults["password"]:
        found["DBT_ENV_SECRET_POSTGRES_PASSWORD"] = password.decode()
    trips = warehouse.server.schema
    found["MODELS_TRIPS_SCHEMA"] = trips
    found["MODELS_POSTGRES_SCHEMA"] = models_schema(trips)
    return found | {name: value.decode() for name, value in parts.values() if name and value}


_DESCRIPTION = "dbt models of the taxi trips; tripdata_models says from which file each month is."
_POSTGRES_PARTS = {"host": "HOST", "port": "PORT", "user": "USER", "dbname": "DATABASE"}


class _HasPlace(Protocol):
    @property
    def place(self) -> BigQueryPlace: ...


def place_of(warehouse: Warehouse) -> BigQueryPlace:
    """Where the merged tables of BigQuery are."""
    return cast("_HasPlace", warehouse).place


def ensure_models_dataset(place: BigQueryPlace) -> DatasetState:
    """Create the dataset of the models in BigQuery, or check the one that is there.

    Args:
        place: the dataset of the merged tables.

    Raises:
        CredentialsError: the account may not create or read datasets.
        WarehouseError: it is in another location, or drops its tables after some time.
    """
    return ensure_dataset(replace(place, dataset=_models_dataset(place)), _DESCRIPTION)


def _models_dataset(place: BigQueryPlace) -> str:
    return f"{place.dataset}_{MODELS_SCHEMA}"


def _bigquery_environment(warehouse: Warehouse) -> dict[str, str]:
    place = place_of(warehouse)
    return {
        "MODELS_BIGQUERY_PROJECT": place.cloud.project or "no-project",
        "MODELS_TRIPS_SCHEMA": place.dataset,
        "MODELS_BIGQUERY_DATASET": _models_dataset(place),
        "MODELS_BIGQUERY_LOCATION": place.cloud.location,
        "MODELS_BIGQUERY_MAX_BYTES": str(place.max_bytes_billed),
        "MODELS_BIGQUERY_SECONDS": str(max(1, round(place.job_seconds))),
    }


def bigquery_access(place: BigQueryPlace) -> dict[str, str]:
    """Who we are in Google Cloud: the same as for the merged tables.

    Raises:
        CredentialsError: the key cannot be read.
    """
    cloud = place.cloud
    if cloud.storage_url is not None or cloud.bigquery_url is not None:
        stand_in = {"BIGQUERY_EMULATOR_HOST": cloud.bigquery_url} if cloud.bigquery_url else {}
        return {"MODELS_BIGQUERY_METHOD": "oauth-secrets", **stand_in}
    found = {"MODELS_BIGQUERY_ACT_AS": cloud.impersonate} if cloud.impersonate else {}
    if cloud.key is not None:
        key = read_key(cloud.key.get_secret_value())
        found |= {
            "MODELS_BIGQUERY_METHOD": "service-account-json",
            "MODELS_BIGQUERY_KEY_EMAIL": key["client_email"],
            "MODELS_BIGQUERY_KEY_TOKEN_URI": key["token_uri"],
            "DBT_ENV_SECRET_BIGQUERY_KEY": key["private_key"],
        }
    return found


ENVIRONMENTS: Mapping[str, Callable[..., dict[str, str]]] = {
    DUCKDB.name: _duckdb_environment,
    POSTGRES.name: _postgres_environment,
    BIGQUERY.name: _bigquery_environment,
}
"""What dbt needs to read its project for a warehouse that has models, by the warehouse's name."""
