"""Runs one SELECT on a Postgres server, in a process of its own: as ``duckdb_reader`` does.

The transaction is read-only and has a time limit, and the statement is a cursor's, which takes no
second one. What the statement may call and read is judged by ``guard``, before.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator, Sequence

import psycopg
from psycopg.types.string import TextLoader

from taxi_assets.query.kinds import kind_of, plain
from taxi_assets.query.limits import TooMuchError, fetched, limit_process

_MOST_AT_ONCE = 1000

_AS_TEXT = ("date", "timestamp", "timestamptz", "interval", "bytea")
"""Types that Python has no place for some values of: endless times, years past 9999, months."""


def main() -> None:
    """Answer one request: as in ``duckdb_reader``, with libpq's variables as ``environment``."""
    request = json.load(sys.stdin)
    limit_process(request.pop("ends_after"))
    os.environ.update(request.pop("environment"))
    json.dump(answer(**request), sys.stdout)


def answer(
    dsn: str,
    sql: str,
    most_rows: int,
    most_bytes: int,
    schemas: Sequence[str],
    seconds: float,
    connect_seconds: int,
) -> dict[str, object]:
    """The rows of a query, or why there are none: ``{"error"}``, ``{"away"}``, ``{"too_much"}``."""
    try:
        connection = psycopg.connect(
            dsn,
            connect_timeout=connect_seconds,
            application_name="taxi_assets",
            client_encoding="UTF8",
        )
    except psycopg.Error as error:
        return {"away": type(error).__name__}  # its text may hold parts of the address
    for name in _AS_TEXT:
        connection.adapters.register_loader(name, TextLoader)
    try:
        with connection, connection.cursor(name="answer") as cursor:
            connection.read_only = True
            settings = {
                "statement_timeout": f"{round(seconds * 1000)}ms",
                "lock_timeout": "5s",
                "search_path": ",".join(schemas),
                "DateStyle": "ISO",
                "IntervalStyle": "postgres",
            }
            for name, value in settings.items():
                connection.execute("SELECT set_config(%s, %s, true)", (name, value))
            cursor.execute(sql.encode())
            types = connection.adapters.types
            columns = [
                (column.name, kind_of(known.name if (known := types.get(column.type_code)) else ""))
                for column in cursor.description or []
            ]
            found = _batched(cursor)
            rows, cut = fetched(lambda: next(found, None), most_rows, most_bytes)
            return {"columns": columns, "rows": [list(map(plain, row)) for row in rows], "cut": cut}
    except (TooMuchError, MemoryError):
        return {"too_much": True}
    except psycopg.errors.QueryCanceled:
        return {"late": True}
    except psycopg.Error as error:
        return {"error": str(error)}


def _batched(cursor: psycopg.ServerCursor[tuple[object, ...]]) -> Iterator[tuple[object, ...]]:
    """The rows, in batches that grow: wide ones are too many before many are fetched at once."""
    size = 1
    while batch := cursor.fetchmany(size):
        yield from batch
        size = min(2 * size, _MOST_AT_ONCE)


if __name__ == "__main__":
    main()
