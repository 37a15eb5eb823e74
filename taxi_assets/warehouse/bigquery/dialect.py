"""BigQuery's SQL.

A month is a partition by `file_month`, the month of the file that a row is from. Some pickups of a
file lie in other months and years, so a partition by pickup would mix the rows of several files.
"""

from __future__ import annotations

from taxi_assets.sql.dialect import Dialect, Functions, RecordType
from taxi_assets.sql.statements import Statements
from taxi_assets.trips.column import ColumnType

MONTH_COLUMN = "file_month"
"""The column that the merged tables are partitioned by."""


def _quoted(name: str) -> str:
    return f"`{name}`"


def _literal(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace("'", "\\'").replace("\n", "\\n")
    return f"'{escaped}'"


# The shortest text that is the same amount again once it is cast back, and from 1e15 on the
# shortest with an exponent. Amounts below 1e-307 may have another text than in Postgres.
_SHORTEST, _SCIENTIFIC = (
    " ".join(
        f"WHEN CAST(FORMAT('%.{digits}{form}', {{column}}) AS FLOAT64) = {{column}} "
        f"THEN FORMAT('%.{digits}{form}', {{column}})"
        for digits in (most - 2, most - 1, most)
    )
    for form, most in (("g", 17), ("e", 16))
)
_AMOUNT_TEXT = (
    "CASE WHEN {column} IS NULL THEN '' "
    "WHEN {column} = 0 AND IEEE_DIVIDE(1, {column}) < 0 THEN '-0' "
    # Up to 15 digits, the usual text is the shortest. FORMAT takes much longer.
    "WHEN ({column} = 0 OR ABS({column}) BETWEEN 1e-4 AND 999999999999999) "
    "AND LENGTH(CAST({column} AS STRING)) <= 16 "
    "AND CAST(CAST({column} AS STRING) AS FLOAT64) = {column} THEN CAST({column} AS STRING) "
    f"WHEN ABS({{column}}) < 1e15 THEN CASE {_SHORTEST} END "
    f"ELSE REGEXP_REPLACE(CASE {_SCIENTIFIC} END, r'\\.?0*e', 'e') END"
)
_TIME_TEXT = (
    "IFNULL(REGEXP_REPLACE(FORMAT_TIMESTAMP('%F %H:%M:%E6S', {column}, 'UTC'), r'\\.?0+$', ''), '')"
)

BIGQUERY = Dialect(
    name="bigquery",
    title="BigQuery",
    parameter="@{name}",
    among="{column} IN UNNEST({values})",
    types={
        ColumnType.CODE: "STRING",
        ColumnType.TEXT: "STRING",
        ColumnType.TIMESTAMP: "TIMESTAMP",
        ColumnType.INTEGER: "INT64",
        ColumnType.DOUBLE: "FLOAT64",
    },
    record_types={
        RecordType.TEXT: "STRING",
        RecordType.COUNT: "INT64",
        RecordType.WHOLE: "NUMERIC",
        RecordType.AMOUNT: "FLOAT64",
        RecordType.TIME: "TIMESTAMP",
    },
    pipeline_types={
        "BOOLEAN": "BOOL",
        "TINYINT": "INT64",
        "SMALLINT": "INT64",
        "INTEGER": "INT64",
        "BIGINT": "INT64",
        "HUGEINT": "BIGNUMERIC",
        "FLOAT": "FLOAT64",
        "DOUBLE": "FLOAT64",
        "VARCHAR": "STRING",
        "DATE": "DATE",
        "TIMESTAMP": "TIMESTAMP",
        "DECIMAL": "BIGNUMERIC",
    },
    functions=Functions(
        seconds_between="(UNIX_MICROS({end}) - UNIX_MICROS({start})) / 1e6",
        day="FORMAT_TIMESTAMP('%Y-%m-%d', {time}, 'UTC')",
        hour_of_week=(
            "CONCAT(CAST(MOD(EXTRACT(DAYOFWEEK FROM {time} AT TIME ZONE 'UTC') + 5, 7) + 1 "
            "AS STRING), '-', FORMAT_TIMESTAMP('%H', {time}, 'UTC'))"
        ),
        # CONCAT is NULL if one of its arguments is.
        texts={
            ColumnType.CODE: "IFNULL({column}, '')",
            ColumnType.TEXT: "IFNULL({column}, '')",
            ColumnType.TIMESTAMP: _TIME_TEXT,
            ColumnType.INTEGER: "IFNULL(CAST({column} AS STRING), '')",
            ColumnType.DOUBLE: _AMOUNT_TEXT,
        },
        framed="IFNULL(CONCAT(CAST(LENGTH({column}) AS STRING), ':', {column}), '')",
        md5="TO_HEX(MD5({text}))",
        # The sum of some million pieces of hashes does not fit in 64 bits.
        hash_sum=(
            "SUM(CAST(CAST(CONCAT('0x', LEFT(TO_HEX(MD5({text})), 15)) AS INT64) AS NUMERIC))"
        ),
    ),
    own_columns={MONTH_COLUMN: "DATE"},
    quote=_quoted,
    literal=_literal,
    table_comment="ALTER TABLE {table} SET OPTIONS (description = {comment})",
    guards_deletes=True,
)

sql = Statements(__package__, BIGQUERY)
"""The statements in the ``.sql`` files beside this module."""
