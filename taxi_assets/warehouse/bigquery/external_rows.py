"""Lets BigQuery read a month through its external table, so that no row passes through here."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence

from taxi_assets.errors import WarehouseError
from taxi_assets.gcp.failures import changed_meanwhile
from taxi_assets.lake.gcs.bucket_lake import BucketLake
from taxi_assets.rows.reading import OpenMonth
from taxi_assets.rows.row_digest import Digests, as_digest, digest_sum
from taxi_assets.sql.statements import Statement, Statements, bound
from taxi_assets.trips.column import Column
from taxi_assets.trips.dataset import Dataset
from taxi_assets.warehouse import __name__ as _of_all
from taxi_assets.warehouse.audit import MonthAudit, judge_figures
from taxi_assets.warehouse.bigquery.dialect import BIGQUERY, sql
from taxi_assets.warehouse.bigquery.external_table import ensure_external_table
from taxi_assets.warehouse.bigquery.jobs import Jobs
from taxi_assets.warehouse.bigquery.tables import ColumnOf, merged_columns, month_value
from taxi_assets.warehouse.bigquery.typed_values import row_id_texts, typed_values
from taxi_assets.warehouse.tally import ROWS, Tally, tally_expressions

_log = logging.getLogger(__name__)


RowsRead = tuple[Tally, Digests]


def read_external(jobs: Jobs, lake: BucketLake, month: OpenMonth, staged: str) -> RowsRead | None:
    """Fill the staging table from the month's external table, and audit its rows.

    The rows are of the landed version of the file: its object has the same generation before and
    after it was read.

    Args:
        jobs: run for the month.
        lake: the bucket with the file.
        month: the landed file; its bytes are not fetched.
        staged: the name of the staging table.

    Returns:
        Tally and digest of the rows; None where BigQuery does not read the file as it was verified
        when it landed, so that its rows have to be sent. The log says why.

    Raises:
        InvalidFileError: a blocking check would refuse the month.
        LakeBusyError: the lake has another version of the file meanwhile.
        CredentialsError: BigQuery may not read the bucket.
    """
    try:
        return _read(jobs, lake, month, staged)
    except WarehouseError as refusal:
        _log.warning(
            "BigQuery does not read %s itself, so its rows are sent: %s", month.file, refusal.what
        )
        return None


def _read(jobs: Jobs, lake: BucketLake, month: OpenMonth, staged: str) -> RowsRead:
    file, landed = month.file, month.landed
    generation = lake.generation(landed)
    table = ensure_external_table(jobs, lake, file, landed)
    jobs.write(
        "read-external",
        sql(
            "read_external",
            incoming=jobs.place.qualified(staged),
            table=jobs.place.qualified(table.name),
            columns=_names(merged_columns(file.dataset)),
            names=_names(file.dataset.columns),
            key=row_id_texts(file.dataset),
            values=",\n        ".join(typed_values(file, table.columns)),
        ),
        {"filename": file.filename, "month": month_value(file.month)},
    )
    if lake.generation(landed) != generation:
        raise changed_meanwhile(f"{lake.url}/{landed.name}")
    tally, digests, audit = _measured(jobs, month, staged)
    if audit.rows != landed.facts.rows:
        raise WarehouseError(
            f"it reads {audit.rows:,} rows, but {landed.facts.rows:,} were counted when it landed",
            "TAXI_BIGQUERY_ROWS=sent",
        )
    judge_figures(month, audit)
    return tally, digests


def measuring_query(dataset: Dataset, table: str) -> Statement:
    """A query of odd pickups, digest and tally of all rows of a table."""
    pickup = BIGQUERY.quote(dataset.pickup)
    outside = f"{pickup} < {bound('month_start')} OR {pickup} >= {bound('month_end')}"
    figures = [f"COUNTIF({pickup} IS NULL)", f"COUNTIF({outside})", digest_sum(dataset, BIGQUERY)]
    figures += tally_expressions(dataset, BIGQUERY).values()
    statements = Statements(_of_all, BIGQUERY)
    return statements("measure_rows", table=table, month_rows="TRUE", figures=figures)


def _measured(jobs: Jobs, month: OpenMonth, staged: str) -> tuple[Tally, Digests, MonthAudit]:
    dataset, limits = month.file.dataset, month.file.month
    [row] = jobs.read(
        measuring_query(dataset, jobs.place.qualified(staged)),
        {"month_start": limits.start, "month_end": limits.end},
    )
    missing, outside, total, *found = (int(str(value or 0).partition(".")[0]) for value in row)
    tally: Mapping[str, int] = dict(zip(tally_expressions(dataset, BIGQUERY), found, strict=True))
    # The SQL of the values takes no time, amount or code that the audit would refuse.
    return tally, Digests(as_digest(total)), MonthAudit(tally[ROWS], missing, 0, outside, 0, {})


def _names(columns: Sequence[Column | ColumnOf]) -> str:
    return ",\n    ".join(BIGQUERY.quote(column.name) for column in columns)
