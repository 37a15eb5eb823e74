"""TLC's files of every era since 2009 are accepted, and their values are those of the table."""

from __future__ import annotations

from collections import Counter
from hashlib import md5

import pytest

from taxi_assets.trips.column import ColumnType
from taxi_assets_tests.eras import SCHEMAS, Twin, twin
from taxi_assets_tests.integration.rows.tables import Tables
from taxi_assets_tests.published import parquet_bytes


@pytest.mark.parametrize(("taxi", "month"), SCHEMAS)
def test_a_file_of_the_era_is_in_the_table_value_for_value(
    taxi: str, month: str, tables: Tables
) -> None:
    made = twin(taxi, month)

    found = tables.rows(parquet_bytes(made.table), made.file)

    names = [column.name for column in made.file.dataset.columns]
    expected = Counter(zip(*(made.rows[name] for name in names), strict=True))
    assert Counter(tuple(row[name] for name in names) for row in found) == expected
    assert Counter(row["unique_row_id"] for row in found) == Counter(_row_ids(made))
    assert len(expected) == made.table.num_rows


def _row_ids(made: Twin) -> list[str]:
    dataset = made.file.dataset
    texts = [
        [
            ""
            if value is None
            else repr(value).removesuffix(".0")
            if dataset.column(name).type is ColumnType.DOUBLE
            else str(value)
            for value in made.rows[name]
        ]
        for name in dataset.row_id_key
    ]
    return [md5("".join(row).encode()).hexdigest() for row in zip(*texts, strict=True)]
