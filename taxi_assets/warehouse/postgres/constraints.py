"""Indexes and constraints that users put on a merged table: each new month has them, too.

They are built on the month before it is swapped in, so that no reader waits for them. Rows that do
not meet one end the load: the error names the constraint, since it is not the file's fault alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

import psycopg

from taxi_assets.errors import WarehouseError
from taxi_assets.sql.identifiers import quoted
from taxi_assets.warehouse.postgres.dialect import sql
from taxi_assets.warehouse.postgres.session import PostgresSession


class Index(NamedTuple):
    """An index of the merged table.

    Attributes:
        name: its name; that of its constraint, if it has one.
        kind: ``constraint``, ``unique``, or nothing.
        definition: how it is made.
    """

    name: str
    kind: str
    definition: str


def require_of_rows(session: PostgresSession, table: str, incoming: str) -> None:
    """Let the empty table for a month require of each row what the merged table does."""
    for _, change in session.ask(sql("list_row_constraints"), {"table": session.table(table)}):
        session.change(sql("change_incoming", incoming=session.table(incoming), change=change))


def indexes_of(session: PostgresSession, table: str) -> list[Index]:
    """The indexes of the merged table, in the order in which they were made."""
    rows = session.ask(sql("list_index_definitions"), {"table": session.table(table)})
    return [Index(*map(str, row)) for row in rows]


def build_indexes(session: PostgresSession, table: str, incoming: str) -> None:
    """Build the indexes of the merged table on the rows of a month.

    Raises:
        WarehouseError: a unique one refuses rows.
    """
    for number, index in enumerate(indexes_of(session, table)):
        name = quoted(f"{incoming}_{number}")
        with named_violations(session, table, index.name):
            if index.kind == "constraint":
                _add_constraint(session, incoming, name, index.definition)
            else:
                session.change(
                    sql(
                        "create_incoming_index",
                        name=name,
                        incoming=session.table(incoming),
                        definition=index.definition,
                        unique=index.kind == "unique",
                    )
                )


def add_foreign_keys(session: PostgresSession, table: str, incoming: str) -> None:
    """Hold the rows of a month against the foreign keys of the merged table.

    Raises:
        WarehouseError: one refuses rows.
    """
    for name, definition in session.ask(sql("list_foreign_keys"), {"table": session.table(table)}):
        with named_violations(session, table, str(name)):
            _add_constraint(session, incoming, quoted(str(name)), str(definition))


@contextmanager
def named_violations(session: PostgresSession, table: str, name: str = "") -> Iterator[None]:
    """Say which constraint of the merged table rows do not meet, and how it is dropped.

    Args:
        session: a session of the database.
        table: the merged table.
        name: of the constraint; without one, the server's answer names it.

    Raises:
        WarehouseError: rows do not meet it.
    """
    try:
        yield
    except psycopg.IntegrityError as error:
        said, place = error.diag, f"{session.schema}.{quoted(table)}"
        name = name or said.constraint_name or ""
        if isinstance(error, psycopg.errors.NotNullViolation):
            column = quoted(said.column_name or "")
            what, drop = f"NOT NULL of column {column}", f"ALTER COLUMN {column} DROP NOT NULL"
        else:
            what, drop = f"constraint {name}", f"DROP CONSTRAINT {quoted(name)}"
        detail = f" ({said.message_detail})" if said.message_detail else ""
        raise WarehouseError(
            f"{place}: rows of the month do not meet the {what}, which somebody put on the table: "
            f"{said.message_primary}{detail}",
            f"drop it (ALTER TABLE {place} {drop}; an index without a constraint by DROP INDEX): "
            "the table holds the rows as they are published; the earlier rows are still there",
        ) from None


def _add_constraint(session: PostgresSession, incoming: str, name: str, definition: str) -> None:
    change = f"ADD CONSTRAINT {name} {definition}"
    session.change(sql("change_incoming", incoming=session.table(incoming), change=change))
