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
        # Numbers and times are texts by themselves within concat(), by the session's settings.
        texts=dict.fromkeys(ColumnType, "{column}"),
        framed="length({column}) || ':' || {column}",
        # As bytes: of a text, rtrim() looks for the bounds of every character first.
        without_bars="rtrim(convert_to({text}, 'UTF8'), '|'::bytea)",
        md5="md5({text})",
        hash_sum="sum(('x' || left(md5({text}), 15))::bit(60)::bigint)",
        # As the bytes that are sent: the hash of a double is the same for 0 and -0. And of texts by
        # their bytes: by a collation that somebody gave the column, Y and y may be one text.
        engine_values=dict.fromkeys(ColumnType, '{column} COLLATE "C"')
        | {
            ColumnType.INTEGER: "{column}",
            ColumnType.DOUBLE: "float8send({column})",
            ColumnType.TIMESTAMP: "timestamp_send({column})",
        },
        # Once is not enough: the hash of a row is a weighted sum of those of its values, so that
        # two rows could swap a value without a change of the sum.
        engine_sum="sum(hash_record_extended(ROW(int8send("
        "hash_record_extended(ROW({values}), 0))), 0))",
    ),
    lower_case=True,
    doubles_percent=True,
)

sql = Statements(__package__, POSTGRES)
"""The statements in the ``.sql`` files beside this module."""
