"""Tallies in Postgres: taken of a month's rows, kept beside the ledger."""

from __future__ import annotations

from collections import defaultdict

from taxi_assets.sql.identifiers import quoted
from taxi_assets.trips.column import ColumnType
from taxi_assets.trips.dataset import Dataset
from taxi_assets.warehouse.postgres.connection import Connection, sql
from taxi_assets.warehouse.postgres.tables import has_table, qualified
from taxi_assets.warehouse.tally import TALLY_TABLE, Sums, Tally, tally_expressions

_TEXT = "sum(('x' || left(md5({column}), 15))::bit(60)::bigint)"

SUMS = Sums(
    row_ids=(
        # A regular expression would take six times as long as the sum.
        "sum(CASE WHEN translate(left({column}, 15), '0123456789abcdef', '') = '' "
        "THEN ('x' || left({column}, 15))::bit(60)::bigint END)"
    ),
    by_type={
        ColumnType.CODE: _TEXT,
        ColumnType.TEXT: _TEXT,
        ColumnType.TIMESTAMP: (
            "sum(floor(date_part('epoch', {column}) * 1e6::float8 + 0.5)::bigint)"
        ),
        ColumnType.INTEGER: "sum({column})",
        ColumnType.DOUBLE: (
            "sum(CASE WHEN abs({column}) < 9e12::float8 "
            "THEN floor({column} * 1e6::float8 + 0.5)::bigint END)"
        ),
    },
    identifier=lambda name: quoted(name.lower()),
)
"""How Postgres writes sums."""


def take_tally(connection: Connection, dataset: Dataset, filenames: list[str]) -> Tally:
    """The tally of these files' rows in the merged table, whose columns are as declared."""
    expressions = tally_expressions(dataset, SUMS)
    query = sql(
        "take_tally",
        figures=",\n    ".join(expressions.values()),
        table=qualified(dataset.table),
    )
    row = connection.execute(query, {"filenames": filenames}).fetchone()
    assert row is not None
    return {name: int(str(value)) for name, value in zip(expressions, row, strict=True)}


def keep_tally(connection: Connection, filename: str, superseded: list[str], tally: Tally) -> None:
    """Keep the tally of a file in place of those of the month's other files."""
    connection.execute(sql("delete_tallies"), {"filenames": superseded})
    connection.execute(
        sql("insert_tally"),
        {
            "filename": filename,
            "figures": list(tally),
            "values": list(map(str, tally.values())),
        },
    )


def kept_tallies(connection: Connection, filenames: list[str]) -> dict[str, dict[str, int]]:
    """The tally that was kept of each file, by its name."""
    found: dict[str, dict[str, int]] = defaultdict(dict)
    if has_table(connection, TALLY_TABLE):
        query = sql("select_tallies")
        for filename, figure, value in connection.execute(query, {"filenames": filenames}):
            found[str(filename)][str(figure)] = int(str(value))
    return dict(found)
