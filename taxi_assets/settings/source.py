"""Settings: the sources of months, and downloads."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field, PositiveFloat
from pydantic_settings import BaseSettings, NoDecode

from taxi_assets.settings import forms
from taxi_assets.settings.choices import SourceChoice
from taxi_assets.trips.datasets import DATASETS


class SourceSettings(BaseSettings):
    """Settings of the sources of months, and of downloads."""

    taxis: Annotated[
        tuple[Annotated[str, AfterValidator(forms.one_of(DATASETS))], ...] | None,
        NoDecode,
        BeforeValidator(forms.split),
    ] = Field(
        None,
        min_length=1,
        description="The taxis that Dagster has assets and schedules of: any of `yellow`, "
        "`green`, `fhv`, `fhvhv`, by commas; by default yellow and green. `taxi-assets load` "
        "takes every taxi.",
    )
    source: Annotated[SourceChoice, BeforeValidator(forms.lower)] = Field(
        SourceChoice.AUTO,
        description="`auto` (CSV to 2021-07, then Parquet), `csv`, `parquet`, or `sample`: "
        "synthetic trips, no network.",
    )
    csv_base_url: Annotated[str, AfterValidator(forms.base_url)] = Field(
        "https://github.com/DataTalksClub/nyc-tlc-data/releases/download",
        description="Where the CSV releases are: `https://`, `http://` or `file://`.",
    )
    parquet_base_url: Annotated[str, AfterValidator(forms.base_url)] = Field(
        "https://d37ci6vzurychx.cloudfront.net/trip-data",
        description="Where TLC's Parquet files are: `https://`, `http://` or `file://`.",
    )
    http_attempts: int = Field(
        8, ge=1, description="Tries without a byte of progress before a download is given up."
    )
    http_timeout_seconds: PositiveFloat = Field(
        30,
        allow_inf_nan=False,
        description="How long to wait for a connection, and for the next bytes, in seconds.",
    )
    http_file_seconds: PositiveFloat = Field(
        7200,
        allow_inf_nan=False,
        description="How long the download of one file may take with all tries, in seconds.",
    )
    source_downloads: int = Field(
        2,
        ge=1,
        le=64,
        description="Files that all runs of a machine fetch from one host at once.",
    )
    sample_rows: int = Field(
        10_000, ge=1, le=8_000_000, description="Rows of a synthetic month (`sample`)."
    )
    sample_seed: int = Field(1, ge=0, description="Seed of the synthetic months (`sample`).")
