"""DuckDB's SQL. DuckDB reads the raw files for every warehouse, and is a warehouse itself."""

from __future__ import annotations

from taxi_assets.sql.dialect import Dialect, Functions, RecordType
from taxi_assets.trips.column import ColumnType

_PLAIN_TYPES = (
    *("BOOLEAN", "TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "FLOAT", "DOUBLE"),
    *("VARCHAR", "DATE", "TIMESTAMP", "DECIMAL"),
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
        # There are few different values. Each is hashed once and multiplied by its number of rows.
        text_sum=(
            "list_sum(list_transform(map_entries(histogram({column})), "
            "lambda entry: entry.value * CAST('0x' || left(md5(entry.key), 15) AS HUGEINT)))"
        ),
        row_id_sum="sum(TRY_CAST('0x' || left({column}, 15) AS BIGINT))",
        time_sum="sum(CAST(floor(epoch({column}) * 1e6 + 0.5) AS BIGINT))",
        integer_sum="sum({column})",
        amount_sum=(
            "sum(CASE WHEN abs({column}) < 9e12 "
            "THEN CAST(floor({column} * 1e6 + 0.5) AS BIGINT) END)"
        ),
    ),
)
