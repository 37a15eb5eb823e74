"""Judges a query that somebody else wrote: one SELECT that reads tables and does nothing else.

A database has functions that read files, sleep, change settings or hold locks. So a statement is
parsed, may call only functions that SQL's dialects share and others that are known to be harmless,
and is written anew from what was parsed: what was judged is what is run. The parser is imported
only when there is something to judge.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from taxi_assets.sql.harmless_functions import gives_rows, is_harmless

_PREFIXES = ("0x", "0o", "0b")

_PLACE = "\ue002{number}"
"""Stands for a table while a query is written. No query has this character."""


@dataclass(frozen=True)
class TableRead:
    """A table that a query reads.

    Attributes:
        name: its name.
        schema: its schema as written; empty without one.
        catalog: its database as written; empty without one.
        text: as the query has it.
        place: its schema and name as the database compares them.
    """

    name: str
    schema: str
    catalog: str
    text: str
    place: tuple[str, str]


class SelectOnly:
    """A query that only reads."""

    def __init__(self, sql: str, dialect: str) -> None:
        """Parse the query.

        Args:
            sql: what somebody wrote.
            dialect: as sqlglot calls it.

        Raises:
            ValueError: it is no single SELECT, or calls something that may do more than read.
        """
        import sqlglot
        from sqlglot import exp

        try:
            _require_known_numbers(sql, dialect)
            statements = sqlglot.parse(sql, read=dialect)
        except (sqlglot.ParseError, sqlglot.TokenError, RecursionError) as error:
            said = str(error).replace("\x1b[4m", "").replace("\x1b[0m", "")  # underlined
            raise ValueError(" ".join(said.split())) from None
        if len(statements) == 1 and isinstance(statements[0], exp.Pivot):
            statements = [exp.select("*").from_(exp.Subquery(this=statements[0]))]
        if len(statements) != 1 or not isinstance(statements[0], exp.Query):
            raise ValueError("it must be one SELECT statement")
        self.dialect, self._query = dialect, statements[0]
        if dialect == "postgres" and self._query.find(exp.Pivot):
            raise ValueError(
                "Postgres has no PIVOT: write sum(x) FILTER (WHERE y = 'a') AS a for each column"
            )
        changing = (
            *(exp.DML, exp.DDL, exp.Into, exp.Lock, exp.Command, exp.Parameter, exp.Placeholder),
            *(exp.ReadCSV, exp.ReadParquet),
        )
        for node in self._query.walk():
            if isinstance(node, changing) and not isinstance(node, exp.Query):
                raise ValueError(f"{node.sql(dialect=dialect)} does more than read tables")
        for function in self._query.find_all(exp.Anonymous):
            place = (exp.Table, exp.Lateral, exp.From, exp.Join)
            judge = gives_rows if isinstance(function.parent, place) else is_harmless
            is_known = judge(function.name, dialect)
            if not is_known or isinstance(function.parent, exp.Dot):
                raise ValueError(f"the function {function.name} may not be called")
        self._tables = list(_tables(self._query, dialect))

    @property
    def tables(self) -> list[TableRead]:
        """The tables that it reads, in order; not its own parts (WITH)."""
        return [
            TableRead(
                table.name,
                table.db,
                table.catalog,
                table.sql(dialect=self.dialect),
                (
                    _compared(table.args.get("db"), self.dialect),
                    _compared(table.this, self.dialect),
                ),
            )
            for table in self._tables
        ]

    @property
    def columns(self) -> list[str]:
        """The names of its columns, as far as they stand in it."""
        return [name for name in self._query.named_selects if name != "*"]

    def text(self) -> str:
        """The query, written anew."""
        return str(self._query.sql(dialect=self.dialect, comments=False))

    def reading(self, place: Callable[[str], str], quote: Callable[[str], str]) -> str:
        """The query, written anew, with something else in the place of each table.

        Args:
            place: SQL for a table of that name: another name, or a query in parentheses.
            quote: turns a name into an identifier of the dialect.
        """
        from sqlglot import exp

        query = self._query.copy()
        names = []
        for number, table in enumerate(list(_tables(query, self.dialect))):
            names.append(table.name)
            if not table.alias:
                table.set("alias", exp.TableAlias(this=exp.to_identifier(table.name)))
            table.set("this", exp.to_identifier(_PLACE.format(number=number), quoted=True))
            table.set("db", None)
        text = str(query.sql(dialect=self.dialect, comments=False))
        # From the last one on: the first ones are the beginnings of others.
        for number in reversed(range(len(names))):
            text = text.replace(quote(_PLACE.format(number=number)), place(names[number]))
        return text


def _require_known_numbers(sql: str, dialect: str) -> None:
    """Refuse numbers that the parser reads in another way than Postgres: ``1_000`` and ``0x1F``."""
    import sqlglot

    tokens = sqlglot.tokenize(sql, read=dialect)
    for token, following in pairwise(tokens):
        is_cut = token.token_type.name == "NUMBER" and following.token_type.name == "VAR"
        if is_cut and following.start == token.end + 1:
            raise ValueError(f"{token.text}{following.text} is no number: write its digits alone")
    for token in tokens:
        if dialect == "postgres" and sql[token.start : token.start + 2].lower() in _PREFIXES:
            raise ValueError(f"{sql[token.start : token.end + 1]}: write the number in decimals")


def _tables(query: Any, dialect: str) -> Iterator[Any]:
    from sqlglot import exp

    series = (exp.GenerateSeries, exp.GenerateDateArray, exp.GenerateTimestampArray)
    for table in query.find_all(exp.Table):
        if isinstance(table.this, series):
            continue
        if isinstance(table.this, exp.Anonymous) and not table.db:
            continue  # one that gives rows, and was judged
        if isinstance(table.this, exp.Func):
            raise ValueError(f"{table.sql()} is no table")
        if table.db or not _is_own(table, dialect):
            yield table


def _is_own(table: Any, dialect: str) -> bool:
    """Whether a name without a schema is that of a part of the query (WITH) which is seen there.

    A part sees those before it, and itself only behind the UNION of a recursive one: ``WITH a AS
    (SELECT * FROM a)`` reads a table.
    """
    from sqlglot import exp

    name = _compared(table.this, dialect)
    inner, outer = table, table.parent
    behind_union = []
    while outer is not None:
        if isinstance(outer, exp.SetOperation) and inner is outer.expression:
            behind_union.append(outer)
        if isinstance(outer, exp.With):
            place = next(n for n, part in enumerate(outer.expressions) if part is inner)
            is_recursive = outer.recursive and any(inner.this is each for each in behind_union)
            seen = outer.expressions[: place + is_recursive]
        else:
            parts = outer.args.get("with_")
            seen = parts.expressions if parts is not None and parts is not inner else []
        if any(_compared(part.args["alias"].this, dialect) == name for part in seen):
            return True
        inner, outer = outer, outer.parent
    return False


def _compared(identifier: Any, dialect: str) -> str:
    """A name as the database compares it: Postgres tells quoted names apart by their capitals."""
    if identifier is None:
        return ""
    name = str(identifier.name)
    return name if dialect == "postgres" and identifier.args.get("quoted") else name.lower()
