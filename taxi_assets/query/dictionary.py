"""What the tables mean: their columns with types, meanings and a few real values of codes."""

from __future__ import annotations

from collections.abc import Mapping

from taxi_assets.column_schema import FILENAME, row_id_meaning
from taxi_assets.errors import QueryError
from taxi_assets.query.database import Database, Tables
from taxi_assets.query.guarded_query import QueryRows
from taxi_assets.query.kinds import Kind
from taxi_assets.sql.identifiers import quoted
from taxi_assets.trips.column import ColumnType
from taxi_assets.trips.dataset import Dataset
from taxi_assets.trips.datasets import DATASETS
from taxi_assets.trips.zones import ZONE_TABLES, ZONES_TABLE
from taxi_assets.warehouse.all_records import RECORD_TABLES
from taxi_assets.warehouse.model_records import MODEL_NAMES, MODELS_SCHEMA

_SAMPLE_ROWS = 1000
_MOST_VALUES = 12  # What has more is no code that a question names.
_CODED = (ColumnType.CODE, ColumnType.TEXT, ColumnType.INTEGER)

_TABLE_MEANINGS = {
    **{table.name: table.description for table in RECORD_TABLES},
    **{dataset.table: f"{dataset.title} trips, a row each." for dataset in DATASETS.values()},
    **{table.name: " ".join(table.description.split()) for table in ZONE_TABLES},
    **{
        f"{MODELS_SCHEMA}.{name}": "A dbt model of the trips; rules may leave some out."
        for name in MODEL_NAMES
    },
}

Description = dict[str, object]


def described(database: Database, tables: Tables, values: bool = True) -> dict[str, Description]:
    """Every table with its columns.

    Args:
        database: that has them.
        tables: the types of their columns.
        values: whether a few values of codes are looked up.

    Raises:
        QueryLimitError, WarehouseBusyError, WarehouseUnavailableError: it cannot be asked.
    """
    found: dict[str, Description] = {}
    for table, columns in tables.items():
        meanings = _meanings(table)
        coded = _values(database, tables, table) if values and not database.is_billed else {}
        meant: dict[str, Description] = {}
        for name, type_ in columns.items():
            meant[name] = {"type": type_}
            if meaning := meanings.get(name.lower()):
                meant[name]["meaning"] = meaning
            if known := coded.get(name.lower()):
                meant[name]["values"] = known
        found[table] = {"meaning": _TABLE_MEANINGS.get(table, ""), "columns": meant}
    return found


def listed(tables: Tables) -> QueryRows:
    """The tables as rows: name, number of columns and meaning."""
    rows = [[name, len(columns), _TABLE_MEANINGS.get(name, "")] for name, columns in tables.items()]
    kinds = [Kind.TEXT, Kind.INTEGER, Kind.TEXT]
    return QueryRows(["table", "columns", "meaning"], kinds, rows, cut=False)


def _dataset(table: str) -> Dataset | None:
    return next((each for each in DATASETS.values() if each.table == table), None)


def _meanings(table: str) -> dict[str, str]:
    """By names in lower case, which is how Postgres has them."""
    for of_zones in ZONE_TABLES:
        if table == of_zones.name:
            return {column.name.lower(): column.description for column in of_zones.columns}
    for records in RECORD_TABLES:
        if table == records.name:
            return {column.name: column.description for column in records.columns}
    if (dataset := _dataset(table)) is None:
        return {}
    named = {column.name.lower(): column.description for column in dataset.columns}
    return {"unique_row_id": row_id_meaning(dataset), "filename": FILENAME, **named}


def _values(database: Database, tables: Tables, table: str) -> Mapping[str, list[str]]:
    """The values of codes in the first rows, by column."""
    dataset = _dataset(table)
    if table == ZONES_TABLE:
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
