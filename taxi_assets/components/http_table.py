"""The component ``HttpTable``: it turns the answer of a web address into a table."""

from collections.abc import Iterator
from typing import Annotated, Literal

import dagster as dg
import pyarrow as pa
from pydantic import Field, model_validator

from taxi_assets.automation.schedules import default_schedule_status
from taxi_assets.components.pipeline import GROUP, Pipeline, job_name
from taxi_assets.components.records import ColumnKind, table_of_csv, table_of_json
from taxi_assets.components.sandboxed_query import check_query, run_query
from taxi_assets.components.table_name import ColumnName, TableName
from taxi_assets.components.web_address import WebAddress, transport_of
from taxi_assets.failures import dagster_failures
from taxi_assets.settings import Settings
from taxi_assets.settings.warehouses import WarehouseName
from taxi_assets.source.content import fetch_content
from taxi_assets.source.public_url import public_url
from taxi_assets.warehouse.registry import warehouse_in

_LARGEST_BYTES = 50_000_000


class Query(dg.Model):
    """A second table, made from the first one.

    Attributes:
        table: its name.
        sql: one SELECT in DuckDB's SQL, for every warehouse.
    """

    table: TableName
    sql: str


class HttpTable(Pipeline):
    """A table with the answer of a web address.

    Attributes:
        url: an address that answers without a login.
        format: format of the answer.
        records: in JSON, the key of the list of records; without it, the answer is the list.
        columns: the columns to keep, with the kind of their values.
        table: name of the table; each run replaces its rows.
        warehouse: the warehouse of the table.
        query: a second table, made from the first one.
        schedule: a cron expression; without it, the pipeline runs only by hand.
    """

    url: WebAddress
    format: Literal["json", "csv"]
    records: str | None = None
    columns: Annotated[dict[ColumnName, ColumnKind], Field(min_length=1)]
    table: TableName
    warehouse: WarehouseName = "duckdb"
    query: Query | None = None

    @model_validator(mode="after")
    def _fits(self) -> "HttpTable":
        if self.format == "csv" and self.records is not None:
            raise ValueError("records is for JSON: leave it out")
        if self.query is not None:
            if self.query.table == self.table:
                raise ValueError("query.table must be another table than table")
            try:
                check_query(self.query.sql, self.table, self.columns)
            except ValueError as error:
                raise ValueError(f"query.sql: {error}") from None
        return self

    @property
    def used_warehouses(self) -> tuple[str, ...]:
        """The warehouse of the table."""
        return (self.warehouse,)

    @property
    def tables(self) -> tuple[tuple[str, str], ...]:
        """The table, and the query's table if there is one."""
        names = [self.table] + ([self.query.table] if self.query else [])
        return tuple((self.warehouse, name) for name in names)

    @property
    def title(self) -> str:
        """What the pipeline does, in one line."""
        names = " and ".join(name for _, name in self.tables)
        return f"{public_url(self.url)} to {self.warehouse}: {names}"

    def fetch(self, settings: Settings) -> dict[str, pa.Table]:
        """Fetch the rows of each table. Nothing is written.

        Raises:
            TaxiAssetsError: there is no answer, or it does not fit the attributes.
        """
        content = fetch_content(transport_of(settings), self.url, _LARGEST_BYTES)
        place = public_url(self.url)
        if self.format == "csv":
            rows = table_of_csv(content, place, self.columns)
        else:
            rows = table_of_json(content, place, self.records, self.columns)
        if self.query is None:
            return {self.table: rows}
        result = run_query(self.query.sql, self.table, rows, place)
        return {self.table: rows, self.query.table: result}

    def definitions(self, name: str, settings: Settings) -> dg.Definitions:
        """The tables as assets, their job and its schedule."""
        assets = self._assets(name, settings)
        job = dg.define_asset_job(job_name(name), [assets], description=self.title)
        schedules = []
        if self.schedule is not None:
            schedule = dg.ScheduleDefinition(
                job=job,
                cron_schedule=self.schedule,
                execution_timezone=settings.schedule_timezone,
                default_status=default_schedule_status(settings),
            )
            schedules.append(schedule)
        return dg.Definitions(assets=[assets], jobs=[job], schedules=schedules)

    def _assets(self, name: str, settings: Settings) -> dg.AssetsDefinition:
        keys = {table: dg.AssetKey([warehouse, table]) for warehouse, table in self.tables}
        # The query's table depends only on the first table.
        specs = [
            dg.AssetSpec(
                key,
                deps=[] if table == self.table else [keys[self.table]],
                group_name=GROUP,
                kinds={self.warehouse, "table", self.format},
                description=f"{self.title}.\n\nMade by the pipeline {name}.",
            )
            for table, key in keys.items()
        ]

        @dg.multi_asset(
            name=name, specs=specs, pool=self.warehouse, required_resource_keys={self.warehouse}
        )
        def tables(context: dg.AssetExecutionContext) -> Iterator[dg.MaterializeResult[None]]:
            with dagster_failures():
                found = self.fetch(settings)
                warehouse_in(context, self.warehouse).replace_tables(found)
            for table, rows in found.items():
                yield dg.MaterializeResult(
                    asset_key=keys[table], metadata={"dagster/row_count": rows.num_rows}
                )

        return tables
