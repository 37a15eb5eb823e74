"""Judges a query for a server that many people's data may be on: what it reads and what it calls.

DuckDB's file is opened so that a query reaches nothing else. A server has functions that read its
files, sleep, change settings or hold locks, and tables that show other people's queries. So a
statement is parsed, may call only functions that SQL's dialects share, may read only the tables it
is told of, and is written anew from what was parsed: what was judged is what is run.
"""

from __future__ import annotations

from collections.abc import Collection

from taxi_assets.assistant.data.guarded_query import QueryError
from taxi_assets.assistant.extra import needs_extra

_FURTHER_FUNCTIONS = frozenset(
    {"age", "bool_and", "bool_or", "every", "isfinite", "make_date", "mode", "width_bucket"}
)
"""What the parser takes for functions of somebody's own."""

_REMEDY = "ask for what one SELECT over the tables gives"


def guarded(sql: str, dialect: str, tables: Collection[str]) -> str:
    """The query, written anew, if it only reads those tables.

    Args:
        sql: what somebody wrote.
        dialect: as sqlglot calls it.
        tables: that may be read, by their names.

    Raises:
        QueryError: it is no single SELECT, or reads or calls anything else.
    """
    with needs_extra():
        import sqlglot
        from sqlglot import exp
    try:
        statements = sqlglot.parse(sql, read=dialect)
    except (sqlglot.ParseError, sqlglot.TokenError) as error:
        raise _refused(" ".join(str(error).split())) from None
    if len(statements) != 1 or not isinstance(statements[0], exp.Query):
        raise _refused("it must be one SELECT statement")
    query = statements[0]
    changing = (exp.DML, exp.DDL, exp.Into, exp.Lock, exp.Command, exp.Parameter, exp.Placeholder)
    for node in query.walk():
        if isinstance(node, changing) and not isinstance(node, exp.Query):
            raise _refused(f"{node.sql(dialect=dialect)} does more than read")
    own = {each.alias_or_name.lower() for each in query.find_all(exp.CTE)}
    allowed = {name.lower() for name in tables}
    for table in query.find_all(exp.Table):
        _require_table(table, own, allowed)
    for function in query.find_all(exp.Anonymous):
        if function.name.lower() not in _FURTHER_FUNCTIONS or isinstance(function.parent, exp.Dot):
            raise _refused(f"the function {function.name} may not be called")
    return query.sql(dialect=dialect, comments=False)


def _require_table(table: object, own: set[str], allowed: set[str]) -> None:
    from sqlglot import exp

    assert isinstance(table, exp.Table)
    if isinstance(table.this, exp.Func) and not isinstance(table.this, exp.Anonymous):
        return  # a series of numbers
    name, schema = table.name.lower(), table.db.lower()
    # A catalog's table must not pass as a part of the query that is called like it.
    is_own = name in own and not schema and not name.startswith("pg_")
    if not is_own and not (name in allowed and schema in ("", "public") and not table.catalog):
        raise _refused(
            f"there is no table {table.sql()} to read; there are {', '.join(sorted(allowed))}"
        )


def _refused(reason: str) -> QueryError:
    return QueryError(f"the query cannot be run: {reason[:300]}", _REMEDY)
