"""Which values each type of column takes: one rule, for who reads rows and who explains refusals.

The rules are the same for every column of a type, in CSV and in Parquet, and so in every warehouse.
Those that a fast reader cannot hold by itself are held by the audit before a month is visible.
"""

from __future__ import annotations

from taxi_assets.sql.identifiers import literal
from taxi_assets.trips.column import Column, ColumnType

FIRST_TIME = "0001-01-01 00:00:00"
LAST_TIME = "9999-12-31 23:59:59.999999"
"""Times outside of these are written differently by DuckDB, Postgres and Python."""

UNWRITABLE = "1e15"
"""From here on DuckDB and Postgres write doubles differently, and no trip costs that much."""

UNDERSCORE = b"_"
"""DuckDB reads ``1_000`` as 1000, as Python does; Postgres, pandas and Arrow read no number."""

# DuckDB takes 24:00:00 for the next day, as Postgres does, and Python and Arrow for no time.
_DAY_AND_TIME = r"\d{4}-\d\d-\d\d ([01]\d|2[0-3]):\d\d:\d\d"
_FRACTION = rf"{_DAY_AND_TIME}\.\d{{1,6}}"
_NUMBER = r"\s*[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?\s*"
_CODE = r"[0-9]+(\.0)?"
_CODE_WITH_LETTERS = r"([A-Za-z]+|[0-9]+)(\.0)?"

NAMES = {
    ColumnType.CODE: "whole number",
    ColumnType.INTEGER: "whole number",
    ColumnType.DOUBLE: "amount below 1e15",
    ColumnType.TIMESTAMP: "time such as 2020-04-01 00:44:02",
    ColumnType.TEXT: "text in UTF-8 without NUL",
}
"""What a value of each type is called in a refusal."""


def is_number(text: str) -> str:
    """SQL: whether a text is a number, as every reader takes it."""
    return f"regexp_full_match({text}, {literal(_NUMBER)})"


def is_time(text: str, written: str) -> str:
    """SQL: whether a text is a time to the microsecond at most.

    Args:
        text: as it was read.
        written: that time as DuckDB writes it; it differs by zeros that end a fraction.
    """
    return f"({text} = {written} OR regexp_full_match({text}, {literal(_FRACTION)}))"


def without_nul(text: str, value: str) -> str:
    """SQL: what a text of a Parquet file says; one with a NUL is refused, as in a CSV that lands.

    Postgres keeps none.

    Args:
        text: as it was read.
        value: what it says.
    """
    return f"CASE WHEN {_has_nul(text)} THEN error('a NUL') ELSE {value} END"


def _has_nul(text: str) -> str:
    return f"contains({text}, chr(0))"


def without_zero_fraction(text: str) -> str:
    """SQL: the text of a code; some re-exports went through floats, which wrote ``134.0``."""
    return f"CASE WHEN {text} LIKE '_%.0' THEN {text}[:-3] ELSE {text} END"


def to_the_microsecond(time: str) -> str:
    """SQL: a time that a Parquet file has to the nanosecond; a finer one is refused.

    DuckDB would round it, and 23:59:59.999999999 to the next month. What it reads as a TIMESTAMP,
    it has cut already.
    """
    cast = f"CAST({time} AS TIMESTAMP)"
    return (
        f"CASE WHEN typeof({time}) = 'TIMESTAMP_NS' THEN "
        f"CASE WHEN epoch_ns({time}) % 1000 = 0 THEN {cast} "
        f"WHEN {time} IS NOT NULL THEN error('finer than a microsecond') END ELSE {cast} END"
    )


def is_code(column: Column, value: str) -> bool:
    """Whether a code that was read is one."""
    return value.isascii() and (value.isdecimal() or (column.letters and value.isalpha()))


def is_bad(column: Column, value: str, in_key: bool) -> str:
    """SQL: whether a value does not fit its column; NULL counts as false.

    Args:
        column: which one.
        value: the text of the value.
        in_key: whether the row id is made of it.
    """
    number = f"TRY_CAST({value} AS DOUBLE)"
    no_number = f"({number} IS NULL OR NOT {is_number(value)})"
    match column.type:
        case ColumnType.TIMESTAMP:
            time = f"TRY_CAST({value} AS TIMESTAMP)"
            limits = f"{literal(FIRST_TIME)} AND {literal(LAST_TIME)}"
            bad = (
                f"{value} IS NOT NULL AND ({time} IS NULL OR NOT ({time} BETWEEN {limits}) "
                f"OR NOT {is_time(value, f'CAST({time} AS VARCHAR)')})"
            )
        case ColumnType.INTEGER:
            words = ", ".join(map(literal, column.spellings)) or "''"
            bad = (
                f"{value} IS NOT NULL AND lower(trim({value})) NOT IN ({words}) "
                f"AND ({no_number} OR {number} <> trunc({number}) "
                f"OR TRY_CAST({number} AS INTEGER) IS NULL)"
            )
        case ColumnType.CODE:
            pattern = _CODE_WITH_LETTERS if column.letters else _CODE
            bad = f"NOT regexp_full_match({value}, {literal(pattern)})"
        case ColumnType.DOUBLE:
            bad = f"{value} IS NOT NULL AND ({no_number} OR NOT isfinite({number}))"
            if in_key:
                bad += f" OR NOT abs({number}) < {UNWRITABLE}"
        case ColumnType.TEXT:
            bad = _has_nul(value)
    return bad if column.nullable else f"{value} IS NULL OR {bad}"
