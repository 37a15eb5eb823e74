"""What the tables mean: their columns with types, meanings and a few real values of codes."""

from __future__ import annotations

from collections.abc import Mapping

from taxi_assets.assistant.data.database import Database, Tables
from taxi_assets.assistant.data.guarded_query import QueryError
from taxi_assets.column_schema import FILENAME, ROW_ID
from taxi_assets.sql.identifiers import quoted
from taxi_assets.trips.column import ColumnType
from taxi_assets.trips.dataset import Dataset
from taxi_assets.trips.datasets import DATASETS
from taxi_assets.trips.zones import ZONE_COLUMNS
from taxi_assets.warehouse.ledger import LEDGER_TABLE

_SAMPLE_ROWS = 1000
_MOST_VALUES = 12  # What has more is no code that a question names.
_CODED = (ColumnType.CODE, ColumnType.TEXT, ColumnType.INTEGER)

_ZONES = "zones"
_TABLE_MEANINGS = {
    LEDGER_TABLE: "The ledger: the file that each loaded month came from, its hash and rows.",
    _ZONES: "The taxi zones: names behind PULocationID and DOLocationID.",
    "tripdata_tallies": "Counts and sums of each month's columns when it was loaded.",
    "tripdata_summaries": "Figures of each month.",
    "tripdata_counts": "Trips of each month by day, hour and zone.",
    "tripdata_rejects": "Rows of files that did not fit and were not loaded.",
} | {dataset.table: f"{dataset.title} trips, a row each." for dataset in DATASETS.values()}

Description = dict[str, object]


def described(database: Database, tables: Tables, values: bool = True) -> dict[str, Description]:
    """Every table with its columns.

    Args:
        database: that has them.
        tables: the types of their columns.
        values: whether a few values of codes are looked up.

    Raises:
        AssistantError, WarehouseBusyError, WarehouseUnavailableError: it cannot be asked.
    """
    found: dict[str, Description] = {}
    for table, columns in tables.items():
        meanings = _meanings(table)
        coded = _values(database, tables, table) if values else {}
        told: dict[str, Description] = {}
        for name, type_ in columns.items():
            told[name] = {"type": type_}
            if meaning := meanings.get(name.lower()):
                told[name]["meaning"] = meaning
            if known := coded.get(name.lower()):
                told[name]["values"] = known
        found[table] = {"meaning": _TABLE_MEANINGS.get(table, ""), "columns": told}
    return found


def _dataset(table: str) -> Dataset | None:
    return next((each for each in DATASETS.values() if each.table == table), None)


def _meanings(table: str) -> dict[str, str]:
    """By names in lower case, which is how Postgres has them."""
    if table == _ZONES:
        return {column.name.lower(): column.description for column in ZONE_COLUMNS}
    if (dataset := _dataset(table)) is None:
        return {}
    named = {column.name.lower(): column.description for column in dataset.columns}
    return {"unique_row_id": ROW_ID, "filename": FILENAME, **named}


def _values(database: Database, tables: Tables, table: str) -> Mapping[str, list[str]]:
    """The values of codes in the first rows, by column."""
    dataset = _dataset(table)
    if table == _ZONES:
        names = {"borough", "service_zone"}
    elif dataset is not None:
        names = {c.name.lower() for c in dataset.columns if c.type in _CODED}
    else:
        return {}
    wanted = [name for name in tables[table] if name.lower() in names]
    if not wanted:
        return {}
    columns = ", ".join(map(quoted, wanted))
    sql = f"SELECT {columns} FROM {quoted(table)} LIMIT {_SAMPLE_ROWS}"  # noqa: S608 - declared names
    try:
        rows = database.ask(sql, tables, _SAMPLE_ROWS).rows
    except QueryError:
        return {}  # such as a table of somebody's own under that name
    values = {
        name.lower(): sorted({str(row[place]) for row in rows if row[place] is not None})
        for place, name in enumerate(wanted)
    }
    return {name: found for name, found in values.items() if 0 < len(found) <= _MOST_VALUES}
