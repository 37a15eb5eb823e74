"""One column of a dataset: its meaning, and its place in the published files."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from taxi_assets.trips.month import Month

FIRST_PARQUET_MONTH = Month(2009, 1)
"""The first month that TLC publishes as Parquet for any taxi."""


_PANDAS_INDEX = re.compile(r"__index_level_\d+__")


def is_pandas_index(name: str) -> bool:
    """Whether a Parquet column is a row index that pandas added to the data.

    TLC's yellow 2010-02 and 2010-03 have one. It contains nothing about trips.
    """
    return _PANDAS_INDEX.fullmatch(name) is not None


class ColumnType(StrEnum):
    """The types that published columns have; each warehouse and parser maps all of them."""

    CODE = "code"
    """A whole number that identifies something (a zone, a vendor). It is stored as text, such as
    ``132``. If a Parquet file has text instead (letters of a vendor), the text is kept."""
    TEXT = "text"
    """Short text."""
    TIMESTAMP = "timestamp"
    """Local time of New York, without a zone, to the microsecond at most."""
    INTEGER = "integer"
    """A whole number that is counted or compared, 32 bits."""
    DOUBLE = "double"
    """An amount: US dollars, miles or degrees, as a double-precision float."""


@dataclass(frozen=True)
class Column:
    """A column. It is declared once; DDL, casts, header checks and docs are derived from it.

    Attributes:
        name: its name in the tables and in the CSV header.
        type: how its values are read and stored.
        description: its meaning in a sentence, with the unit.
        csv_position: its place in the CSV, from 0; None if the CSV lacks it.
        parquet_names: its names in the Parquet files of all years, newest first; the names
            are matched without regard to case.
        nullable: whether a published row may leave it empty.
        parquet_from: the first month whose Parquet file must have it; None if no file must.
        parquet_until: the last month whose Parquet file must have it; None if there is no last
            one.
        letters: whether a code may also consist of letters, as in some years.
        spellings: for texts that some years have in place of the code, in lower case, the code.
    """

    name: str
    type: ColumnType
    description: str
    csv_position: int | None
    parquet_names: tuple[str, ...]
    nullable: bool = True
    parquet_from: Month | None = FIRST_PARQUET_MONTH
    parquet_until: Month | None = None
    letters: bool = False
    spellings: Mapping[str, str] = field(default_factory=dict)

    def required_in_parquet(self, month: Month) -> bool:
        """Whether that month's Parquet file must have the column."""
        if self.parquet_from is None or month < self.parquet_from:
            return False
        return self.parquet_until is None or month <= self.parquet_until
