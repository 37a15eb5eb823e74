"""Postgres's SQL.

Column names are in lower case. Postgres turns unquoted names into lower case, so ``SELECT
VendorID`` finds the column.
"""

from __future__ import annotations

from taxi_assets.sql.dialect import Dialect, Functions, RecordType
from taxi_assets.sql.statements import Statements
from taxi_assets.trips.column import ColumnType

POSTGRES = Dialect(
    name="postgres",
    title="Postgres",
    parameter="%({name})s",
    among="{column} = ANY({values})",
    types={
        ColumnType.CODE: "text",
        ColumnType.TEXT: "text",
        ColumnType.TIMESTAMP: "timestamp without time zone",
        ColumnType.INTEGER: "integer",
        ColumnType.DOUBLE: "double precision",
    },
    record_types={
        RecordType.TEXT: "text",
        RecordType.COUNT: "bigint",
        RecordType.WHOLE: "numeric",
        RecordType.AMOUNT: "double precision",
        RecordType.TIME: "timestamp",
    },
    pipeline_types={
        "BOOLEAN": "boolean",
        "TINYINT": "smallint",
        "SMALLINT": "smallint",
        "INTEGER": "integer",
        "BIGINT": "bigint",
        "HUGEINT": "numeric",
        "FLOAT": "real",
        "DOUBLE": "double precision",
        "VARCHAR": "text",
        "DATE": "date",
        "TIMESTAMP": "timestamp without time zone",
        "DECIMAL": "numeric",
    },
    functions=Functions(
        seconds_between="extract(epoch FROM {end} - {start})::double precision",
        day="to_char({time}, 'YYYY-MM-DD')",
        hour_of_week="to_char({time}, 'ID-HH24')",
        text_sum="sum(('x' || left(md5({column}), 15))::bit(60)::bigint)",
        # A regular expression would take six times as long as the sum.
        row_id_sum=(
            "sum(CASE WHEN translate(left({column}, 15), '0123456789abcdef', '') = '' "
            "THEN ('x' || left({column}, 15))::bit(60)::bigint END)"
        ),
        time_sum="sum(floor(date_part('epoch', {column}) * 1e6::float8 + 0.5)::bigint)",
        integer_sum="sum({column})",
        amount_sum=(
            "sum(CASE WHEN abs({column}) < 9e12::float8 "
            "THEN floor({column} * 1e6::float8 + 0.5)::bigint END)"
        ),
    ),
    lower_case=True,
    doubles_percent=True,
)

SCHEMA = "public"

sql = Statements(__package__, POSTGRES)
"""The statements in the ``.sql`` files beside this module."""


def qualified(table: str) -> str:
    """The table's name as an SQL identifier, with its schema."""
    return f"{POSTGRES.quote(SCHEMA)}.{POSTGRES.quote(table)}"
