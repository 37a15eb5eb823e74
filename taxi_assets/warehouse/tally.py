"""A month's tally: counts and sums over its rows, equal wherever the same rows stand.

Each database computes it by itself, in one pass, so that no row needs to move to be compared. It
does not depend on the order of rows: all sums are of whole numbers. One changed value changes it;
two values of one column that changed places do not.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import islice

from taxi_assets.trips.column import ColumnType
from taxi_assets.trips.dataset import Dataset
from taxi_assets.warehouse.oddities import oddities_of

TALLY_TABLE = "tripdata_tallies"

Tally = Mapping[str, int]
"""Each figure by its name: ``rows``; ``<column>: values`` and ``<column>: sum``; each oddity.

Sums are of whole numbers as they are; of amounts in millionths, rounded (nine trillion and more
count as none); of times in microseconds since 1970; of texts, the first 60 bits of their MD5; of
row ids, which are one, their own first 60 bits.
"""

ROWS = "rows"

_SHOWN = 4


@dataclass(frozen=True)
class Sums:
    """How a database writes the sum of a column's values; ``{column}`` is the column.

    Attributes:
        row_ids: the sum of ``unique_row_id``; ids that are no MD5 count as none.
        by_type: the sum of the values of each type.
        identifier: how it writes the name of a column.
    """

    row_ids: str
    by_type: Mapping[ColumnType, str]
    identifier: Callable[[str], str]


def tally_expressions(dataset: Dataset, sums: Sums) -> dict[str, str]:
    """The SQL expression of each figure of the dataset's months."""
    columns = {"unique_row_id": sums.row_ids} | {
        column.name: sums.by_type[column.type] for column in dataset.columns
    }
    identifier = sums.identifier
    expressions = {ROWS: "count(*)"}
    for name, total in columns.items():
        column = identifier(name)
        expressions[f"{name}: values"] = f"count({column})"
        expressions[sum_of(name)] = f"coalesce({total.format(column=column)}, 0)"
    for oddity in oddities_of(dataset):
        condition = oddity.condition(dataset, identifier)
        expressions[oddity.name] = f"count(CASE WHEN {condition} THEN 1 END)"
    return expressions


def sum_of(column: str) -> str:
    """Name of the figure that is the sum of a column."""
    return f"{column}: sum"


def differences(one: Tally, other: Tally, names: tuple[str, str]) -> str:
    """What differs between two tallies, in words; empty where nothing does.

    Args:
        one: a tally.
        other: another one.
        names: whose they are, for the text.
    """
    differing = [name for name in {**one, **other} if one.get(name) != other.get(name)]
    told = [
        f"{name}: {_number(one, name)} {names[0]}, {_number(other, name)} {names[1]}"
        for name in islice(differing, _SHOWN)
    ]
    more = len(differing) - len(told)
    return "; ".join(told) + (f"; and {more} more figures" if more > 0 else "")


def _number(tally: Tally, name: str) -> str:
    return f"{tally[name]:,}" if name in tally else "none"
