"""The base class of the components whose rows a query over tables of a warehouse gives."""

import re
from abc import abstractmethod
from collections.abc import Sequence
from datetime import UTC, date

import dagster as dg
from pydantic import model_validator

from taxi_assets.automation.schedules import default_schedule_status
from taxi_assets.components.pipeline import job_name
from taxi_assets.components.table_pipeline import TablePipeline
from taxi_assets.errors import WarehouseError
from taxi_assets.settings import Settings
from taxi_assets.sql.select_only import SelectOnly
from taxi_assets.sql.statements import Statement, Statements
from taxi_assets.trips.dataset import Dataset
from taxi_assets.trips.datasets import DATASETS
from taxi_assets.trips.file import FileFormat, TripFile
from taxi_assets.trips.month import Month
from taxi_assets.warehouse.holdings import ledger
from taxi_assets.warehouse.pipeline_tables import MONTH, Select
from taxi_assets.warehouse.registry import warehouse_of
from taxi_assets.warehouse.session import Session

_SCHEMAS = ("", "main", "public")
_TABLES = {dataset.table: dataset for dataset in DATASETS.values()}
_WAIT_SECONDS = 20.0
_MATERIALIZATIONS = 1_000


class QueriedTable(TablePipeline):
    """A table with the rows of a query.

    Attributes:
        monthly: whether it is made a month at a time. Then the query sees of each table of trips
            only the rows of the month, and the table has the column ``month``.
    """

    monthly: bool = False

    @property
    @abstractmethod
    def source_warehouse(self) -> str:
        """The warehouse that the query runs in."""

    @property
    @abstractmethod
    def query(self) -> str:
        """The query, in the SQL of its warehouse."""

    @model_validator(mode="after")
    def _query_fits(self) -> "QueriedTable":
        query = self._parsed
        for table in query.tables:
            if table.schema.lower() not in _SCHEMAS or table.catalog:
                raise ValueError(
                    f"{table.text} is in another schema: name tables of the warehouse itself"
                )
            if not re.fullmatch(r"[A-Za-z_]\w*", table.name, re.ASCII):
                raise ValueError(f"{table.text} is no name of a table")
            if self.source_warehouse == self.warehouse and table.name.lower() == self.table:
                raise ValueError(f"{self.table} cannot be made from itself")
        if self.monthly and not self.datasets:
            raise ValueError(f"monthly: the query reads no table of trips ({', '.join(_TABLES)})")
        if self.monthly and MONTH in map(str.lower, query.columns):
            raise ValueError(f"monthly: the table gets a column {MONTH}: rename the query's")
        return self

    @property
    def _parsed(self) -> SelectOnly:
        return SelectOnly(self.query, self.source_warehouse)

    @property
    def inputs(self) -> list[str]:
        """The names of the tables that the query reads."""
        names = (table.name for table in self._parsed.tables)
        return list(dict.fromkeys(n.lower() if n.lower() in _TABLES else n for n in names))

    @property
    def datasets(self) -> list[Dataset]:
        """The datasets whose trips the query reads."""
        return [_TABLES[name] for name in self.inputs if name in _TABLES]

    @property
    def reads(self) -> tuple[tuple[str, str], ...]:
        """Warehouse and name of each table that it reads."""
        return tuple((self.source_warehouse, name) for name in self.inputs)

    @property
    def used_warehouses(self) -> tuple[str, ...]:
        """The warehouse of the table, and that of the query."""
        return tuple(dict.fromkeys([self.warehouse, self.source_warehouse]))

    @property
    def deps(self) -> Sequence[dg.AssetKey]:
        """The tables that the query reads."""
        return [dg.AssetKey([warehouse, name]) for warehouse, name in self.reads]

    def partitions(self) -> dg.MonthlyPartitionsDefinition | None:
        """The months that all tables of trips have; None if the table is made as a whole."""
        if not self.monthly:
            return None
        first = max(dataset.first_month for dataset in self.datasets)
        return dg.MonthlyPartitionsDefinition(start_date=str(first), fmt="%Y-%m")

    def select(self, month: Month | None) -> Select:
        """Composes the query, over all rows or over those of a month."""

        def composed(session: Session) -> Statement:
            def place(name: str) -> str:
                return _place(session, name, month)

            text = self._parsed.reading(place, session.dialect.quote)
            if month is not None:
                day = session.dialect.constant(month.start.date())
                return _sql(session)("add_month", month=day, query=text)
            return Statement(text, session.dialect)

        return composed

    def loaded(self, settings: Settings) -> dict[Month, float]:
        """The months that all tables of trips hold, with the time of their newest load.

        Times are in seconds since 1970.

        Raises:
            WarehouseBusyError, WarehouseUnavailableError, WarehouseError: the ledger cannot be
                read.
        """
        entries = ledger(warehouse_of(self.source_warehouse, settings), _WAIT_SECONDS)
        times: list[dict[Month, float]] = [
            {
                Month.parse(entry.month): entry.loaded_at.replace(tzinfo=UTC).timestamp()
                for entry in entries
                if entry.taxi == dataset.taxi
            }
            for dataset in self.datasets
        ]
        months = set(times[0]).intersection(*times[1:]) if times else set()
        return {month: max(found[month] for found in times) for month in sorted(months)}

    def stale(self, settings: Settings, instance: dg.DagsterInstance) -> list[Month]:
        """The loaded months that the table lacks, or has from before their newest load."""
        key = dg.AssetKey([self.warehouse, self.table])
        made: dict[str, float] = {}
        for record in instance.fetch_materializations(key, limit=_MATERIALIZATIONS).records:
            if record.partition_key is not None:
                made.setdefault(record.partition_key, record.timestamp)
        loaded = self.loaded(settings)
        return [month for month, time in loaded.items() if made.get(str(month), 0.0) < time]

    def schedules(self, name: str, settings: Settings) -> list[dg.ScheduleDefinition]:
        """The schedule of the job; of a monthly table it asks for the months that are stale."""
        if self.schedule is None or not self.monthly:
            return super().schedules(name, settings)

        @dg.schedule(
            name=f"{job_name(name)}_schedule",
            job_name=job_name(name),
            cron_schedule=self.schedule,
            execution_timezone=settings.schedule_timezone,
            default_status=default_schedule_status(settings),
            description=f"{self.title}: the months that were loaded since.",
        )
        def stale_months(
            context: dg.ScheduleEvaluationContext,
        ) -> list[dg.RunRequest] | dg.SkipReason:
            months = self.stale(settings, context.instance)[: settings.schedule_months]
            day: date = context.scheduled_execution_time.date()
            requests = [
                dg.RunRequest(run_key=f"{month} on {day}", partition_key=str(month))
                for month in months
            ]
            return requests or dg.SkipReason("every month that is loaded is made")

        return [stale_months]


def _place(session: Session, name: str, month: Month | None) -> str:
    """The table in SQL, or of trips the rows of the month."""
    dataset = _TABLES.get(name.lower())
    table = dataset.table if dataset is not None else name
    if not session.columns(table):
        raise WarehouseError(
            f"there is no table {table} in {session.dialect.title}",
            "load it first, or correct its name in the query; `taxi-assets status` shows what "
            "is loaded",
        )
    place = session.table(table)
    if month is None or dataset is None:
        return place
    condition, values = session.month_rows(TripFile(dataset, month, FileFormat.CSV))
    rows = _sql(session)("select_month", table=place, condition=condition.with_constants(values))
    return f"({rows.text})"


def _sql(session: Session) -> Statements:
    return Statements(__package__ or "", session.dialect)
