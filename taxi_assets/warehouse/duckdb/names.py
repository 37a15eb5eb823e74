"""Our names in the DuckDB file: what somebody else made under one of them is never replaced."""

from __future__ import annotations

from taxi_assets.sql.duckdb import DUCKDB
from taxi_assets.trips.dataset import Dataset
from taxi_assets.trips.zones import ZoneTable
from taxi_assets.warehouse.duckdb.session import DuckDBSession, sql
from taxi_assets.warehouse.taken_names import taken_by_others


def external_name(dataset: Dataset) -> str:
    """The name of the view over the dataset's raw files."""
    return f"{dataset.table}_ext"


def require_external_view(session: DuckDBSession, dataset: Dataset) -> None:
    """Check that nothing but our view has the name of the view over raw files.

    Raises:
        WarehouseError: somebody's table or view has it.
    """
    name = external_name(dataset)
    for kind, definition in session.ask(sql("find_relation"), {"name": name}):
        ours = all(words in str(definition) for words in ("unique_row_id", "read_"))
        if kind != "view" or not ours:
            raise taken_by_others(name, f"it is a {kind} that does not read the raw files")


def require_zones(session: DuckDBSession, table: ZoneTable) -> None:
    """Check that nothing but our table has the name of a table about the zones.

    Raises:
        WarehouseError: somebody's table or view has it.
    """
    session.require_table(table.name)
    wanted = [(name, DUCKDB.pipeline_types["VARCHAR"]) for name in table.column_names]
    present = [column[:2] for column in session.columns(table.name)]
    if present and present != wanted:
        names = ", ".join(name for name, _ in wanted)
        raise taken_by_others(table.name, f"its columns are not {names}, each a text")
