"""Tallies in DuckDB: taken of a month's rows, kept beside the ledger."""

from __future__ import annotations

from collections import defaultdict

import duckdb

from taxi_assets.sql.identifiers import quoted
from taxi_assets.sql.statements import statement
from taxi_assets.trips.dataset import Dataset
from taxi_assets.warehouse.duckdb.tables import has_table
from taxi_assets.warehouse.passing_tally import SUMS
from taxi_assets.warehouse.tally import TALLY_TABLE, Tally, tally_expressions


def take_tally(
    connection: duckdb.DuckDBPyConnection, dataset: Dataset, filenames: list[str]
) -> Tally:
    """The tally of these files' rows in the merged table, whose columns are as declared."""
    expressions = tally_expressions(dataset, SUMS)
    query = statement(
        __package__,
        "take_tally",
        figures=",\n    ".join(expressions.values()),
        table=quoted(dataset.table),
    )
    row = connection.execute(query, {"filenames": filenames}).fetchall()[0]
    return dict(zip(expressions, map(int, row), strict=True))


def keep_tally(
    connection: duckdb.DuckDBPyConnection, filename: str, superseded: list[str], tally: Tally
) -> None:
    """Keep the tally of a file in place of those of the month's other files."""
    connection.execute(statement(__package__, "delete_tallies"), {"filenames": superseded})
    connection.execute(
        statement(__package__, "insert_tally"),
        {
            "filename": filename,
            "figures": list(tally),
            # Sums of some million pieces of hashes pass 64 bits.
            "values": list(map(str, tally.values())),
        },
    )


def kept_tallies(
    connection: duckdb.DuckDBPyConnection, filenames: list[str]
) -> dict[str, dict[str, int]]:
    """The tally that was kept of each file, by its name."""
    found: dict[str, dict[str, int]] = defaultdict(dict)
    if has_table(connection, TALLY_TABLE):
        query = statement(__package__, "select_tallies")
        for filename, figure, value in connection.execute(
            query, {"filenames": filenames}
        ).fetchall():
            found[filename][figure] = int(value)
    return dict(found)
