"""The only reader of the environment: every setting, typed, with its default and meaning.

Settings come from environment variables, then from a file ``.env`` in the working directory.
A value that cannot be used, or a ``TAXI_`` name that no setting has, is an error that names it: a
typo must not silently mean the default. Names of Google Cloud's settings are the flows' and
Google's own; others may begin like them.
"""

from __future__ import annotations

import difflib
import os
import re
from enum import StrEnum
from functools import cached_property
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import unquote, urlsplit
from zoneinfo import available_timezones

from dotenv import dotenv_values
from pydantic import (
    AfterValidator,
    AliasChoices,
    BeforeValidator,
    Field,
    PositiveFloat,
    PositiveInt,
    SecretStr,
    ValidationError,
)
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from taxi_assets.errors import SettingsError

_PREFIX = "TAXI_"
# https://cloud.google.com/storage/docs/buckets#naming
_BUCKET_PATTERN = r"[a-z0-9][a-z0-9._-]{1,220}[a-z0-9]"
_LONGEST_SECONDS = 2_000_000  # Postgres counts milliseconds in 32 bits.
_SECRETS = frozenset({"postgres_dsn", "dagster_postgres_dsn", "alert_webhook", "gcp_creds"})


class SourceChoice(StrEnum):
    """Which publication of a month is loaded."""

    AUTO = "auto"
    CSV = "csv"
    PARQUET = "parquet"
    SAMPLE = "sample"


class Warehouse(StrEnum):
    """The warehouses that months can be loaded into."""

    DUCKDB = "duckdb"
    POSTGRES = "postgres"


class Runner(StrEnum):
    """Where a program outside of Dagster runs."""

    AUTO = "auto"
    DOCKER = "docker"
    PROCESS = "process"


class ThirdRun(StrEnum):
    """What happens to a third run of hello world while two go on."""

    REFUSE = "refuse"
    QUEUE = "queue"


def _split(value: object) -> object:
    if isinstance(value, str):
        return tuple(part.strip() for part in value.split(",") if part.strip())
    return value


def _lower(value: object) -> object:
    return value.strip().lower() if isinstance(value, str) else value


