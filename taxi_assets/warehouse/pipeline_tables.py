"""Tables that pipeline files make, in any warehouse.

New rows arrive in a staging table of their own, where they are tested. Then they are written in one
transaction: readers see either all old rows or all new ones.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

import duckdb
import pyarrow as pa

from taxi_assets.errors import InvalidFileError, WarehouseError
from taxi_assets.sql.dialect import Dialect
from taxi_assets.sql.statements import Statement, Statements
from taxi_assets.warehouse.session import Session

OWNER_COMMENT = "made by a pipeline of taxi_assets"
"""The comment on every table that a pipeline made. Tables without it are never changed."""

MONTH = "month"
"""The column of monthly tables: the first day of the month that a row was made for."""

Select = Callable[[Session], Statement]
"""Composes a query, without bound values, for a session of the warehouse."""

NewRows = pa.Table | Select
"""The rows to write, or the query in the warehouse that gives them."""


@dataclass(frozen=True)
class Write:
    """What becomes of the rows that are there, and which tests the new rows must pass.

    Attributes:
        mode: ``replace`` all rows; ``append`` to them; ``merge``: replace rows of the same key;
            ``month``: replace the rows of one month.
        key: the key of ``merge``.
        month: the month of ``month``.
        tests: conditions of the new rows, besides those of the key.
    """

    mode: Literal["replace", "append", "merge", "month"] = "replace"
    key: tuple[str, ...] = ()
    month: date | None = None
    tests: Sequence[RowTest] = ()

    @property
    def all_tests(self) -> list[RowTest]:
        """The tests, with those that a key needs."""
        if not self.key:
            return list(self.tests)
        own = [RowTest("not_null", self.key), RowTest("unique", self.key)]
        return [*own, *(test for test in self.tests if test not in own)]


REPLACE = Write()
"""Replace all rows, without tests."""


@dataclass(frozen=True)
class RowTest:
    """A test of new rows.

    Attributes:
        kind: ``not_null``: no column has NULLs; ``unique``: no two rows have the same values in
            these columns; ``min_rows``: there are at least so many rows.
        columns: the columns of the test.
        least: the number of rows of ``min_rows``.
    """

    kind: Literal["not_null", "unique", "min_rows"]
    columns: tuple[str, ...] = ()
    least: int = 0

    @property
    def name(self) -> str:
        """Its name among the asset's checks."""
        return "_".join([self.kind, *self.columns]).lower()


class TestsFailedError(InvalidFileError):
    """New rows failed tests. Nothing was written.

    Args:
        table: the table that the rows were for.
        reasons: why each failed test failed, by its name.
    """

    __test__ = False  # It is no test of pytest's.

    def __init__(self, table: str, reasons: Mapping[str, str]) -> None:
        super().__init__(
            f"the new rows of {table} fail {len(reasons)} of their tests: "
            + "; ".join(f"{name}: {reason}" for name, reason in reasons.items()),
            "correct the rows at their source, the query or the test; the table is as it was",
        )
        self.reasons = reasons


@dataclass(frozen=True)
class Incoming:
    """New rows in their staging table.

    Attributes:
        name: the table that they are for.
        place: the staging table, quoted for SQL.
        columns: name and SQL type of each column, in order.
    """

    name: str
    place: str
    columns: Mapping[str, str] = field(repr=False)


