"""DuckDB's SQL. DuckDB reads the raw files for every warehouse, and is a warehouse itself."""

from __future__ import annotations

import re
from pathlib import Path

from taxi_assets.sql.dialect import Dialect, Functions, RecordType
from taxi_assets.trips.column import ColumnType

_PLAIN_TYPES = (
    *("BOOLEAN", "TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "FLOAT", "DOUBLE"),
    *("VARCHAR", "DATE", "TIMESTAMP", "DECIMAL"),
)

# The shortest text of a double, as Postgres writes it: without `.0` behind whole numbers, and with
# an exponent from 1e15 on. Nearly all amounts have two decimal places at most: a decimal that is
# the double again, once cast back, has its shortest text, and is written faster.
_TENTHS, _CENTS = (f"TRY_CAST({{column}} AS DECIMAL(15, {scale}))" for scale in (1, 2))
_DIGITS = "replace(rtrim(rtrim(CAST(abs({column}) AS VARCHAR), '0'), '.'), '.', '')"
_AMOUNT_TEXT = (
    "CASE WHEN {column} = 0 THEN if(signbit({column}), '-0', '0') "
    "WHEN {column} = trunc({column}) AND abs({column}) < 1e15 "
    "THEN CAST(CAST({column} AS BIGINT) AS VARCHAR) "
    f"WHEN CAST({_TENTHS} AS DOUBLE) = {{column}} THEN CAST({_TENTHS} AS VARCHAR) "
    f"WHEN CAST({_CENTS} AS DOUBLE) = {{column}} THEN CAST({_CENTS} AS VARCHAR) "
    "WHEN abs({column}) >= 1e15 AND abs({column}) < 1e16 "
    "THEN if({column} < 0, '-', '') "
    f"|| rtrim(rtrim({_DIGITS}[1] || '.' || {_DIGITS}[2:], '0'), '.') || 'e+15' "
    "ELSE CAST({column} AS VARCHAR) END"
)

DUCKDB = Dialect(
    name="duckdb",
    title="DuckDB",
    parameter="${name}",
    among="{column} IN (SELECT unnest({values}))",
    types={
        ColumnType.CODE: "VARCHAR",
        ColumnType.TEXT: "VARCHAR",
        ColumnType.TIMESTAMP: "TIMESTAMP",
        ColumnType.INTEGER: "INTEGER",
        ColumnType.DOUBLE: "DOUBLE",
    },
    record_types={
        RecordType.TEXT: "VARCHAR",
        RecordType.COUNT: "BIGINT",
        RecordType.WHOLE: "HUGEINT",
        RecordType.AMOUNT: "DOUBLE",
        RecordType.TIME: "TIMESTAMP",
    },
    pipeline_types={name: name for name in _PLAIN_TYPES},
    functions=Functions(
        seconds_between="epoch({end}) - epoch({start})",
        day="strftime({time}, '%Y-%m-%d')",
        hour_of_week="isodow({time}) || '-' || lpad(CAST(hour({time}) AS VARCHAR), 2, '0')",
        texts={
            ColumnType.CODE: "{column}",
            ColumnType.TEXT: "{column}",
            ColumnType.TIMESTAMP: "CAST({column} AS VARCHAR)",
            ColumnType.INTEGER: "{column}",
            ColumnType.DOUBLE: _AMOUNT_TEXT,
        },
        framed="length({column}) || ':' || {column}",
        # Its rtrim reads the text character by character, in six times the time.
        without_bars=r"regexp_replace({text}, '\|+$', '')",
        md5="md5({text})",
        hash_sum="sum(CAST('0x' || left(md5({text}), 15) AS BIGINT))",
        # DuckDB hashes 0 and -0 alike.
        engine_values=dict.fromkeys(ColumnType, "{column}")
        | {ColumnType.DOUBLE: "{column}, signbit({column})"},
        # Once is not enough: the last column only has its bits flipped into the hash, so that two
        # rows in 2^31 could swap its value without a change of the sum.
        engine_sum="sum(hash(hash({values})))",
    ),
)


def only_path(path: Path) -> str:
    """A path as DuckDB's readers take it, for that file alone: ``*``, ``?`` and ``[`` are patterns.

    Of ``taxi [1]`` and ``taxi 1`` they would read the latter.
    """
    return re.sub(r"([*?\[])", r"[\1]", str(path))
