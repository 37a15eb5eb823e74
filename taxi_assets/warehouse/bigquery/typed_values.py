"""BigQuery's SQL for the typed values of an external table, and for the ids of its rows.

It takes only values in their plain forms, which are nearly all. Of each value that it takes, the
result is that of the reader in `taxi_assets.rows`, which takes some more forms and names a value
that does not fit. At any other value the statement ends, and that reader has the last word.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from taxi_assets.errors import WarehouseError
from taxi_assets.trips.column import Column, ColumnType
from taxi_assets.trips.dataset import Dataset
from taxi_assets.trips.file import FileFormat, TripFile
from taxi_assets.warehouse.bigquery.dialect import BIGQUERY
from taxi_assets.warehouse.session import TableColumn

UNFIT = "a value has another form than BigQuery's SQL takes"
"""What BigQuery says when a statement ends at a value."""

_TIME = r"^[12]\d{3}-\d\d-\d\d ([01]\d|2[0-3]):[0-5]\d:[0-5]\d$"
_NUMBER = r"^-?(\d{1,15}(\.\d{0,20})?|\.\d{1,20})([eE][+-]?\d{1,2})?$"
_WHOLE = r"^-?\d{1,9}(\.0{1,6})?$"
_CODE = r"^\d+(\.0)?$"
_CODE_WITH_LETTERS = r"^([A-Za-z]+|\d+)(\.0)?$"
_NUL = r"\x00"

_UNWRITABLE = "1e15"
_MOST = 2**31 - 1


@dataclass(frozen=True)
class _Value:
    """A value as SQL: where it fits its column, and what it is then."""

    fits: str
    value: str


def typed_values(file: TripFile, found: Sequence[TableColumn]) -> list[str]:
    """The SQL of each declared column, in order, over the month's external table.

    Args:
        file: the month.
        found: the columns of the external table, with their types.

    Raises:
        WarehouseError: BigQuery takes a column for a type that the declared one is not read from.
    """
    present = {}
    for each in found:
        column = _declared(file, each.name)
        if column is not None:
            present[column.name] = each
    expressions = []
    for column in file.dataset.columns:
        type_ = BIGQUERY.types[column.type]
        if column.name not in present:
            expressions.append(f"CAST(NULL AS {type_}) AS {BIGQUERY.quote(column.name)}")
            continue
        name, held = BIGQUERY.quote(present[column.name].name), present[column.name].type
        text = f"NULLIF({name}, '')" if file.format is not FileFormat.PARQUET else name
        read = _from_text(column, text) if held == "STRING" else _from_typed(column, name, held)
        if read is None:
            raise WarehouseError(
                f"{file}: BigQuery takes the column {name} for {held}", "TAXI_BIGQUERY_ROWS=sent"
            )
        expressions.append(
            f"CASE WHEN {text if held == 'STRING' else name} IS NULL THEN NULL "
            f"WHEN {read.fits} THEN {read.value} "
            f"ELSE ERROR({BIGQUERY.literal(UNFIT)}) END AS {BIGQUERY.quote(column.name)}"
        )
    return expressions


def row_id_texts(dataset: Dataset) -> str:
    """SQL for the texts that a row's id is made of, over typed columns, between commas."""
    texts = (_key_text(dataset.column(name)) for name in dataset.row_id_key)
    return ", ".join(f"IFNULL({text}, '')" for text in texts)


def _declared(file: TripFile, name: str) -> Column | None:
    if file.format is FileFormat.PARQUET:
        return file.dataset.parquet_columns.get(name.lower())
    return next((column for column in file.dataset.csv_columns if column.name == name), None)


def _from_text(column: Column, text: str) -> _Value:
    match column.type:
        case ColumnType.TIMESTAMP:
            time = f"SAFE.TIMESTAMP({text}, 'UTC')"
            return _Value(_all(_like(text, _TIME), f"{time} IS NOT NULL"), time)
        case ColumnType.DOUBLE:
            number = f"SAFE_CAST({text} AS FLOAT64)"
            return _Value(_all(_like(text, _NUMBER), f"ABS({number}) < {_UNWRITABLE}"), number)
        case ColumnType.INTEGER:
            return _Value(_like(text, _WHOLE), f"CAST(SAFE_CAST({text} AS FLOAT64) AS INT64)")
        case ColumnType.CODE:
            form = _CODE_WITH_LETTERS if column.letters else _CODE
            return _Value(_like(text, form), f"REGEXP_REPLACE({text}, r'\\.0$', '')")
        case ColumnType.TEXT:
            return _Value(f"NOT {_like(text, _NUL)}", text)


def _from_typed(column: Column, name: str, held: str) -> _Value | None:
    whole = _all(f"{name} = TRUNC({name})", f"ABS({name}) < {_UNWRITABLE}")
    small = f"ABS({name}) <= {_MOST}"
    amount = f"ABS({name}) < {_UNWRITABLE}"
    as_text = ColumnType.TEXT if column.type is ColumnType.CODE else column.type
    taken = {
        (ColumnType.TIMESTAMP, "TIMESTAMP"): _whole_seconds(name),
        (ColumnType.TIMESTAMP, "DATETIME"): _whole_seconds(f"TIMESTAMP({name}, 'UTC')"),
        (ColumnType.DOUBLE, "FLOAT64"): _Value(amount, name),
        (ColumnType.DOUBLE, "INT64"): _Value(amount, f"CAST({name} AS FLOAT64)"),
        (ColumnType.INTEGER, "INT64"): _Value(small, name),
        (ColumnType.INTEGER, "FLOAT64"): _Value(_all(whole, small), f"CAST({name} AS INT64)"),
        (ColumnType.TEXT, "INT64"): _Value(f"{name} >= 0", f"CAST({name} AS STRING)"),
        (ColumnType.TEXT, "FLOAT64"): _Value(
            _all(whole, f"{name} >= 0"), f"CAST(CAST({name} AS INT64) AS STRING)"
        ),
    }
    return taken.get((as_text, held))


def _whole_seconds(time: str) -> _Value:
    first = "TIMESTAMP '1000-01-01 00:00:00+00'"
    return _Value(_all(f"{time} >= {first}", f"TIMESTAMP_TRUNC({time}, SECOND) = {time}"), time)


def _key_text(column: Column) -> str:
    """The text of a typed value as Postgres writes it."""
    name = BIGQUERY.quote(column.name)
    match column.type:
        case ColumnType.TIMESTAMP:
            return f"FORMAT_TIMESTAMP('%Y-%m-%d %H:%M:%S', {name}, 'UTC')"
        case ColumnType.DOUBLE:
            # FORMAT writes no sign of zero. The shortest text of another double is the first of
            # three that is the double again.
            short, longer, longest = (f"FORMAT('%.{digits}g', {name})" for digits in (15, 16, 17))
            return (
                f"CASE WHEN {name} = 0 THEN IF(IEEE_DIVIDE(1, {name}) < 0, '-0', '0') "
                f"WHEN CAST({short} AS FLOAT64) = {name} THEN {short} "
                f"WHEN CAST({longer} AS FLOAT64) = {name} THEN {longer} "
                f"WHEN {name} IS NOT NULL THEN {longest} END"
            )
        case _:
            return f"CAST({name} AS STRING)"


def _like(text: str, pattern: str) -> str:
    return f"REGEXP_CONTAINS({text}, r'{pattern}')"


def _all(*conditions: str) -> str:
    return " AND ".join(conditions)
