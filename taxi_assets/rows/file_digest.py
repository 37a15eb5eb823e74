"""The digests of a file's rows, from its bytes alone: no warehouse takes part."""

from __future__ import annotations

import duckdb

from taxi_assets.errors import InvalidFileError
from taxi_assets.rows.reading import ENGINE, OpenMonth, frugal_config, one_line
from taxi_assets.rows.rejects import without_bad_rows
from taxi_assets.rows.row_digest import Digests, as_digest, digest_sum, engine_label, engine_sum
from taxi_assets.sql.duckdb import DUCKDB
from taxi_assets.sql.statements import Statements


def digest_file(month: OpenMonth, rejected: int) -> tuple[int, Digests]:
    """Read a month's file; return the number of its rows and their digests, of every kind.

    Args:
        month: the landed file.
        rejected: how many rows may be left out, because a load rejected them.

    Raises:
        DamagedCopyError: the bytes are not those that landed.
        InvalidFileError: they are, and a value does not fit its column.
    """
    try:
        return _digest(month)
    except InvalidFileError as refusal:
        if not rejected:
            raise
        with without_bad_rows(month, rejected, refusal) as accepted:
            return _digest(accepted)


def _digest(month: OpenMonth) -> tuple[int, Digests]:
    dataset = month.file.dataset
    columns = len(dataset.columns)
    failure = None
    with (
        duckdb.connect(config=frugal_config(month.file.format)) as connection,
        month.rows(connection) as rows,
    ):
        query = Statements(__package__, DUCKDB)(
            "digest_rows",
            digest=digest_sum(dataset, DUCKDB),
            engine_digest=engine_sum(dataset, DUCKDB, columns, ()),
            selected_rows=rows.select,
        )
        try:
            found = connection.execute(query.text, dict(rows.parameters)).fetchall()
        except duckdb.OperationalError:
            raise
        except duckdb.Error as error:
            failure = one_line(error)
    if failure is not None:
        raise month.explain(failure)
    month.copy.prove()
    [(count, total, by_engine)] = found
    return count, Digests(
        as_digest(int(total or 0)), engine_label(ENGINE, columns), as_digest(int(by_engine or 0))
    )
