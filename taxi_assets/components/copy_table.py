"""The component ``CopyTable``: a table of one warehouse, copied to another one."""

import re
from collections.abc import Mapping
from typing import Annotated

from pydantic import AfterValidator, model_validator

from taxi_assets.components.queried_table import QueriedTable
from taxi_assets.settings import Settings
from taxi_assets.settings.warehouses import WarehouseName
from taxi_assets.sql.duckdb import DUCKDB
from taxi_assets.sql.statements import Statements
from taxi_assets.trips.month import Month
from taxi_assets.warehouse.interface import Warehouse
from taxi_assets.warehouse.pipeline_tables import NewRows


def _name(value: str) -> str:
    if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]{0,62}", value):
        raise ValueError("a table's name has letters, digits and underscores, at most 63")
    return value


class CopyTable(QueriedTable):
    """A copy of a table.

    Attributes:
        source: the warehouse of the table to copy.
        source_table: the table to copy.
    """

    source: WarehouseName
    source_table: Annotated[str, AfterValidator(_name)]

    @model_validator(mode="after")
    def _leads_elsewhere(self) -> "CopyTable":
        if self.source == self.warehouse:
            raise ValueError("source and warehouse are the same: use a SqlTable")
        return self

    @property
    def source_warehouse(self) -> str:
        """The warehouse of the table to copy."""
        return self.source

    @property
    def query(self) -> str:
        """All rows."""
        return Statements(__package__ or "", DUCKDB)("select_all", table=self.source_table).text

    @property
    def title(self) -> str:
        """What the pipeline does, in one line."""
        each = "each month of " if self.monthly else ""
        return f"{each}{self.source_table} of {self.source} to {self.warehouse}: {self.table}"

    def new_rows(
        self, _settings: Settings, resources: Mapping[str, Warehouse], month: Month | None
    ) -> Mapping[str, NewRows]:
        """The rows, read now and held in memory."""
        return {self.table: resources[self.source].read_rows(self.select(month))}
