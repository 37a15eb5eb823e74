"""The base class of the components that make tables of a warehouse."""

from abc import abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Literal

import dagster as dg
from pydantic import ConfigDict, Field, model_validator

from taxi_assets.components.pipeline import GROUP, Pipeline, job_name
from taxi_assets.components.table_name import ColumnName, TableName
from taxi_assets.failures import dagster_failures
from taxi_assets.settings import Settings
from taxi_assets.settings.warehouses import WarehouseName
from taxi_assets.trips.month import Month
from taxi_assets.warehouse.interface import Warehouse
from taxi_assets.warehouse.pipeline_tables import NewRows, RowTest, TestsFailedError, Write
from taxi_assets.warehouse.registry import warehouse_in

Columns = Annotated[list[ColumnName], Field(min_length=1, max_length=20)]


class Test(dg.Model):
    """A test that new rows must pass before they are written: one of the attributes.

    Attributes:
        not_null: columns without NULLs.
        unique: columns whose values together are in one row only.
        min_rows: the least number of rows.
    """

    __test__ = False  # It is no test of pytest's.
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    not_null: Columns | None = None
    unique: Columns | None = None
    min_rows: int | None = Field(None, ge=1)

    @model_validator(mode="after")
    def _is_one(self) -> "Test":
        if len(self.model_fields_set) != 1:
            raise ValueError("a test is one of not_null, unique and min_rows")
        return self

    @property
    def of_rows(self) -> RowTest:
        """The test, as the warehouses have it."""
        if self.min_rows is not None:
            return RowTest("min_rows", least=self.min_rows)
        if self.unique is not None:
            return RowTest("unique", tuple(self.unique))
        return RowTest("not_null", tuple(self.not_null or ()))


class TablePipeline(Pipeline):
    """A component that makes tables.

    Attributes:
        table: name of the table.
        warehouse: the warehouse of the table.
        tests: tests of the new rows; if one fails, nothing is written.
    """

    table: TableName
    warehouse: WarehouseName = "duckdb"
    tests: Annotated[list[Test], Field(max_length=50)] = Field(default=[])

    @property
    def used_warehouses(self) -> tuple[str, ...]:
        """The warehouse of the table."""
        return (self.warehouse,)

    @property
    def tables(self) -> tuple[tuple[str, str], ...]:
        """The table."""
        return ((self.warehouse, self.table),)

    @property
    def deps(self) -> Sequence[dg.AssetKey]:
        """The assets that the table is made of."""
        return ()

    @property
    def kinds(self) -> set[str]:
        """Kinds of the asset for Dagster's UI, besides the warehouse."""
        return {"table"}

    @property
    def how(self) -> Write:
        """What becomes of the rows that are there."""
        return Write(tests=[test.of_rows for test in self.tests])

    @abstractmethod
    def new_rows(
        self, settings: Settings, resources: Mapping[str, Warehouse], month: Month | None
    ) -> Mapping[str, NewRows]:
        """The new rows of each table.

        Args:
            settings: settings of the project.
            resources: the warehouses in use.
            month: the month to make, if the pipeline is monthly.

        Raises:
            TaxiAssetsError: there are no such rows.
        """

    def partitions(self) -> dg.MonthlyPartitionsDefinition | None:
        """The months of the table; None if it is made as a whole."""
        return None

    def definitions(self, name: str, settings: Settings) -> dg.Definitions:
        """The tables as assets, their job and its schedule."""
        asset = self._asset(name, settings)
        job = dg.define_asset_job(job_name(name), [asset], description=self.title)
        schedules = self.schedules(name, settings)
        return dg.Definitions(assets=[asset], jobs=[job], schedules=schedules)

    def _asset(self, name: str, settings: Settings) -> dg.AssetsDefinition:
        keys = {table: dg.AssetKey([warehouse, table]) for warehouse, table in self.tables}
        partitions = self.partitions()
        specs = [
            dg.AssetSpec(
                key,
                # A second table depends only on the first one.
                deps=list(self.deps) if table == self.table else [keys[self.table]],
                group_name=GROUP,
                kinds={self.warehouse, *self.kinds},
                description=f"{self.title}.\n\nMade by the pipeline {name}.",
                partitions_def=partitions,
            )
            for table, key in keys.items()
        ]
        checks = [
            dg.AssetCheckSpec(
                test.name,
                asset=keys[self.table],
                description=f"A test of the pipeline {name}: new rows pass it, or stay out.",
                blocking=True,
            )
            for test in {each.name: each for each in self.how.all_tests}.values()
        ]

        @dg.multi_asset(
            name=name,
            specs=specs,
            check_specs=checks,
            pool=self.warehouse,
            required_resource_keys=set(self.used_warehouses),
        )
        def tables(
            context: dg.AssetExecutionContext,
        ) -> Iterator[dg.MaterializeResult[None] | dg.AssetCheckResult]:
            month = Month.parse(context.partition_key) if partitions is not None else None
            yield from self._make(context, settings, keys, month)

        return tables

    def _make(
        self,
        context: dg.AssetExecutionContext,
        settings: Settings,
        keys: Mapping[str, dg.AssetKey],
        month: Month | None,
    ) -> Iterator[dg.MaterializeResult[None] | dg.AssetCheckResult]:
        resources = {each: warehouse_in(context, each) for each in self.used_warehouses}
        how = self.how if month is None else self._monthly(month)
        with dagster_failures():
            try:
                found = self.new_rows(settings, resources, month)
                counts = resources[self.warehouse].write_tables(found, how)
            except TestsFailedError as error:
                yield from _results(keys[self.table], how, error.reasons)
                raise
        count = "dagster/row_count" if month is None else "dagster/partition_row_count"
        for table, rows in counts.items():
            yield dg.MaterializeResult(asset_key=keys[table], metadata={count: rows})
        yield from _results(keys[self.table], how, {})

    def _monthly(self, month: Month) -> Write:
        return Write("month", month=month.start.date(), tests=self.how.tests)


class Keeping(dg.Model):
    """What becomes of the rows that are there; part of components whose rows come and go.

    Attributes:
        write: ``replace`` all rows; ``append`` to them; ``merge``: replace those of the same key.
        key: the columns of the key of ``merge``.
    """

    write: Literal["replace", "append", "merge"] = "replace"
    key: Columns | None = None

    @model_validator(mode="after")
    def _key_fits(self) -> "Keeping":
        if (self.key is not None) != (self.write == "merge"):
            raise ValueError("key is for write: merge, and needed there")
        return self


def _results(
    key: dg.AssetKey, how: Write, reasons: Mapping[str, str]
) -> Iterator[dg.AssetCheckResult]:
    for name in dict.fromkeys(test.name for test in how.all_tests):
        yield dg.AssetCheckResult(
            asset_key=key,
            check_name=name,
            passed=name not in reasons,
            severity=dg.AssetCheckSeverity.ERROR,
            description=reasons.get(name, "passed"),
        )
