"""Runs one SELECT on a Postgres server, in a process of its own: as ``duckdb_reader`` does.

The transaction is read-only and has a time limit, and the statement is a cursor's, which takes no
second one. What the statement may call and read is judged by ``guard``, before.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Sequence

import psycopg

from taxi_assets.query.kinds import kind_of
from taxi_assets.query.limits import TooMuchError, fetched, limit_memory


def main() -> None:
    """Answer one request: the arguments of ``answer``, and libpq's variables as ``environment``."""
    limit_memory()
    request = json.load(sys.stdin)
    os.environ.update(request.pop("environment"))
    json.dump(answer(**request), sys.stdout, default=str)


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
    try:
        with connection, connection.cursor(name="answer") as cursor:
            connection.read_only = True
            limits = {"statement_timeout": round(seconds * 1000), "lock_timeout": 5000}
            for name, value in limits.items():
                connection.execute("SELECT set_config(%s, %s, true)", (name, f"{value}ms"))
            connection.execute("SELECT set_config('search_path', %s, true)", (",".join(schemas),))
            cursor.itersize = 1
            cursor.execute(sql.encode())
            types = connection.adapters.types
            columns = [
                (column.name, kind_of(known.name if (known := types.get(column.type_code)) else ""))
                for column in cursor.description or []
            ]
            rows, cut = fetched(cursor.fetchone, most_rows, most_bytes)
            return {"columns": columns, "rows": rows, "cut": cut}
    except (TooMuchError, MemoryError):
        return {"too_much": True}
    except psycopg.errors.QueryCanceled:
        return {"late": True}
    except psycopg.Error as error:
        return {"error": str(error)}


if __name__ == "__main__":
    main()
