"""Runs one SELECT in a process of its own: reads a query from stdin, writes its rows to stdout.

The database is opened read-only, and reaches nothing but itself: no file, no network, no
extension, no variable of Python, no setting that could be changed. Whoever starts this ends it when
it is late; where that process is gone, this one ends a little later.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Sequence
from contextlib import suppress

import duckdb

from taxi_assets.query.kinds import kind_of, plain
from taxi_assets.query.limits import TooMuchError, fetched, limit_process
from taxi_assets.sql.identifiers import quoted

_DATABASE_MEMORY = "512MB"
_LOCKED = "Could not set lock"
_PIVOTING = re.compile(r"(?i)\(*(PIVOT|FROM|SELECT|WITH)\b")


def main() -> None:
    """Answer one request: the arguments of ``answer``, and when to end as ``ends_after``."""
    request = json.load(sys.stdin)
    limit_process(request.pop("ends_after"))
    json.dump(answer(**request), sys.stdout)


def answer(
    path: str, sql: str, most_rows: int, most_bytes: int, schemas: Sequence[str] = ("main",)
) -> dict[str, object]:
    """The rows of a query, or why there are none.

    That is ``{"error"}`` of the query, ``{"unreadable"}`` of the file, ``{"busy"}``, or
    ``{"too_much"}``.
    """
    try:
        return _read(path, sql, most_rows, most_bytes, schemas)
    except (TooMuchError, MemoryError, duckdb.OutOfMemoryException):
        return {"too_much": True}
    except duckdb.Error as error:
        return {"busy": True} if _LOCKED in str(error) else {"error": str(error)}


def _read(
    path: str, sql: str, most_rows: int, most_bytes: int, schemas: Sequence[str]
) -> dict[str, object]:
    if not _is_select(sql):
        return {"error": "it must be one SELECT statement"}
    config: dict[str, str | bool | int | float | list[str]] = {
        "enable_external_access": False,
        "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
        "allow_community_extensions": False,
        "python_enable_replacements": False,
        "memory_limit": _DATABASE_MEMORY,
        "max_temp_directory_size": "0B",
        "threads": 2,
        "lock_configuration": True,
    }
    try:
        opened = duckdb.connect(path, read_only=True, config=config)
    except duckdb.IOException as error:
        if _LOCKED in str(error):
            raise
        return {"unreadable": str(error)}
    with opened as connection:
        with suppress(duckdb.CatalogException):  # a file without models
            connection.execute(f"SET search_path = '{','.join(schemas)}'")
        sql = _unambiguous(connection, sql)
        cursor = connection.execute(sql)
        columns = [(column[0], kind_of(str(column[1]))) for column in cursor.description or []]
        exact = _with_exact_intervals(sql, [str(column[1]) for column in cursor.description or []])
        if exact is not None:
            with suppress(duckdb.ParserException):  # such as DESCRIBE
                cursor = connection.execute(exact)
        rows, cut = fetched(cursor.fetchone, most_rows, most_bytes)
    return {"columns": columns, "rows": [list(map(plain, row)) for row in rows], "cut": cut}


def _is_select(sql: str) -> bool:
    """Whether it is one SELECT; DuckDB makes several statements of one that pivots."""
    statements = duckdb.extract_statements(sql)
    if len(statements) != 1:
        return False
    if statements[0].type != duckdb.StatementType.MULTI:
        return statements[0].type == duckdb.StatementType.SELECT
    marks = duckdb.tokenize(sql)
    first = next(place for place, kind in marks if kind != duckdb.token_type.comment)
    return bool(_PIVOTING.match(sql.encode()[first:].decode()))


def _unambiguous(connection: duckdb.DuckDBPyConnection, sql: str) -> str:
    """The query, with the database named before a schema that is called as the database is.

    DuckDB calls a database as its file is called: in ``analytics.duckdb`` it takes
    ``analytics.fct_trips`` for ambiguous.
    """
    found = connection.execute(
        "SELECT database_name FROM duckdb_schemas() WHERE lower(schema_name) = lower(database_name)"
    ).fetchone()
    if found is None:
        return sql
    import sqlglot
    from sqlglot import exp

    try:
        tables = list(sqlglot.parse_one(sql, read="duckdb").find_all(exp.Table))
    except (sqlglot.ParseError, sqlglot.TokenError, RecursionError):
        return sql  # DuckDB says what is wrong with it
    schemas = [table.args["db"] for table in tables if table.db and not table.catalog]
    places = {s.meta["start"] for s in schemas if s.name.lower() == found[0].lower()}
    for place in sorted(places, reverse=True):
        sql = f"{sql[:place]}{quoted(found[0])}.{sql[place:]}"
    return sql


def _with_exact_intervals(sql: str, types: Sequence[str]) -> str | None:
    """The query with its intervals as text: Python's have no months, but 30 days for each."""
    if "INTERVAL" not in types:
        return None
    names = [f"c{place}" for place, _ in enumerate(types)]
    casts = ["::VARCHAR" if type_ == "INTERVAL" else "" for type_ in types]
    columns = ", ".join(map("".join, zip(names, casts, strict=True)))
    marks = [place for place, kind in duckdb.tokenize(sql) if kind != duckdb.token_type.comment]
    query = sql[: marks[-1]] if sql[marks[-1]] == ";" else sql
    return f"SELECT {columns} FROM (\n{query}\n) AS q({', '.join(names)})"  # noqa: S608 - judged


if __name__ == "__main__":
    main()
