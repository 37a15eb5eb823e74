"""What the Kestra flows do with a month: COPY into a staging table, UPDATE with md5, MERGE."""

from __future__ import annotations

import gzip
from pathlib import Path

import psycopg

from taxi_assets.trips.column import ColumnType
from taxi_assets.trips.file import TripFile

_TYPES = {
    ColumnType.CODE: "text",
    ColumnType.TEXT: "text",
    ColumnType.TIMESTAMP: "timestamp",
    ColumnType.INTEGER: "integer",
    ColumnType.DOUBLE: "double precision",
}


def load_as_flows(connection: psycopg.Connection, file: TripFile, path: Path, table: str) -> None:
    """Load a month into the table as the flows do, and make the table where it is missing."""
    dataset = file.dataset
    names = [column.name for column in dataset.csv_columns]
    columns = ", ".join(f"{c.name} {_TYPES[c.type]}" for c in dataset.csv_columns)
    everything = f"unique_row_id text, filename text, {columns}"
    staging = f"{table}_staging"
    key = " || ".join(f"COALESCE(CAST({name} AS text), '')" for name in dataset.row_id_key)
    inserted = ", ".join(["unique_row_id", "filename", *names])
    values = ", ".join(f"S.{name}" for name in ["unique_row_id", "filename", *names])

    def run(text: str) -> None:
        connection.execute(text.encode())

    run(f"CREATE TABLE IF NOT EXISTS {table} ({everything})")
    run(f"CREATE TABLE IF NOT EXISTS {staging} ({everything})")
    run(f"TRUNCATE TABLE {staging}")
    with connection.cursor() as cursor:
        copy_in = f"COPY {staging} ({', '.join(names)}) FROM STDIN (FORMAT csv, HEADER)"
        with cursor.copy(copy_in.encode()) as copy, gzip.open(path) as text:
            while block := text.read(1 << 20):
                copy.write(block)
    run(f"UPDATE {staging} SET unique_row_id = md5({key}), filename = '{file.filename}'")
    run(
        f"MERGE INTO {table} AS T USING {staging} AS S ON T.unique_row_id = S.unique_row_id "
        f"WHEN NOT MATCHED THEN INSERT ({inserted}) VALUES ({values})"
    )
