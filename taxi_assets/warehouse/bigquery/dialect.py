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
        # The sum of some million pieces of hashes does not fit in 64 bits.
        text_sum=(
            "SUM(CAST(CAST(CONCAT('0x', LEFT(TO_HEX(MD5({column})), 15)) AS INT64) AS NUMERIC))"
        ),
        row_id_sum=(
            "SUM(CAST(CASE WHEN REGEXP_CONTAINS({column}, r'^[0-9a-f]{{15}}') "
            "THEN CAST(CONCAT('0x', LEFT({column}, 15)) AS INT64) END AS NUMERIC))"
        ),
        # The other databases have seconds as doubles, which lose microseconds in distant years.
        # The result must be the same here.
        time_sum=(
            "SUM(CAST(CAST(FLOOR(UNIX_MICROS({column}) / 1e6 * 1e6 + 0.5) AS INT64) AS NUMERIC))"
        ),
        integer_sum="SUM(CAST({column} AS NUMERIC))",
        amount_sum=(
            "SUM(CASE WHEN ABS({column}) < 9e12 "
            "THEN CAST(CAST(FLOOR({column} * 1e6 + 0.5) AS INT64) AS NUMERIC) END)"
        ),
    ),
    own_columns={MONTH_COLUMN: "DATE"},
    quote=_quoted,
    literal=_literal,
    guards_deletes=True,
)

sql = Statements(__package__, BIGQUERY)
"""The statements in the ``.sql`` files beside this module."""
