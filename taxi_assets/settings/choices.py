"""Values that settings choose from."""

from __future__ import annotations

from enum import StrEnum


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
    BIGQUERY = "bigquery"


class Runner(StrEnum):
    """Where a program outside of Dagster runs."""

    AUTO = "auto"
    DOCKER = "docker"
    PROCESS = "process"


class ThirdRun(StrEnum):
    """What happens to a third run of hello world while two go on."""

    REFUSE = "refuse"
    QUEUE = "queue"
