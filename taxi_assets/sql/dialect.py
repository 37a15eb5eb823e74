"""The differences between the SQL of the databases, as data."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from taxi_assets.sql.identifiers import literal, quoted
from taxi_assets.trips.column import ColumnType


class RecordType(StrEnum):
    """The types of columns in the project's own record tables."""

    TEXT = "text"
    COUNT = "count"
    """A whole number of 64 bits."""
    WHOLE = "whole"
    """A whole number of up to 38 digits."""
    AMOUNT = "amount"
    """A double-precision float."""
    TIME = "time"
    """A time in UTC, to the microsecond."""


@dataclass(frozen=True)
class Functions:
    """Templates of SQL expressions that differ between databases. Columns are filled in as SQL.

    Attributes:
        seconds_between: seconds from ``{start}`` to ``{end}``, as a whole number or a double.
        day: the date of ``{time}`` as text, ``2020-04-01``.
        hour_of_week: weekday (1 is Monday) and hour of ``{time}`` as text, ``1-07``.
        texts: for each column type, the text of ``{column}`` as Postgres writes it.
        framed: the text in ``{column}`` with its length in characters and a colon before it.
        without_bars: ``{text}`` without the ``|`` at its end.
        md5: the MD5 of ``{text}`` in hex.
        hash_sum: sum of the first 60 bits of the MD5 of each ``{text}``.
        engine_values: for each column type, what of ``{column}`` the database's own hash of rows
            takes, so that it tells all values apart; empty if no such hash is used.
        engine_sum: sum of these hashes over all rows, of ``{values}``.
    """

    seconds_between: str
    day: str
    hour_of_week: str
    texts: Mapping[ColumnType, str]
    framed: str
    md5: str
    hash_sum: str
    without_bars: str = "rtrim({text}, '|')"
    engine_values: Mapping[ColumnType, str] = field(default_factory=dict)
    engine_sum: str = ""


@dataclass(frozen=True)
class Dialect:
    """The SQL of one database.

    Attributes:
        name: name of the database, in lower case.
        title: its name for people.
        parameter: the placeholder of a bound value; ``{name}`` stands for its name.
        among: the condition that ``{column}`` is one of the texts in the bound list ``{values}``.
        types: the SQL type of each column type of trips.
        record_types: the SQL type of each column type of record tables.
        pipeline_types: for each of DuckDB's types, the SQL type for the same values; DECIMAL of
            any size is under ``DECIMAL``.
        functions: expressions that differ.
        table_comment: a statement that gives ``{table}`` the text ``{comment}``.
        own_columns: name and type of columns that merged tables have only in this database; they
            follow ``filename``.
        quote: turns a name into an SQL identifier.
        literal: turns a text into an SQL constant.
        lower_case: whether column names are in lower case, because the database turns unquoted
            names into lower case.
        doubles_percent: whether a percent sign must be doubled in statements with bound values.
        guards_deletes: whether a DELETE of no row still keeps other transactions from changing
            the table, so that it only runs where there is a row; scripts must have ``IF``.
    """

    name: str
    title: str
    parameter: str
    among: str
    types: Mapping[ColumnType, str] = field(repr=False)
    record_types: Mapping[RecordType, str] = field(repr=False)
    pipeline_types: Mapping[str, str] = field(repr=False)
    functions: Functions = field(repr=False)
    table_comment: str = "COMMENT ON TABLE {table} IS {comment}"
    own_columns: Mapping[str, str] = field(default_factory=dict, repr=False)
    quote: Callable[[str], str] = field(default=quoted, repr=False)
    literal: Callable[[str], str] = field(default=literal, repr=False)
    lower_case: bool = False
    doubles_percent: bool = False
    guards_deletes: bool = False

    def bound(self, name: str) -> str:
        """The placeholder of a bound value, for the database's client."""
        return self.parameter.format(name=name)

    def constant(self, value: object) -> str:
        """A text, a date, or a list of these, as an SQL constant."""
        if isinstance(value, str):
            return self.literal(value)
        if isinstance(value, date):
            return f"DATE '{value}'"
        assert isinstance(value, list), f"{value!r} is no constant"
        return f"ARRAY[{', '.join(map(self.constant, value))}]"

    def column_name(self, name: str) -> str:
        """A column's name in this database's tables."""
        return name.lower() if self.lower_case else name

    def identifier(self, name: str) -> str:
        """A column as an SQL identifier."""
        return self.quote(self.column_name(name))
