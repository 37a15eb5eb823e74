"""Settings: the warehouses, and limits of their checks."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    PositiveFloat,
    PositiveInt,
    SecretStr,
    WithJsonSchema,
)
from pydantic_settings import BaseSettings, NoDecode

from taxi_assets.settings import forms
from taxi_assets.settings.choices import WAREHOUSES

_LONGEST_SECONDS = 2_000_000  # Postgres counts milliseconds in 32 bits.


WarehouseName = Annotated[
    str,
    AfterValidator(forms.one_of(WAREHOUSES)),
    WithJsonSchema({"type": "string", "enum": list(WAREHOUSES)}),
]
"""Name of an existing warehouse."""


class WarehouseSettings(BaseSettings):
    """Settings of the warehouses, and limits of their checks."""

    warehouses: Annotated[tuple[WarehouseName, ...], NoDecode, BeforeValidator(forms.split)] = (
        Field(
            ("duckdb",),
            min_length=1,
            description="Where months are loaded: any of "
            f"{', '.join(f'`{name}`' for name in WAREHOUSES)}, by commas.",
        )
    )
    duckdb_path: Annotated[Path, AfterValidator(forms.path)] | None = Field(
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
    postgres_dsn: Annotated[SecretStr, AfterValidator(forms.dsn)] | None = Field(
        None,
        description="The Postgres database: `postgresql://user:password@host:5432/database`, with "
        "libpq's parameters, such as `?sslmode=verify-full`.",
    )
    postgres_schema: Annotated[str, AfterValidator(forms.schema)] = Field(
        "public",
        description="The schema of all tables in Postgres, such as `taxi`; the first load creates "
        "it. Models are then in `taxi_analytics`, and in `analytics` beside `public`.",
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
    bigquery_max_gb_billed: PositiveFloat = Field(
        100,
        allow_inf_nan=False,
        description="What one query in BigQuery may be billed for, in GB; more is refused.",
    )
    bigquery_wait_seconds: float = Field(
        600,
        ge=0,
        description="How long to try while other loads write to the same table in BigQuery, in "
        "seconds.",
    )
    bigquery_job_seconds: PositiveFloat = Field(
        3600,
        le=_LONGEST_SECONDS,
        description="How long one job in BigQuery may take, in seconds.",
    )
    bigquery_rows: Annotated[Literal["external", "sent"], BeforeValidator(forms.lower)] = Field(
        "external",
        description="How rows get into BigQuery from a lake in a bucket: it reads each file itself "
        "through its external table (`external`), or typed rows are sent (`sent`), as from a "
        "folder.",
    )
    max_out_of_month_share: float = Field(
        0.01,
        ge=0,
        le=1,
        description="Share of pickups outside the month above which a check warns.",
    )
    refuse_out_of_month_share: float = Field(
        0.5,
        ge=0,
        le=1,
        description="Share of pickups outside the month above which a file is refused as another "
        "month's; 1 refuses none.",
    )
    min_season_share: float = Field(
        0.5,
        ge=0,
        le=1,
        description="Rows a day, as a share of what the months before and after and the same month "
        "a year before and after say, below which a check warns.",
    )
    max_vendor_jump: float = Field(
        0.2,
        ge=0,
        le=1,
        description="Difference from these months in the share of rows without a vendor, above "
        "which a check warns.",
    )
    max_oddity_jump: float = Field(
        0.02,
        ge=0,
        le=1,
        description="The same of trips of no distance, negative fares, dropoffs before their "
        "pickup, and unknown zones.",
    )
