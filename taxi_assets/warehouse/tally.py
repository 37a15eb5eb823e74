"""A month's tally: counts and sums over its rows. The same rows have the same tally everywhere.

Each database computes it in one pass, so rows can be compared without moving them. All sums are
of whole numbers, so the order of rows does not matter. If one value changes, the tally changes; if
two values of one column change places, it does not.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from itertools import islice

from taxi_assets.sql.dialect import Dialect, RecordType
from taxi_assets.trips.column import ColumnType
from taxi_assets.trips.dataset import Dataset
from taxi_assets.warehouse.oddities import oddities_of
from taxi_assets.warehouse.record_tables import RecordTable, recorded


@dataclass(frozen=True)
class TallyFigure:
    """One figure of a month, as it was when the month was loaded."""

    filename: str = recorded("The file, as the column filename of the month's rows says.")
    figure: str = recorded("What was counted or summed.")
    value: int = recorded("The count, or the sum of whole numbers.", RecordType.WHOLE)


TALLIES = RecordTable(
    "tripdata_tallies",
    TallyFigure,
    ("filename", "figure"),
    "What the rows of each month were when it was loaded, written with them.",
)

Tally = Mapping[str, int]
"""Each figure by its name: ``rows``; ``<column>: values`` and ``<column>: sum``; each oddity.

Integers are summed as they are; amounts in millionths, rounded (amounts of nine trillion and more
are left out); times in microseconds since 1970; texts by the first 60 bits of their MD5; row ids,
which are MD5s themselves, by their first 60 bits.
"""

ROWS = "rows"

_SHOWN = 4


def sum_of(column: str) -> str:
    """Name of the figure that is the sum of a column."""
    return f"{column}: sum"


def values_of(column: str) -> str:
    """Name of the figure that is the count of a column's values."""
    return f"{column}: values"


def tally_expressions(
    dataset: Dataset, dialect: Dialect, missing: Collection[str] = ()
) -> dict[str, str]:
    """The SQL expression of each figure of the dataset's months.

    Args:
        dataset: the dataset of the months.
        dialect: the dialect of the database.
        missing: declared columns that the table does not have yet, as the database names them.
            They are NULL in every row.
    """
    sums = _sums(dialect)
    columns = {"unique_row_id": dialect.functions.row_id_sum} | {
        column.name: sums[column.type] for column in dataset.columns
    }
    expressions = {ROWS: "count(*)"}
    for name, total in columns.items():
        if dialect.column_name(name) in missing:
            expressions |= {values_of(name): "0", sum_of(name): "0"}
            continue
        column = dialect.identifier(name)
        expressions[values_of(name)] = f"count({column})"
        expressions[sum_of(name)] = f"coalesce({total.format(column=column)}, 0)"
    for oddity in oddities_of(dataset):
        condition = oddity.condition(dataset, dialect.identifier)
        expressions[oddity.name] = f"count(CASE WHEN {condition} THEN 1 END)"
    return expressions


def _sums(dialect: Dialect) -> dict[ColumnType, str]:
    functions = dialect.functions
    return {
        ColumnType.CODE: functions.text_sum,
        ColumnType.TEXT: functions.text_sum,
        ColumnType.TIMESTAMP: functions.time_sum,
        ColumnType.INTEGER: functions.integer_sum,
        ColumnType.DOUBLE: functions.amount_sum,
    }


def as_kept(kept: Tally, dataset: Dataset) -> Tally:
    """A kept tally with the figures of columns that were declared after the month was loaded.

    Such a column is NULL in all rows of the month.
    """
    later = {
        figure: 0
        for column in dataset.columns
        for figure in (values_of(column.name), sum_of(column.name))
        if figure not in kept
    }
    return {**kept, **later} if kept else kept


def tally_differences(one: Tally, other: Tally, names: tuple[str, str]) -> str:
    """The differences of two tallies, in words; empty if there are none.

    An oddity that is in only one of them is not compared: it was declared after the other one was
    computed.

    Args:
        one: a tally.
        other: another one.
        names: a name for each of them, for the text.
    """
    compared = [
        name
        for name in {**one, **other}
        if (name in one and name in other) or name == ROWS or ": " in name
    ]
    differing = [name for name in compared if one.get(name) != other.get(name)]
    shown = [
        f"{name}: {_number(one, name)} {names[0]}, {_number(other, name)} {names[1]}"
        for name in islice(differing, _SHOWN)
    ]
    more = len(differing) - len(shown)
    return "; ".join(shown) + (f"; and {more} more figures" if more > 0 else "")


def _number(tally: Tally, name: str) -> str:
    return f"{tally[name]:,}" if name in tally else "none"
