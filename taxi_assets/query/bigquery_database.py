"""BigQuery as queries are put to it: a query is estimated before it runs, and may cost little.

There is no process of its own: a SELECT in BigQuery reaches neither this machine nor, as it is
judged before, anything but the tables of the dataset.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from taxi_assets.errors import QueryError, QueryLimitError, WarehouseError
from taxi_assets.query.guard import guarded_query
from taxi_assets.query.guarded_query import QueryRows
from taxi_assets.query.kinds import Kind, kind_of
from taxi_assets.query.limits import MOST_BYTES, MOST_ROWS, TooMuchError, fetched
from taxi_assets.settings import Settings, variable
from taxi_assets.sql.statements import Statement, Statements
from taxi_assets.warehouse.bigquery.dialect import BIGQUERY
from taxi_assets.warehouse.bigquery.failures import explained
from taxi_assets.warehouse.bigquery.jobs import Jobs
from taxi_assets.warehouse.bigquery.place import BigQueryPlace
from taxi_assets.warehouse.bigquery.session import BigQuerySession
from taxi_assets.warehouse.bigquery.warehouse import warehouse_of
from taxi_assets.warehouse.ledger import LEDGER
from taxi_assets.warehouse.session import Row

_GB = 10**9


@dataclass(frozen=True)
class BigQueryDatabase:
    """The dataset in BigQuery.

    Attributes:
        place: the dataset, with what one query may be billed for.
        most_bytes: that the rows of a query may have as text.
    """

    place: BigQueryPlace
    most_bytes: int = MOST_BYTES

    dialect = BIGQUERY.name
    is_billed = True

    def own(self, name: str, most_rows: int = MOST_ROWS) -> QueryRows:
        """What a statement of this package gives; tables and columns cost no query."""
        if name == f"{self.dialect}_columns":
            return self._columns()
        ledger = self.place.qualified(LEDGER.name)
        return self._run(Statements(__package__, BIGQUERY)(name, table=ledger), most_rows)

    def ask(self, sql: str, tables: Mapping[str, object], most_rows: int = MOST_ROWS) -> QueryRows:
        """What somebody's SELECT from these tables gives.

        Raises:
            QueryError: it is no single SELECT, reaches for what it must not, or is wrong.
            QueryLimitError: it took too long, would be billed for too much, or gave too much.
            WarehouseUnavailableError: BigQuery does not answer.
        """
        query = guarded_query(sql, self.dialect, tables, (self.place.dataset,))
        names = {name.lower(): name for name in tables}
        text = query.reading(lambda name: self.place.qualified(names[name.lower()]), BIGQUERY.quote)
        statement = Statement(text, BIGQUERY)
        try:
            estimate = Jobs(self.place).estimate(statement, {})
            if estimate > self.place.max_bytes_billed:
                raise QueryLimitError(
                    f"the query would read {estimate / _GB:,.1f} GB, and may read "
                    f"{self.place.max_bytes_billed / _GB:,.1f}; it was not run",
                    "ask about one month, as file_month = DATE '2020-01-01', or raise "
                    f"{variable('query_bigquery_max_gb')}",
                )
            return self._run(statement, most_rows)
        except WarehouseError as error:
            raise QueryError(f"the query cannot be run: {error.what}", error.remedy) from None

    def show(
        self,
        table: str,
        tables: Mapping[str, object],  # noqa: ARG002 - for databases that judge a query
        most_rows: int = MOST_ROWS,
    ) -> QueryRows:
        """The first rows of a table. No query runs for them, so that they cost nothing."""
        with explained(self.place):
            found = self.place.client.list_rows(
                self.place.client.get_table(self.place.reference(table)), max_results=most_rows + 1
            )
            types = {column.name: column.field_type for column in found.schema}
            return self._rows(types, iter([tuple(row.values()) for row in found]), most_rows)

    def _run(self, statement: Statement, most_rows: int) -> QueryRows:
        columns, batches = Jobs(self.place).read_batches(statement, most_rows + 1)
        return self._rows(columns, iter(next(batches, [])), most_rows)

    def _rows(self, types: Mapping[str, str], rows: Iterator[Row], most_rows: int) -> QueryRows:
        try:
            found, cut = fetched(lambda: next(rows, None), most_rows, self.most_bytes)
        except TooMuchError:
            raise QueryLimitError(
                f"the rows of the query have more than {self.most_bytes:,} bytes",
                "ask for a total in place of the rows",
            ) from None
        kinds = [kind_of(type_) for type_ in types.values()]
        return QueryRows(
            list(types), kinds, [[_shown(value) for value in row] for row in found], cut
        )

    def _columns(self) -> QueryRows:
        with explained(self.place):
            names = [each.table_id for each in self.place.client.list_tables(self.place.dataset)]
        session = BigQuerySession(Jobs(self.place))
        rows = [
            ["", name, column.name, column.type]
            for name in sorted(names)
            for column in session.columns(name)
        ]
        return QueryRows(
            ["table_schema", "table_name", "column_name", "data_type"],
            [Kind.TEXT] * 4,
            rows,
            cut=False,
        )


def bigquery_of(settings: Settings, most_bytes: int = MOST_BYTES) -> BigQueryDatabase:
    """The dataset of the settings, with the limits of a question."""
    place = warehouse_of(settings).place
    most = round(settings.query_bigquery_max_gb * _GB)
    place = replace(place, max_bytes_billed=most, job_seconds=settings.query_seconds)
    return BigQueryDatabase(place, most_bytes)


def _shown(value: object) -> object:
    """The value as JSON has it; a time in UTC without its zone, as in every warehouse."""
    if isinstance(value, datetime) and value.tzinfo is not None:
        value = value.astimezone(UTC).replace(tzinfo=None)
    return value if isinstance(value, str | int | float | None) else str(value)