def _url(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https", "file") or not (parts.netloc or parts.path):
        raise ValueError("it must begin with https://, http:// or file://")
    return value.rstrip("/")


def _lake_url(value: str) -> str:
    parts = urlsplit(value)
    in_folder = parts.scheme == "file" and not parts.netloc and parts.path.startswith("/")
    in_bucket = parts.scheme == "gs" and re.fullmatch(_BUCKET_PATTERN, parts.netloc)
    if not in_folder and not in_bucket:
        raise ValueError(
            "it must be a folder, such as file:///srv/taxi/lake, or a bucket of Google Cloud "
            "Storage, such as gs://my-taxi-lake"
        )
    return value


def _timezone(value: str) -> str:
    if value not in available_timezones():
        raise ValueError("it must be a name of the tz database, such as UTC or America/New_York")
    return value


def _webhook(value: SecretStr) -> SecretStr:
    parts = urlsplit(value.get_secret_value())
    if parts.scheme not in ("http", "https") or not parts.netloc:
        raise ValueError("it must begin with https:// or http://")
    return value


def _dsn(value: SecretStr) -> SecretStr:
    from psycopg import ProgrammingError
    from psycopg.conninfo import conninfo_to_dict

    try:
        parts = conninfo_to_dict(value.get_secret_value())
    except ProgrammingError:
        # Its text may quote the password.
        raise ValueError(_DSN_FORM) from None
    ports = str(parts.get("port") or "").split(",")
    misplaced = any("@" in str(parts.get(name) or "") for name in ("host", "dbname"))
    if misplaced or not all(port.isdecimal() for port in ports if port):
        raise ValueError(_DSN_FORM)
    return value


def _dagster_dsn(value: SecretStr) -> SecretStr:
    if not value.get_secret_value().startswith(("postgresql://", "postgres://")):
        raise ValueError(_DSN_FORM)
    return _dsn(value)


_DSN_FORM = (
    "it must be like postgresql://user:password@host:5432/database, with @ : / ? # % in user and "
    "password percent-encoded"
)


class Settings(BaseSettings):
    """Every setting of the project, from the environment or ``.env``."""

    model_config = SettingsConfigDict(
        env_prefix=_PREFIX, env_file=".env", extra="ignore", frozen=True, env_ignore_empty=True
    )

    data_dir: Annotated[Path, AfterValidator(Path.expanduser)] = Field(
        Path("data"), description="Local state: lake folder, DuckDB file."
    )
    source: Annotated[SourceChoice, BeforeValidator(_lower)] = Field(
        SourceChoice.AUTO,
        description="`auto` (CSV to 2021-07, then Parquet), `csv`, `parquet`, or `sample`: "
        "synthetic trips, no network.",
    )
    csv_base_url: Annotated[str, AfterValidator(_url)] = Field(
        "https://github.com/DataTalksClub/nyc-tlc-data/releases/download",
        description="Where the CSV releases are: `https://`, `http://` or `file://`.",
    )
    parquet_base_url: Annotated[str, AfterValidator(_url)] = Field(
        "https://d37ci6vzurychx.cloudfront.net/trip-data",
        description="Where TLC's Parquet files are: `https://`, `http://` or `file://`.",
    )
    lake: Annotated[str, AfterValidator(_lake_url)] | None = Field(
        None,
        description="Where the raw files are: a folder, `file://…`, or a bucket, `gs://…`; by "
        "default the folder `lake` in the data dir.",
    )
    warehouses: Annotated[tuple[Warehouse, ...], NoDecode, BeforeValidator(_split)] = Field(
        (Warehouse.DUCKDB,),
        min_length=1,
        description="Where months are loaded: `duckdb`, `postgres` or both.",
    )
    duckdb_path: Annotated[Path, AfterValidator(Path.expanduser)] | None = Field(
        None, description="The DuckDB file; by default `taxi.duckdb` in the data dir."
    )
    duckdb_memory_gb: PositiveFloat = Field(
        1.0,
        ge=0.25,
        allow_inf_nan=False,
        description="Memory that DuckDB may use while it loads, in GB.",
    )
    duckdb_wait_seconds: float = Field(
        600,
        ge=0,
        description="How long to wait while another process holds the DuckDB file, in seconds.",
    )
    postgres_dsn: Annotated[SecretStr, AfterValidator(_dsn)] | None = Field(
        None,
        description="The Postgres database: `postgresql://user:password@host:5432/database`, with "
        "libpq's parameters, such as `?sslmode=verify-full`.",
    )
    postgres_connect_seconds: PositiveInt = Field(
        10, description="How long to try to connect to Postgres, in seconds."
    )
    postgres_wait_seconds: PositiveFloat = Field(
        600,
        le=_LONGEST_SECONDS,
        description="How long to wait while other sessions hold a table in Postgres, in seconds.",
    )
    postgres_statement_seconds: PositiveFloat = Field(
        3600,
        le=_LONGEST_SECONDS,
        description="How long one statement may take in Postgres, in seconds.",
    )
    published_counts: Annotated[Literal["require", "warn"], BeforeValidator(_lower)] = Field(
        "require",
        description="A file whose rows differ from its known published count is refused "
        "(`require`) or loaded with a warning (`warn`: extracts, reissues).",
    )
    max_jagged_rows: int = Field(
        100, ge=0, description="Rows short of trailing columns that a file may have."
    )
    max_out_of_month_share: float = Field(
        0.01,
        ge=0,
        le=1,
        description="Share of pickups outside the month above which a check warns.",
    )
    http_attempts: int = Field(
        8, ge=1, description="Tries without a byte of progress before a download is given up."
    )
    http_timeout_seconds: PositiveFloat = Field(
        30,
        allow_inf_nan=False,
        description="How long to wait for a connection, and for the next bytes, in seconds.",
    )
    schedules: Annotated[Literal["off", "on"], BeforeValidator(_lower)] = Field(
        "off",
        description="Whether schedules and sensors run from the start (`on`), or once they are "
        "switched on in the UI (`off`).",
    )
    schedule_timezone: Annotated[str, AfterValidator(_timezone)] = Field(
        "UTC", description="Time zone of the schedules, such as `America/New_York`."
    )
    schedule_months: int = Field(
        6,
        ge=1,
        le=24,
        description="How many of the newest months the schedules look for; older ones are for "
        "`taxi-assets backfill`.",
    )
    max_lag_days: float = Field(
        3,
        ge=0,
        allow_inf_nan=False,
        description="Days that a month may be published without being loaded before a check "
        "turns red.",
    )
    alert_webhook: Annotated[SecretStr, AfterValidator(_webhook)] | None = Field(
        None,
        description="Address that failed runs and late tables are posted to, as JSON with a "
        "`text`; without one, nobody is told.",
    )
    dagster_postgres_dsn: Annotated[SecretStr, AfterValidator(_dagster_dsn)] | None = Field(
        None,
        description="The Postgres database of Dagster's runs and events, as `postgresql://…`; "
        "without one, SQLite below DAGSTER_HOME.",
    )
    sample_rows: int = Field(
        10_000, ge=1, le=8_000_000, description="Rows of a synthetic month (`sample`)."
    )
    sample_seed: int = Field(1, ge=0, description="Seed of the synthetic months (`sample`).")
    hello_world_third_run: Annotated[ThirdRun, BeforeValidator(_lower)] = Field(
        ThirdRun.REFUSE,
        description="A third run of the job `hello_world`, while two go on, is refused (`refuse`) "
        "or waits (`queue`).",
    )
    starter_runner: Annotated[Runner, BeforeValidator(_lower)] = Field(
        Runner.AUTO,
        description="Where `starter/image_pulls` runs its program: in a container (`docker`), in "
        "a process (`process`), or in a container where a Docker engine answers (`auto`).",
    )
    starter_container_image: str = Field(
        "python:3.13-slim", description="Image of that container: any with Python 3.10 or later."
    )
    starter_container_network: str = Field(
        "bridge", description="Docker network of that container."
    )
    docker_hub_url: Annotated[str, AfterValidator(_url)] = Field(
        "https://hub.docker.com/v2", description="Docker Hub's API, for `starter/image_pulls`."
    )
    products_url: Annotated[str, AfterValidator(_url)] = Field(
        "https://dummyjson.com/products", description="The API of `starter/raw_products`."
    )
    gcp_project_id: str | None = Field(
        None,
        validation_alias="GCP_PROJECT_ID",
        pattern=r"^([a-z0-9.-]+:)?[a-z][a-z0-9-]{4,28}[a-z0-9]$",
        description="The Google Cloud project; by default that of the credentials.",
    )
    gcp_location: Annotated[str, BeforeValidator(_lower)] = Field(
        "us-east1",
        validation_alias="GCP_LOCATION",
        pattern=r"^[a-z][a-z0-9-]+$",
        description="Where in Google Cloud the bucket is made: a region, or `us` or `eu`.",
    )
    gcp_creds: SecretStr | None = Field(
        None,
        validation_alias=AliasChoices("GCP_CREDS", "SECRET_GCP_CREDS"),
        description="Base64 of a service account's key (`SECRET_GCP_CREDS` does as well); better "
        "none: then Google's application default credentials hold.",
    )
    gcp_impersonate_service_account: str | None = Field(
        None,
        validation_alias="GCP_IMPERSONATE_SERVICE_ACCOUNT",
        pattern=r"^[^@\s]+@[^@\s]+\.gserviceaccount\.com$",
        description="E-mail of a service account to act as, with these credentials.",
    )
    gcp_retry_seconds: PositiveFloat = Field(
        120,
        validation_alias="GCP_RETRY_SECONDS",
        allow_inf_nan=False,
        description="How long to try again while Google Cloud does not answer, in seconds.",
    )
    storage_emulator_host: Annotated[str, AfterValidator(_url)] | None = Field(
        None,
        validation_alias="STORAGE_EMULATOR_HOST",
        description="A stand-in for Cloud Storage, `http://…`, as Google's libraries name it; it "
        "is asked without credentials.",
    )

    @cached_property
    def lake_bucket(self) -> tuple[str, str] | None:
        """Bucket of the raw files and the prefix of their names; None where it is a folder."""
        parts = urlsplit(self.lake or "")
        return (parts.netloc, unquote(parts.path).strip("/")) if parts.scheme == "gs" else None

    @cached_property
    def lake_folder(self) -> Path:
        """Folder of the raw files, absolute; where a bucket has them, of copies being read."""
        if self.lake is None or self.lake_bucket is not None:
            return self.data_dir.resolve() / "lake"
        return Path(unquote(urlsplit(self.lake).path)).resolve()

    @cached_property
    def duckdb_file(self) -> Path:
        """The DuckDB database file, absolute."""
        return (self.duckdb_path or self.data_dir / "taxi.duckdb").resolve()

    @cached_property
    def dagster_home(self) -> Path:
        """Folder of Dagster's runs and events, absolute: DAGSTER_HOME, or in the data dir."""
        home = os.environ.get("DAGSTER_HOME")
        return Path(home).resolve() if home else self.data_dir.resolve() / "dagster"


def variable(name: str) -> str:
    """The environment variable of a setting: ``data_dir`` is ``TAXI_DATA_DIR``."""
    return variables(name)[0]


def variables(name: str) -> tuple[str, ...]:
    """Every environment variable that a setting is read from, the first one that is set wins."""
    alias = Settings.model_fields[name].validation_alias
    if isinstance(alias, AliasChoices):
        return tuple(map(str, alias.choices))
    return (alias if isinstance(alias, str) else f"{_PREFIX}{name.upper()}",)


def read_settings() -> Settings:
    """The settings that hold in this process.

    Raises:
        SettingsError: a variable beginning with TAXI_ that no setting has, or a value that its
            setting cannot take; names the variable, the value and what would do.
    """
    _refuse_unknown_names()
    try:
        settings = Settings.model_validate({})
    except ValidationError as error:
        # The first problem of each setting: what follows is its consequence.
        problems = {str(problem["loc"][0]): problem for problem in reversed(error.errors())}
        raise SettingsError(
            "\n".join(_explain(problem) for problem in reversed(problems.values())),
            "correct it in the environment or in .env, or leave it out for the default",
        ) from None
    if Warehouse.POSTGRES in settings.warehouses and settings.postgres_dsn is None:
        raise SettingsError(
            f"{variable('warehouses')} names postgres, but {variable('postgres_dsn')} is not set",
            f"set it ({_DSN_FORM}), or leave postgres out of {variable('warehouses')}",
        )
    return settings


def _refuse_unknown_names() -> None:
    known = {name for field in Settings.model_fields for name in variables(field)}
    given = {name.upper() for name in (*os.environ, *dotenv_values(".env"))}
    for name in sorted(given - known):
        if name.startswith(_PREFIX):
            likely = difflib.get_close_matches(name, known, n=1)
            raise SettingsError(
                f"{name} is not a setting" + (f"; did you mean {likely[0]}?" if likely else ""),
                "correct the name, or unset it; `taxi-assets doctor` lists all settings",
            )


def _explain(problem: ErrorDetails) -> str:
    place = str(problem["loc"][0])
    field = next(f for f in Settings.model_fields if place in (f, *variables(f)))
    name = place if place in variables(field) else variable(field)
    if field in _SECRETS:
        return f"{name}: {problem['msg']}"
    # A URL may carry a password.
    value = re.sub(r"[^/@]*@", "***@", str(problem["input"]))
    return f"{name}={value}: {problem['msg']}"
