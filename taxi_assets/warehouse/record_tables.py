"""Record tables: the project's own tables beside the trips, declared once as dataclasses.

A record's fields are the columns of its table, in every warehouse. SQL is generated from them. The
comment of a table ends with the version of its schema.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping, Sequence
from dataclasses import MISSING, dataclass, fields
from datetime import datetime
from functools import cached_property
from typing import Any, Generic, TypeVar, get_type_hints

from taxi_assets.errors import WarehouseError
from taxi_assets.sql.dialect import Dialect, RecordType
from taxi_assets.sql.statements import Statement, Statements, bound
from taxi_assets.warehouse.taken_names import taken_by_others

_TYPES: dict[object, tuple[RecordType, bool]] = {
    str: (RecordType.TEXT, False),
    int: (RecordType.COUNT, False),
    float: (RecordType.AMOUNT, False),
    datetime: (RecordType.TIME, False),
    str | None: (RecordType.TEXT, True),
    int | None: (RecordType.COUNT, True),
    float | None: (RecordType.AMOUNT, True),
    datetime | None: (RecordType.TIME, True),
}

_VERSION = re.compile(r"Schema version (\d+)\.$")

Record = TypeVar("Record")


def recorded(description: str, type_: RecordType | None = None, default: object = MISSING) -> Any:
    """A field of a record.

    Args:
        description: its meaning.
        type_: its type in the tables, if it does not follow from the type in Python.
        default: its value if a table lacks the column, because the column was declared after the
            table was made. A column with a default may be NULL.
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
        key: the columns that identify a row.
        description: what it holds.
        version: of its schema. A change that an older edition must not pass over raises it; a new
            column that may be NULL does not.
    """

    name: str
    record: type[Record]
    key: tuple[str, ...]
    description: str
    version: int = 1

    @property
    def comment(self) -> str:
        """The table's comment in a database."""
        return f"{self.description} Schema version {self.version}."

    def require_known(self, table: str, comment: str) -> int:
        """The version of a table that is there; 1 if its comment says none, as in early editions.

        Args:
            table: the table's name, for the error.
            comment: the table's comment.

        Raises:
            WarehouseError: a later edition made it.
        """
        stamped = _VERSION.search(comment)
        version = int(stamped[1]) if stamped else 1
        if version > self.version:
            raise WarehouseError(
                f"{table} has schema version {version}, which a later edition of taxi_assets made; "
                f"this one knows versions up to {self.version}. Nothing was read or changed",
                "run the later edition again; or restore the back-up of before the upgrade "
                "(docs/deploy.md#upgrade)",
            )
        return version

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

    def creation(self, table: str, dialect: Dialect) -> list[Statement]:
        """The statements that create the table in databases that have primary keys."""
        creation = Statements(__package__, dialect)(
            "create_records",
            table=table,
            definitions=[self.definition(column, dialect) for column in self.columns],
            key=list(map(dialect.identifier, self.key)),
        )
        return [creation, self._stamp(table, dialect)]

    def upgrade(
        self, table: str, present: Mapping[str, bool], comment: str, dialect: Dialect
    ) -> list[Statement]:
        """The statements that upgrade an older table: add columns, allow NULLs, say the version.

        Args:
            table: the table's name, quoted for SQL.
            present: for each column that the table has, whether it may be NULL.
            comment: the table's comment.
            dialect: the dialect of the database.

        Raises:
            WarehouseError: it is somebody else's table, since it lacks the key; or one of a later
                edition.
        """
        if missing := [name for name in self.key if name not in present]:
            raise taken_by_others(table, f"it lacks the columns {', '.join(missing)}")
        changes = []
        for column in self.columns:
            if column.name not in present:
                changes.append(f"ADD COLUMN {self.definition(column, dialect)}")
            elif column.nullable and not present[column.name]:
                changes.append(f"ALTER COLUMN {dialect.identifier(column.name)} DROP NOT NULL")
        sql = Statements(__package__, dialect)
        statements = [sql("alter_records", table=table, change=change) for change in changes]
        if self.require_known(table, comment) < self.version:
            statements.append(self._stamp(table, dialect))
        return statements

    def _stamp(self, table: str, dialect: Dialect) -> Statement:
        comment = dialect.literal(self.comment)
        return Statement(dialect.table_comment.format(table=table, comment=comment), dialect)

    def insertion(self, table: str, rows: int, dialect: Dialect) -> Statement:
        """An INSERT of some rows; `bound_values` gives the values to bind."""
        tuples = [
            f"({', '.join(bound(f'{column.name}_{row}') for column in self.columns)})"
            for row in range(rows)
        ]
        names = [dialect.identifier(column.name) for column in self.columns]
        sql = Statements(__package__, dialect)
        return sql("insert_records", table=table, columns=names, rows=tuples)


def bound_values(records: Sequence[Any]) -> dict[str, Any]:
    """The values of the records, by the names that `insertion` binds."""
    return {
        f"{field.name}_{row}": getattr(record, field.name)
        for row, record in enumerate(records)
        for field in fields(record)
    }
