"""Record tables: what the project writes down beside the trips, declared once as dataclasses.

A record's fields are the columns of its table, in every warehouse. Statements are made from them.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import MISSING, dataclass, fields
from datetime import datetime
from functools import cached_property
from typing import Any, Generic, TypeVar, get_type_hints

from taxi_assets.sql.dialect import Dialect, RecordType
from taxi_assets.sql.statements import Statement, Statements, bound

_TYPES: dict[object, tuple[RecordType, bool]] = {
    str: (RecordType.TEXT, False),
    int: (RecordType.COUNT, False),
    float: (RecordType.AMOUNT, False),
    datetime: (RecordType.TIME, False),
    str | None: (RecordType.TEXT, True),
    int | None: (RecordType.COUNT, True),
    float | None: (RecordType.AMOUNT, True),
}

Record = TypeVar("Record")


def recorded(description: str, type_: RecordType | None = None, default: object = MISSING) -> Any:
    """A field of a record.

    Args:
        description: what it means.
        type_: its type in the tables, where Python's does not tell.
        default: its value where a table lacks the column: it was declared after the table was
            made. Such a column may be NULL.
    """
    metadata = {"description": description, "type": type_}
    if default is MISSING:
        return dataclasses.field(metadata=metadata)
    return dataclasses.field(metadata=metadata, default=default)


@dataclass(frozen=True)
class RecordColumn:
    """A column of a record table."""

    name: str
    type: RecordType
    nullable: bool
    description: str


@dataclass(frozen=True)
class RecordTable(Generic[Record]):
    """A table of records.

    Attributes:
        name: of the table, in every warehouse.
        record: the dataclass of a row.
        key: the columns that tell its rows apart.
        description: what it holds.
    """

    name: str
    record: type[Record]
    key: tuple[str, ...]
    description: str

    @cached_property
    def columns(self) -> tuple[RecordColumn, ...]:
        """Its columns, in order."""
        hints = get_type_hints(self.record)
        found = []
        for field in fields(self.record):  # type: ignore[arg-type] # any dataclass
            type_, nullable = _TYPES[hints[field.name]]
            found.append(
                RecordColumn(
                    field.name,
                    field.metadata["type"] or type_,
                    nullable or field.default is not MISSING,
                    field.metadata["description"],
                )
            )
        return tuple(found)

    def definition(self, column: RecordColumn, dialect: Dialect) -> str:
        """A column for a CREATE TABLE or an ADD COLUMN."""
        null = "" if column.nullable else " NOT NULL"
        return f"{dialect.identifier(column.name)} {dialect.record_types[column.type]}{null}"

    def creation(self, table: str, dialect: Dialect) -> Statement:
        """The CREATE TABLE of databases that keep a primary key."""
        return Statements(__package__, dialect)(
            "create_records",
            table=table,
            definitions=[self.definition(column, dialect) for column in self.columns],
            key=list(map(dialect.identifier, self.key)),
        )

    def upgrade(self, table: str, present: Mapping[str, bool], dialect: Dialect) -> list[Statement]:
        """What brings an older table up to date: columns declared since, and NULLs allowed since.

        Args:
            table: as SQL names it.
            present: whether each column that it has may be NULL.
            dialect: of the database.
        """
        changes = []
        for column in self.columns:
            if column.name not in present:
                changes.append(f"ADD COLUMN {self.definition(column, dialect)}")
            elif column.nullable and not present[column.name]:
                changes.append(f"ALTER COLUMN {dialect.identifier(column.name)} DROP NOT NULL")
        sql = Statements(__package__, dialect)
        return [sql("alter_records", table=table, change=change) for change in changes]

    def insertion(self, table: str, rows: int, dialect: Dialect) -> Statement:
        """An INSERT of some rows, whose values are bound as `bound_values` names them."""
        tuples = [
            f"({', '.join(bound(f'{column.name}_{row}') for column in self.columns)})"
            for row in range(rows)
        ]
        names = [dialect.identifier(column.name) for column in self.columns]
        sql = Statements(__package__, dialect)
        return sql("insert_records", table=table, columns=names, rows=tuples)


def bound_values(records: Sequence[Any]) -> dict[str, Any]:
    """The values of these records for an INSERT of as many rows."""
    return {
        f"{field.name}_{row}": getattr(record, field.name)
        for row, record in enumerate(records)
        for field in fields(record)
    }
