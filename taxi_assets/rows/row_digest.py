"""The digest of a month's rows: the same rows have the same digest in every database.

Each row is written as a text, its MD5 is taken, and the first 60 bits of all rows' MD5s are added
up, modulo 2^64. So the order of rows does not matter, and rows that are there twice count twice.

The text of a row is its id and then the values of all columns in their declared order, with ``|``
before each and no ``|`` at the end. NULL is nothing. A text or code has its length and a colon
before it. Whole numbers, amounts and times are written as Postgres writes them: ``-1``, ``2.5``,
``2020-04-01 00:44:02``.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from taxi_assets.sql.dialect import Dialect
from taxi_assets.trips.column import Column, ColumnType
from taxi_assets.trips.dataset import Dataset

READER = 1
"""Version of the rules by which a file's bytes become rows. It changes if the same bytes may give
other rows than before; then digests that were noted before are not compared."""


@dataclass(frozen=True)
class Digests:
    """The digests of a month's rows, as far as they are known.

    Attributes:
        digest: the digest that is the same in every database; None if it is not known.
        engine: name and version of the database whose own hash the other one is by, and the number
            of columns that it is over; empty if there is none.
        by_engine: the digest by that hash.
    """

    digest: str | None = None
    engine: str = ""
    by_engine: str = ""

    @property
    def engine_text(self) -> str | None:
        """The digest by the database's own hash behind its version; None if there is none."""
        return f"{self.engine} {self.by_engine}" if self.engine else None

    def pair(self, other: Digests) -> tuple[str, str] | None:
        """A digest of these rows and one of others, of one kind: by preference two that differ.

        None if no digest of both is of one kind.
        """
        pairs = []
        if self.digest is not None and other.digest is not None:
            pairs.append((self.digest, other.digest))
        if self.engine and self.engine == other.engine:
            pairs.append((self.by_engine, other.by_engine))
        return next((p for p in pairs if p[0] != p[1]), pairs[0] if pairs else None)

    def conflict(self, other: Digests) -> bool | None:
        """Whether the rows differ from others; None if no digest of both is of one kind."""
        pair = self.pair(other)
        return None if pair is None else pair[0] != pair[1]


_FRAMED = (ColumnType.CODE, ColumnType.TEXT)
_MODULUS = 2**64


def id_of(dataset: Dataset, dialect: Dialect, texts: Mapping[str, str]) -> str:
    """SQL: the id of a row whose columns have these texts, by name."""
    joined = ", ".join(texts[name] for name in dataset.row_id_key)
    return dialect.functions.md5.format(text=f"concat({joined})")


def column_texts(
    dataset: Dataset, dialect: Dialect, missing: Collection[str] = ()
) -> dict[str, str]:
    """SQL: the text of each column, by its name.

    Args:
        dataset: the dataset of the rows.
        dialect: the dialect of the database.
        missing: columns that the table does not have yet, as the database names them.
    """
    return {
        column.name: dialect.functions.texts[column.type].format(
            column=dialect.identifier(column.name)
        )
        for column in dataset.columns
        if dialect.column_name(column.name) not in missing
    }


def row_text(dataset: Dataset, dialect: Dialect, identity: str, texts: Mapping[str, str]) -> str:
    """SQL: the text of a row.

    Args:
        dataset: the dataset of the rows.
        dialect: the dialect of the database.
        identity: the row's id, as SQL.
        texts: the text of each column, by its name; columns without one are NULL in every row.
    """

    def part(column: Column) -> str:
        text = texts.get(column.name)
        if text is None:
            return ""
        if column.type in _FRAMED:
            text = dialect.functions.framed.format(column=dialect.identifier(column.name))
        return f", {text}"

    parts = "".join(f", '|'{part(column)}" for column in dataset.columns)
    return dialect.functions.without_bars.format(text=f"concat({identity}{parts})")


def digest_sum(dataset: Dataset, dialect: Dialect, missing: Collection[str] = ()) -> str:
    """SQL: the sum from which `as_digest` makes the digest."""
    texts = column_texts(dataset, dialect, missing)
    text = row_text(dataset, dialect, dialect.identifier("unique_row_id"), texts)
    return dialect.functions.hash_sum.format(text=text)


def engine_label(version: str, columns: int) -> str:
    """The `Digests.engine` of a database of that name and version, over so many columns."""
    return f"{version}/{columns}"


def engine_sum(dataset: Dataset, dialect: Dialect, columns: int, missing: Collection[str]) -> str:
    """SQL: the sum of the database's own hashes of the rows, from which `as_digest` makes a digest.

    Args:
        dataset: the dataset of the rows.
        dialect: the dialect of the database.
        columns: how many of the declared columns are hashed. The others were declared after the
            month was loaded; their values are counted, for there are none.
        missing: columns that the table does not have yet, as the database names them.
    """
    values = dialect.functions.engine_values
    there = [c for c in dataset.columns if dialect.column_name(c.name) not in missing]
    hashed = [values[ColumnType.TEXT].format(column=dialect.identifier("unique_row_id"))]
    hashed += [values[c.type].format(column=dialect.identifier(c.name)) for c in there[:columns]]
    counts = [f" + count({dialect.identifier(c.name)})" for c in there[columns:]]
    return dialect.functions.engine_sum.format(values=", ".join(hashed)) + "".join(counts)


def as_digest(total: int) -> str:
    """The digest, in hex, by the sum of the rows' hashes."""
    return f"{total % _MODULUS:016x}"
