"""Judges a query for a server that many people's data may be on: what it reads and what it calls.

DuckDB's file is opened so that a query reaches nothing else. A server has tables that show other
people's queries, so that a query may read only the tables it is told of.
"""

from __future__ import annotations

from collections.abc import Collection
from difflib import get_close_matches

from taxi_assets.errors import QueryError
from taxi_assets.sql.select_only import SelectOnly
from taxi_assets.warehouse.model_records import MODEL_NAMES, MODELS_SCHEMA
from taxi_assets.warehouse.postgres.dialect import POSTGRES

_REMEDY = "ask for what one SELECT over the tables gives; `taxi-assets show` lists them"


def guarded(sql: str, dialect: str, tables: Collection[str]) -> str:
    """The query, written anew, if it only reads those tables of ``public``, and those models.

    Raises:
        QueryError: as `guarded_query` has it.
    """
    return guarded_query(sql, dialect, tables, ("public",)).text()


def guarded_query(
    sql: str, dialect: str, tables: Collection[str], schemas: Collection[str]
) -> SelectOnly:
    """The query, if it only reads those tables.

    Args:
        sql: what somebody wrote.
        dialect: as sqlglot calls it.
        tables: that may be read, by their names; models with their schema.
        schemas: what may stand before their names.

    Raises:
        QueryError: it is no single SELECT, or reads or calls anything else.
    """
    try:
        query = SelectOnly(sql, dialect)
    except ValueError as error:
        raise _refused(str(error)) from None
    folded = str if dialect == POSTGRES.name else str.lower  # Postgres has names with capitals
    known = [parts_of(table) for table in tables]
    places = {(own or folded(each), folded(name)) for own, name in known for each in schemas}
    names = {name for _, name in places}
    places |= {("", name) for name in names}
    for table in query.tables:
        if table.catalog or table.place not in places:
            raise _refused(
                f"there is no table {table.text} to read; {likely_names(table.name, names)}"
            )
    return query


def parts_of(table: str) -> tuple[str, str]:
    """Schema and name of a model such as ``analytics.fct_trips``; other tables have no schema."""
    schema, _, name = table.partition(".")
    return (schema, name) if schema == MODELS_SCHEMA and name in MODEL_NAMES else ("", table)


def likely_names(name: str, known: Collection[str]) -> str:
    """The names that are like this one, or all, as the end of a sentence."""
    likely = get_close_matches(name.lower(), known)
    if likely:
        return f"did you mean {' or '.join(likely)}?"
    return f"there are {', '.join(sorted(known))}" if known else "there is none yet"


def _refused(reason: str) -> QueryError:
    return QueryError(f"the query cannot be run: {reason[:300]}", _REMEDY)
