"""BigQuery's session: how code that all warehouses share queries and changes a dataset.

A transaction collects its statements and sends them as one script, since each script is a job and
a job takes seconds.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, field
from io import BytesIO
from json import dumps
from typing import TYPE_CHECKING, Any

from taxi_assets.sql.statements import Statement, bound
from taxi_assets.trips.dataset import Dataset
from taxi_assets.trips.file import FileFormat, TripFile
from taxi_assets.trips.month import Month
from taxi_assets.warehouse.bigquery.dialect import BIGQUERY, MONTH_COLUMN, sql
from taxi_assets.warehouse.bigquery.jobs import Jobs, Script
from taxi_assets.warehouse.bigquery.parameters import Bound, Typed
from taxi_assets.warehouse.bigquery.staging import staged_table
from taxi_assets.warehouse.bigquery.tables import (
    ColumnOf,
    columns_sql,
    find_table,
    month_value,
    table_columns,
)
from taxi_assets.warehouse.record_tables import Record, RecordColumn, RecordTable, bound_values
from taxi_assets.warehouse.records import ledger_entries
from taxi_assets.warehouse.session import MonthRows, Row, TableColumn, Value

if TYPE_CHECKING:
    from google.cloud.bigquery import Table

_MONTHLY = re.compile(r"(\d{4})(\d{2})")
"""The id of a partition by month; those of rows without one begin with underscores."""

_MOST_VALUES = 5_000
"""Most values that one INSERT binds. BigQuery's limit is ten thousand:
https://cloud.google.com/bigquery/quotas."""


@dataclass
class _Changes:
    """The statements that a transaction collects.

    Attributes:
        first: statements to run before the transaction begins.
        statements: statements to run in the transaction.
        values: the values that both bind.
        staged: drops the staging tables when the transaction ends.
    """

    first: list[Statement] = field(default_factory=list)
    statements: list[Statement] = field(default_factory=list)
    values: dict[str, Bound] = field(default_factory=dict)
    staged: ExitStack = field(default_factory=ExitStack)


