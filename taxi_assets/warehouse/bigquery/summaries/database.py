"""Summarizes the months of a dataset in BigQuery."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import cast
from uuid import uuid4

from taxi_assets.sql.statements import statement
from taxi_assets.trips.dataset import Dataset
from taxi_assets.trips.datasets import DATASETS
from taxi_assets.trips.file import TripFile
from taxi_assets.warehouse.bigquery.jobs import Jobs, Value
from taxi_assets.warehouse.bigquery.tables import (
    find_table,
    ledger_entries,
    month_value,
    quoted,
)
from taxi_assets.warehouse.bigquery.warehouse import BigQueryWarehouse, sql
from taxi_assets.warehouse.bigquery.zones import ZONES_TABLE
from taxi_assets.warehouse.ledger import LedgerEntry
from taxi_assets.warehouse.summaries import COUNTS_TABLE, SUMMARIES_TABLE


@dataclass
class _Script:
    """Statements that are to run as one transaction, and their parameters."""

    statements: list[str] = field(default_factory=list)
    values: dict[str, Value] = field(default_factory=dict)


class BigQuerySummaries:
    """The dataset, as `taxi_assets.warehouse.summaries` asks it.

    What changes within a transaction is collected and sent as one script: each script is a job,
    and jobs take seconds. A month that a load replaces just then gets the summary of its new rows
    under the old file's hash, and is summarized again the next time.
    """

    def __init__(self, warehouse: BigQueryWarehouse) -> None:
        """Nothing is asked yet."""
        self._warehouse = warehouse
        self._script: _Script | None = None

    def ask(self, name: str, values: Mapping[str, object] | None = None) -> Sequence[Sequence[str]]:
        """The rows that the statement of that name finds; none where it changes something."""
        query = self._rendered(name)
        given = cast("Mapping[str, Value]", values or {})
        if name.startswith("create"):
            # No transaction may make tables.
            self._jobs().write(name.replace("_", "-"), query)
            return []
        if self._script is not None:
            self._add(query, given)
            return []
        return cast("Sequence[Sequence[str]]", self._jobs().read(query, **given))

    def summarize(self, name: str, file: TripFile, values: Mapping[str, object]) -> None:
        """Run the statement of that name on the file's merged table."""
        dataset = file.dataset
        query = self._rendered(
            name,
            table=self._warehouse.qualified(dataset.table),
            pickup=quoted(dataset.pickup),
            dropoff=quoted(dataset.dropoff),
        )
        given = dict(cast("Mapping[str, Value]", values))
        if "month" in given:
            given["ledger_month"] = given["month"]
        self._add(query, {**given, "month": month_value(file.month)})

    def has_table(self, name: str) -> bool:
        """Whether there is a table of that name."""
        return find_table(self._warehouse, name) is not None

    def entries(self) -> list[LedgerEntry]:
        """The ledger's lines."""
        jobs = self._jobs()
        found = [e for dataset in DATASETS.values() for e in ledger_entries(jobs, dataset)]
        return sorted(found, key=lambda entry: (entry.taxi, entry.month))

    @contextmanager
    def changing(self, _: Dataset | None) -> Iterator[None]:
        """A transaction, which is sent when the context ends well."""
        self._script = script = _Script()
        try:
            yield
        finally:
            self._script = None
        if script.statements:
            statements = [sql("begin"), *script.statements, sql("commit")]
            self._jobs().write("summarize", ";\n".join(statements), **script.values)

    def _add(self, query: str, values: Mapping[str, Value]) -> None:
        assert self._script is not None, "what changes something is changed in a transaction"
        self._script.statements.append(query)
        self._script.values.update(values)

    def _rendered(self, name: str, **identifiers: str) -> str:
        return statement(
            __package__,
            name,
            summaries=self._warehouse.qualified(SUMMARIES_TABLE),
            counts=self._warehouse.qualified(COUNTS_TABLE),
            zones=self._warehouse.qualified(ZONES_TABLE),
            **identifiers,
        )

    def _jobs(self) -> Jobs:
        return Jobs(self._warehouse, {}, uuid4().hex)
