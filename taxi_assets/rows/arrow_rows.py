"""The typed rows of a month as Arrow batches, for warehouses that are sent their rows."""

from __future__ import annotations

from collections.abc import Collection, Generator
from typing import TypeVar

import duckdb
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from taxi_assets.rows.reading import OpenMonth, frugal_config, one_line
from taxi_assets.rows.typed_rows import ID_HASH, ROW_HASH

# Small, so that only some megabytes are on their way at a time.
_BATCH_ROWS = 16_384
# Rows are hashed and encoded in one thread, which two of DuckDB's keep busy.
_MOST_THREADS = 4

_Number = TypeVar("_Number", bound=np.generic)


def numbers(column: pa.Array, type_: np.dtype[_Number]) -> NDArray[_Number]:
    """The numbers of a column, as they are in memory; whatever stands where one is NULL.

    Arrow's own ``to_numpy`` imports pandas first: 1.2 s of CPU and 60 MB in each run.

    Args:
        column: of numbers or times.
        type_: of the same size.
    """
    values = np.frombuffer(column.buffers()[1], type_)
    return values[column.offset : column.offset + len(column)]


def nulls(column: pa.Array) -> NDArray[np.bool_]:
    """Where a column is NULL; it is somewhere."""
    valid = np.unpackbits(np.frombuffer(column.buffers()[0], np.uint8), bitorder="little")
    return np.equal(valid[column.offset : column.offset + len(column)], 0)


def row_batches(
    month: OpenMonth, hashes: Collection[str] = (ROW_HASH, ID_HASH)
) -> Generator[pa.RecordBatch, None, None]:
    """All rows of the month, with ids and hashes, in any order.

    Who does not take all of them closes it.

    Args:
        month: the landed file.
        hashes: which columns of hashes the rows have.

    Raises:
        InvalidFileError: a value does not fit its column; names file, line and value.
    """
    failure = None
    with (
        duckdb.connect(config=frugal_config(month.file.format, _MOST_THREADS)) as connection,
        month.rows(connection, hashes) as rows,
    ):
        try:
            relation = connection.sql(rows.select, params=dict(rows.parameters))
            yield from relation.to_arrow_reader(_BATCH_ROWS)
        except duckdb.OperationalError:
            raise
        except (duckdb.Error, pa.ArrowException) as error:
            failure = one_line(error)
    if failure is not None:
        raise month.explain(failure)
