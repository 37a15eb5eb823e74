"""Rows of a query as an Arrow table, from databases that hand out rows of Python."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal

import pyarrow as pa

from taxi_assets.errors import WarehouseError
from taxi_assets.warehouse.session import Row

LARGEST_BYTES = 2_000_000_000
"""Of the rows of a query in memory: about 15 million trips."""

BATCH_ROWS = 50_000

_DIGITS = Decimal(1).scaleb(-15)
NUMERIC = pa.decimal128(38, 15)
"""Of decimals without a declared scale. They are rounded to 15 decimal places."""


def table_of_rows(
    columns: Mapping[str, pa.DataType | None], batches: Iterable[Sequence[Row]]
) -> pa.Table:
    """The rows as a table; times are in UTC.

    Args:
        columns: the type of each column; None if it has none here.
        batches: the rows.

    Raises:
        WarehouseError: a column has a type that other warehouses do not have, or the rows are
            too large.
    """
    for name, type_ in columns.items():
        if type_ is None:
            raise WarehouseError(
                f"the column {name} has a type that not every warehouse has",
                "leave it out, or cast it to a number, a text, a date or a timestamp",
            )
    schema = pa.schema(list(columns.items()))
    found: list[pa.RecordBatch] = []
    for rows in batches:
        values = zip(*rows, strict=True) if rows else ([] for _ in columns)
        arrays = [
            pa.array([_plain(value) for value in column], type_)
            for column, type_ in zip(values, schema.types, strict=True)
        ]
        found.append(pa.record_batch(arrays, schema=schema))
        require_size(sum(batch.nbytes for batch in found))
    return pa.Table.from_batches(found, schema)


def require_size(size_bytes: int) -> None:
    """Check that rows are not too large for the memory.

    Raises:
        WarehouseError: they are.
    """
    if size_bytes > LARGEST_BYTES:
        raise WarehouseError(
            f"the rows are larger than {LARGEST_BYTES / 1e9:g} GB, and go through the memory",
            "copy a month at a time (monthly: true), or fewer columns; nothing was written",
        )


def _plain(value: object) -> object:
    if isinstance(value, datetime) and value.tzinfo is not None:
        return value.astimezone(UTC).replace(tzinfo=None)
    if isinstance(value, Decimal):
        return value.quantize(_DIGITS)
    return value
