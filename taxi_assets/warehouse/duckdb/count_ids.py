"""Counts ids of a month's rows in DuckDB, for the checks.

What few rows have is looked for first: to group or join all rows of a large month takes DuckDB 64
bytes of memory a row.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import duckdb
import numpy as np
from numpy.typing import NDArray

from taxi_assets.sql.duckdb import DUCKDB
from taxi_assets.sql.identifiers import quoted
from taxi_assets.trips.file import TripFile
from taxi_assets.warehouse.duckdb.session import DuckDBSession, sql
from taxi_assets.warehouse.id_hashes import IdHashes
from taxi_assets.warehouse.session import Value

_SUSPECTS = "suspected ids"
_BATCH_ROWS = 131_072


def count_ids(
    session: DuckDBSession, file: TripFile, name: str, values: Mapping[str, Value]
) -> int:
    """Count ids by the statement of that name, whichever format of the month was loaded."""
    names = {
        "table": session.table(file.dataset.table),
        "pickup": DUCKDB.identifier(file.dataset.pickup),
    }
    find = _hashes_shared if name == "count_shared_ids" else _ids_elsewhere
    suspects = find(session, names, values)
    if not len(suspects):
        return 0
    session.connection.register(_SUSPECTS, {"suspect": suspects})
    try:
        [(count,)] = session.ask(sql(name, **names, suspects=quoted(_SUSPECTS)), values)
    finally:
        session.connection.unregister(_SUSPECTS)
    return int(str(count))


def _hashes_shared(
    session: DuckDBSession, names: Mapping[str, str], values: Mapping[str, Value]
) -> NDArray[Any]:
    hashes = IdHashes()
    for batch in _select(session, "hash_ids", names, values).to_arrow_reader(_BATCH_ROWS):
        hashes.add(batch.column(0))
    return np.unique(hashes.shared())


def _ids_elsewhere(
    session: DuckDBSession, names: Mapping[str, str], values: Mapping[str, Value]
) -> NDArray[Any]:
    found = _select(session, "ids_elsewhere", names, values).fetchnumpy()
    return np.ma.getdata(found["unique_row_id"])


def _select(
    session: DuckDBSession, name: str, names: Mapping[str, str], values: Mapping[str, Value]
) -> duckdb.DuckDBPyRelation:
    query = sql(name, **names)
    return session.connection.sql(query.text, params=query.choose(values))