class BigQuerySession:
    """Queries and changes one dataset of BigQuery.

    Attributes:
        jobs: the jobs that run for it.
    """

    dialect = BIGQUERY
    engine = ""

    def __init__(self, jobs: Jobs, purpose: str = "change") -> None:
        """Create a session without sending anything.

        Args:
            jobs: runs the session's statements.
            purpose: what its transactions are for; it is part of their jobs' ids.
        """
        self.jobs = jobs
        self._purpose = purpose
        self._changes: _Changes | None = None
        self._transactions = 0
        self._found: dict[str, Table | None] = {}

    def table(self, name: str) -> str:
        """The table's name, quoted for SQL."""
        return self.jobs.place.qualified(name)

    def find(self, name: str) -> Table | None:
        """The table or view of that name, or None. BigQuery is asked once for each name."""
        if name not in self._found:
            self._found[name] = find_table(self.jobs.place, name)
        return self._found[name]

    def columns(self, name: str) -> list[TableColumn]:
        """The columns of a table, in order; empty if there is no such table."""
        found = self.find(name)
        return table_columns(found) if found is not None else []

    def comment(self, name: str) -> str:
        """The description of a table; empty if there is none."""
        found = self.find(name)
        return (found.description if found is not None else None) or ""

    def month_rows(self, file: TripFile) -> MonthRows:
        """Selects the rows of the file's month. BigQuery reads only their partition."""
        of_files = BIGQUERY.among.format(column="filename", values=bound("filenames"))
        condition = f"{BIGQUERY.quote(MONTH_COLUMN)} = {bound('month')} AND {of_files}"
        filenames = [sibling.filename for sibling in file.siblings]
        values: dict[str, Value] = {"month": month_value(file.month), "filenames": filenames}
        return MonthRows(Statement(condition, BIGQUERY), values)

    def count_files(self, dataset: Dataset) -> dict[str, int]:
        """Number of rows of each file in the merged table, which exists.

        BigQuery knows the rows of each partition, so no row is read. The ledger says which file a
        partition is from; where it has none, the file is taken to be of the usual format. Rows of
        no month are counted under the name of their partition, such as ``__NULL__``.
        """
        entries = ledger_entries(self)
        names = {entry.month: entry.filename for entry in entries if entry.taxi == dataset.taxi}
        usual = FileFormat.CSV if dataset.csv_releases else FileFormat.PARQUET
        counts = {}
        for partition, (rows, _) in self._partitions(dataset).items():
            month = _MONTHLY.fullmatch(partition)
            name = partition
            if month is not None:
                file = TripFile(dataset, Month(int(month[1]), int(month[2])), usual)
                name = names.get(str(file.month), file.filename)
            counts[name] = int(rows)
        return counts

    def row_versions(self, dataset: Dataset, filenames: Sequence[str]) -> dict[str, str]:
        """For each of these files with rows in the merged table, a text of theirs.

        It says how many there are, and when BigQuery last wrote to their partition.
        """
        partitions = self._partitions(dataset)
        files = (TripFile.loaded_as(dataset, filename) for filename in filenames)
        months = {f.filename: f"{f.month.year:04d}{f.month.number:02d}" for f in files if f}
        return {
            filename: " ".join(partitions[month])
            for filename, month in months.items()
            if month in partitions
        }

    def _partitions(self, dataset: Dataset) -> dict[str, tuple[str, str]]:
        """For each partition of the merged table, its rows and when it was last written to."""
        query = sql("count_partitions", partitions=self.table("INFORMATION_SCHEMA.PARTITIONS"))
        found = self.ask(query, {"table": dataset.table})
        return {str(partition): (str(rows), str(at)) for partition, rows, at in found}

    def ask(self, statement: Statement, values: Mapping[str, Value] | None = None) -> list[Row]:
        """Run a query and return its rows."""
        return self.jobs.read(statement, values)

    def define(self, name: str, statement: Statement) -> None:
        """Create or alter a table at once. BigQuery does not allow it in a transaction.

        Args:
            name: what the statement does, for the job's id.
            statement: the statement.
        """
        self.jobs.write(name, statement)
        self.forget_tables()

    def forget_tables(self) -> None:
        """Forget what `find` found, because tables were created or altered."""
        self._found.clear()

    def require(self, statement: Statement, values: Mapping[str, Value]) -> None:
        """Run an ASSERT before the transaction begins."""
        self._collect(self._open.first, statement, values)

    def change(self, statement: Statement, values: Mapping[str, Bound] | None = None) -> None:
        """Add a statement to the open transaction; it runs when the transaction ends."""
        self._collect(self._open.statements, statement, values or {})

    def append(self, table: RecordTable[Record], records: Sequence[Record]) -> None:
        """Add rows to a record table. Many rows go through a load job and a staging table."""
        if not records:
            return
        place = self.table(table.name)
        if len(records) * len(table.columns) > _MOST_VALUES:
            staged = self._stage(table, records)
            names = ", ".join(BIGQUERY.quote(column.name) for column in table.columns)
            query = f"INSERT INTO {place} ({names})\nSELECT {names}\nFROM {staged}"
            self.change(Statement(query, BIGQUERY))
            return
        types = {column.name: BIGQUERY.record_types[column.type] for column in table.columns}
        self.change(
            table.insertion(place, len(records), BIGQUERY),
            {
                name: Typed(types[name.rpartition("_")[0]], value)
                for name, value in bound_values(records).items()
            },
        )

    def ensure(self, table: RecordTable[Record]) -> None:
        """Create a record table if it is missing, and add newly declared columns."""
        present = {column.name: column.nullable for column in self.columns(table.name)}
        place = self.table(table.name)
        described = [_described(column) for column in table.columns]
        name = table.name.replace("_", "-")
        if not present:
            creation = sql(
                "create_record_table",
                table=place,
                definitions=columns_sql(described),
                description=BIGQUERY.literal(table.comment),
            )
            self.define(f"create-{name}", creation)
            return
        upgrade = table.upgrade(place, present, self.comment(table.name), BIGQUERY)
        for number, statement in enumerate(upgrade):
            self.define(f"upgrade-{name}-{number}", statement)

    @contextmanager
    def transaction(
        self,
        dataset: Dataset | None = None,  # noqa: ARG002 - there is nothing to lock
        writes: RecordTable[Any] | None = None,  # noqa: ARG002
    ) -> Iterator[None]:
        """Collect statements, and send them as one script when the context ends without an error.

        A script that stops before its COMMIT changes nothing.
        """
        self._changes = changes = _Changes()
        try:
            with changes.staged:
                yield
                if changes.statements:
                    script = [*changes.first, sql("begin"), *changes.statements, sql("commit")]
                    number = f"-{self._transactions}" if self._transactions else ""
                    self._transactions += 1
                    self.jobs.write(f"{self._purpose}{number}", Script(script, changes.values))
        finally:
            self._changes = None

    @property
    def _open(self) -> _Changes:
        assert self._changes is not None, "what changes something is changed in a transaction"
        return self._changes

    def _collect(
        self, statements: list[Statement], statement: Statement, values: Mapping[str, Bound]
    ) -> None:
        changes = self._open
        suffix = f"_{len(changes.first) + len(changes.statements)}"
        statements.append(statement.renamed(suffix))
        changes.values |= {f"{n}{suffix}": v for n, v in statement.choose(values).items()}

    def _stage(self, table: RecordTable[Record], records: Sequence[Record]) -> str:
        """Load records into a staging table; return its name, quoted for SQL."""
        from google.cloud.bigquery import LoadJobConfig, SourceFormat

        columns = [
            _described(column)._replace(type=BIGQUERY.record_types[column.type])
            for column in table.columns
        ]
        name = self._open.staged.enter_context(
            staged_table(self.jobs, f"{table.name}_incoming", columns)
        )
        lines = "".join(
            dumps(asdict(record), default=str) + "\n"  # type: ignore[call-overload] # dataclass
            for record in records
        )
        config = LoadJobConfig(source_format=SourceFormat.NEWLINE_DELIMITED_JSON)
        self.jobs.load(f"stage-{table.name}", BytesIO(lines.encode()), name, config)
        return self.table(name)


def _described(column: RecordColumn) -> ColumnOf:
    null = "" if column.nullable else " NOT NULL"
    return ColumnOf(column.name, f"{BIGQUERY.record_types[column.type]}{null}", column.description)
