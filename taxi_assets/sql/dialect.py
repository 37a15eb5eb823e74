"""What tells the SQL of one database from that of another."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from taxi_assets.sql.identifiers import literal, quoted
from taxi_assets.trips.column import ColumnType


class RecordType(StrEnum):
    """The types of columns that the project's own record tables have."""

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
    """Expressions that each database writes in its own way, over columns given as SQL.

    Attributes:
        seconds_between: seconds from ``{start}`` to ``{end}``, as a whole number or a double.
        day: the date of ``{time}`` as text, ``2020-04-01``.
        hour_of_week: weekday (1 is Monday) and hour of ``{time}`` as text, ``1-07``.
        text_sum: sum of the first 60 bits of the MD5 of each text in ``{column}``.
        row_id_sum: sum of the first 60 bits of row ids, which are MD5s already; what is no MD5
            counts as none.
        time_sum: sum of the microseconds since 1970 of times, which are rounded to whole ones.
        integer_sum: sum of whole numbers.
        amount_sum: sum of doubles in millionths, each rounded; from nine trillion on they count
            as none.
    """

    seconds_between: str
    day: str
    hour_of_week: str
    text_sum: str
    row_id_sum: str
    time_sum: str
    integer_sum: str
    amount_sum: str


@dataclass(frozen=True)
class Dialect:
    """The SQL of one database.

    Attributes:
        name: of the database, in lower case.
        title: what people call it.
        parameter: how a bound value is written; ``{name}`` is its name.
        among: the condition that ``{column}`` is one of the texts in the bound list ``{values}``.
        types: the type of each column of trips.
        record_types: the type of each column of record tables.
        pipeline_types: for each of DuckDB's types, the type of the same values; DECIMAL of any
            size is under ``DECIMAL``.
        functions: expressions that differ.
        own_columns: columns that merged tables have here alone, behind ``filename``, by type.
        quote: writes a name as an identifier.
        literal: writes a text constant.
        lower_case: whether names of columns are in lower case, as the database folds what nobody
            quotes.
        doubles_percent: whether a percent sign must be written twice beside bound values.
    """

    name: str
    title: str
    parameter: str
    among: str
    types: Mapping[ColumnType, str] = field(repr=False)
    record_types: Mapping[RecordType, str] = field(repr=False)
    pipeline_types: Mapping[str, str] = field(repr=False)
    functions: Functions = field(repr=False)
    own_columns: Mapping[str, str] = field(default_factory=dict, repr=False)
    quote: Callable[[str], str] = field(default=quoted, repr=False)
    literal: Callable[[str], str] = field(default=literal, repr=False)
    lower_case: bool = False
    doubles_percent: bool = False

    def bound(self, name: str) -> str:
        """A bound value as the database's client takes it."""
        return self.parameter.format(name=name)

    def column_name(self, name: str) -> str:
        """A column's name as its tables have it."""
        return name.lower() if self.lower_case else name

    def identifier(self, name: str) -> str:
        """A column as an SQL identifier."""
        return self.quote(self.column_name(name))
