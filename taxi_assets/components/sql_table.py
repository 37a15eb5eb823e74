"""The component ``SqlTable``: a table that a query over other tables of its warehouse gives."""

from collections.abc import Mapping

from taxi_assets.components.queried_table import QueriedTable
from taxi_assets.settings import Settings
from taxi_assets.trips.month import Month
from taxi_assets.warehouse.interface import Warehouse
from taxi_assets.warehouse.pipeline_tables import NewRows


class SqlTable(QueriedTable):
    """A table with the rows of a query over other tables of the warehouse.

    Attributes:
        sql: one SELECT, in the SQL of the warehouse.
    """

    sql: str

    @property
    def source_warehouse(self) -> str:
        """The warehouse of the table."""
        return self.warehouse

    @property
    def query(self) -> str:
        """The query."""
        return self.sql

    @property
    def title(self) -> str:
        """What the pipeline does, in one line."""
        each = "each month of " if self.monthly else ""
        return f"a query over {each}{', '.join(self.inputs)} to {self.warehouse}: {self.table}"

    @property
    def kinds(self) -> set[str]:
        """Kinds of the asset."""
        return {"table", "sql"}

    def new_rows(
        self, _settings: Settings, _resources: Mapping[str, Warehouse], month: Month | None
    ) -> Mapping[str, NewRows]:
        """The query. The warehouse runs it, and no row leaves it."""
        return {self.table: self.select(month)}