def tested_rows(session: Session, incoming: Incoming, how: Write) -> int:
    """Test the new rows; return their number.

    Raises:
        TestsFailedError: they fail tests.
        WarehouseError: a test names a column that they do not have.
    """
    sql, quote = Statements(__package__, session.dialect), session.dialect.quote
    place = incoming.place
    rows = _number(session, sql("count_incoming", incoming=place))
    reasons = {}
    for test in how.all_tests:
        if unknown := [name for name in test.columns if name not in incoming.columns]:
            raise WarehouseError(
                f"{test.kind} of {incoming.name} names {unknown[0]}, which is no column; there "
                f"are {', '.join(incoming.columns)}",
                "correct the pipeline file: Postgres has the names of a query in lower case",
            )
        columns = list(map(quote, test.columns))
        if test.kind == "min_rows" and rows < test.least:
            reasons[test.name] = f"there are {rows:,}, not {test.least:,}"
        if test.kind == "not_null":
            nulls = _number(session, sql("count_nulls", incoming=place, columns=columns))
            if nulls:
                reasons[test.name] = f"{nulls:,} rows have NULL"
        if test.kind == "unique":
            repeated = _number(session, sql("count_repeated", incoming=place, columns=columns))
            if repeated:
                reasons[test.name] = f"{repeated:,} values are in several rows"
    if reasons:
        raise TestsFailedError(incoming.name, reasons)
    return rows


def changes(session: Session, incoming: Incoming, how: Write) -> list[Statement]:
    """The statements that write the new rows, for one transaction."""
    sql, quote = Statements(__package__, session.dialect), session.dialect.quote
    table, place = session.table(incoming.name), incoming.place
    columns = list(map(quote, incoming.columns))
    insert = sql("insert_rows", table=table, incoming=place, columns=columns)
    match how.mode:
        case "append":
            return [insert]
        case "merge":
            same = " AND ".join(f"arriving.{key} = present.{key}" for key in map(quote, how.key))
            return [sql("delete_keys", table=table, incoming=place, match=same), insert]
        case "month":
            condition = f"{quote(MONTH)} = DATE '{how.month}'"
        case "replace":
            condition = "true"
    return [sql("delete_rows", table=table, condition=condition), insert]


def must_recreate(
    incoming: Incoming, present: Sequence[tuple[str, str]], how: Write, title: str
) -> bool:
    """Whether the table has to be created, or created anew.

    Args:
        incoming: the new rows.
        present: name and type of the columns that the table has; empty if there is no table.
        how: what becomes of the rows that are there.
        title: the table's name for errors.

    Raises:
        WarehouseError: the table has other columns, and rows that are to stay.
    """
    if list(present) == list(incoming.columns.items()):
        return False
    if present and how.mode != "replace":
        raise WarehouseError(
            f"{title} has the columns {_listed(present)}, and the new rows have "
            f"{_listed(incoming.columns.items())}: rows that are there would be lost",
            "give the pipeline's table another name, or rename or drop this one",
        )
    return True


def made_by_others(name: str) -> WarehouseError:
    """The error for a table or view that no pipeline made."""
    return WarehouseError(
        f"there is a table or view {name} that no pipeline made: it is not replaced",
        "rename or drop it, or give the pipeline's table another name",
    )


def query_error(title: str, error: Exception) -> WarehouseError:
    """The error for a query that the database does not run."""
    why = " ".join(str(error).split())[:400]
    return WarehouseError(
        f"{title} does not run the query: {why}", "correct the query; nothing was written"
    )


def sql_types(rows: pa.Table, dialect: Dialect) -> dict[str, str]:
    """The SQL type of each column, by its name.

    Raises:
        WarehouseError: a column has a type that not every warehouse has.
    """
    types = duckdb.from_arrow(rows).types
    named = dict(zip(rows.column_names, (str(t).partition("(")[0] for t in types), strict=True))
    for name, type_ in named.items():
        if type_ not in dialect.pipeline_types:
            raise WarehouseError(
                f"the column {name} is {type_}, which {dialect.title} does not have here",
                f"cast it to one of {', '.join(dialect.pipeline_types)}, or leave it out",
            )
    return {name: dialect.pipeline_types[type_] for name, type_ in named.items()}


def _number(session: Session, statement: Statement) -> int:
    return int(str(session.ask(statement)[0][0]))


def _listed(columns: object) -> str:
    return ", ".join(f"{name} {type_}" for name, type_ in columns)  # type: ignore[attr-defined]
