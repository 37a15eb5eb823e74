"""Which months a question is about, and which of these are loaded."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from contextlib import suppress
from itertools import chain

from taxi_assets.errors import InvalidMonthError
from taxi_assets.query.database import Database, Tables, ranges
from taxi_assets.sql.identifiers import literal, quoted
from taxi_assets.trips.datasets import DATASETS
from taxi_assets.trips.file import FileFormat, TripFile
from taxi_assets.trips.month import Month

Months = dict[str, set[Month]]
"""Months by taxi."""

_FILE = re.compile(r"(\w+)_tripdata_(\d{4}-\d{2})")
_DATE = re.compile(r"(\d{4}-\d{2})(-\d{2})?([ T].*)?")
_MIDNIGHT = re.compile(r"[ T]?[0:.]*Z?")


def months_named(sql: str, dialect: str) -> Months:
    """The months that a query names, in file names or in dates, for the taxis that it reads.

    From one date to another it is about all months between. A query that cannot be parsed names
    none: its database will refuse it.
    """
    import sqlglot
    from sqlglot import exp

    try:
        query = sqlglot.parse_one(sql, read=dialect)
    except (sqlglot.errors.SqlglotError, RecursionError):
        return {}
    read = {table.name.lower() for table in query.find_all(exp.Table)}
    taxis = [taxi for taxi, dataset in DATASETS.items() if dataset.table in read]
    months: Months = {taxi: set() for taxi in taxis}
    dates: set[Month] = set()
    for text in query.find_all(exp.Literal):
        for taxi, month in _FILE.findall(text.name):
            months.setdefault(taxi, set()).update(_parsed(month))
        if date := _DATE.fullmatch(text.name.strip("%_")):
            outer = text.parent if isinstance(text.parent, exp.Cast) else text
            # The first instant of a month that something lies before is not in question.
            is_end = isinstance(outer.parent, exp.LT) and outer.parent.expression is outer
            is_first = date[2] in (None, "-01") and _MIDNIGHT.fullmatch(date[3] or "")
            dates.update(m.plus(-1 if is_end and is_first else 0) for m in _parsed(date[1]))
    for taxi in taxis:
        if dates:
            months[taxi].update(min(dates).through(max(dates)))
    return {taxi: found for taxi, found in months.items() if found}


def joined(*several: Mapping[str, set[Month]]) -> Months:
    """All of these months."""
    months: Months = {}
    for taxi, found in chain.from_iterable(each.items() for each in several):
        months.setdefault(taxi, set()).update(found)
    return months


def missing(
    database: Database, tables: Tables, asked: Months, loaded: Mapping[str, Collection[Month]]
) -> Months:
    """The months that are asked about and of which there are no rows.

    What the ledger lacks is looked for in the table: rows may have been adopted from elsewhere.
    """
    lacking: Months = {}
    for taxi, months in asked.items():
        unknown = months.difference(loaded.get(taxi, ()))
        if unknown:
            lacking[taxi] = unknown - _unledgered(database, tables, taxi, unknown)
    return {taxi: months for taxi, months in lacking.items() if months}


def _unledgered(database: Database, tables: Tables, taxi: str, months: set[Month]) -> set[Month]:
    dataset = DATASETS.get(taxi)
    if dataset is None or dataset.table not in tables or database.is_billed:
        return set()
    files = {
        file.filename: month
        for month in months
        for file in TripFile(dataset, month, FileFormat.CSV).siblings
    }
    names = ", ".join(map(literal, files))
    table = quoted(dataset.table)
    sql = f"SELECT DISTINCT filename FROM {table} WHERE filename IN ({names})"  # noqa: S608 - quoted
    return {files[name] for (name,) in database.ask(sql, tables, len(files)).rows}


def in_words(months: Mapping[str, Collection[Month]]) -> str:
    """``green 2020-01 to 2020-12; yellow 2021-03``, or ``none``."""
    said = [f"{taxi} {ranges(list(found))}" for taxi, found in sorted(months.items()) if found]
    return "; ".join(said) or "none"


def _parsed(text: str) -> Iterator[Month]:
    with suppress(InvalidMonthError):
        yield Month.parse(text)
