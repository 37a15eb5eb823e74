"""Works out what BigQuery bills for queries: bytes of the columns that they name, times rows.

The rules: https://cloud.google.com/bigquery/docs/estimate-costs. A change is billed for whole rows,
and each table of a statement for ten megabytes at least. A file that is read in place is taken to
be billed as unzipped text. The result is what may be billed at most.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from taxi_assets.trips.dataset import Dataset
from taxi_assets.warehouse.bigquery.dialect import BIGQUERY
from taxi_assets.warehouse.columns import declared_columns
from taxi_assets_tests.googlesql import statements

LEAST_BYTES = 10 * 2**20
"""What is billed at least for each table that a statement reads."""

_TYPE_BYTES = {"TIMESTAMP": 8, "INT64": 8, "FLOAT64": 8, "DATE": 8}
_TEXT_BYTES = {"unique_row_id": 34, "filename": 30}
_CODE_BYTES = 5
_FILE_ROW_BYTES = 100
_SEARCHED_MONTHS = 4
"""The month itself, those before and after, and one that a stray pickup lies in."""

_QUERIES = ("SELECT", "DELETE", "INSERT", "ASSERT", "WITH")


@dataclass(frozen=True)
class Bill:
    """The bill for the months of a dataset.

    Attributes:
        dataset: whose months.
        rows: rows of each month.
    """

    dataset: Dataset
    rows: int

    def of_all(self, queries: Iterable[str]) -> int:
        """Bytes billed for some queries and scripts."""
        return sum(self.of(statement) for query in queries for statement in statements(query))

    def of(self, statement: str) -> int:
        """Bytes billed for one statement."""
        text = re.sub(r"^--.*\n", "", statement.strip(), flags=re.MULTILINE).lstrip()
        if not text.startswith(_QUERIES):
            return 0
        return sum(
            max(LEAST_BYTES, self._table_bytes(name.rpartition(".")[2], text))
            for name in set(re.findall(r"(?:FROM|JOIN) `([^`]+)`", text))
        )

    def _table_bytes(self, name: str, text: str) -> int:
        if name.endswith("_ext"):
            return _FILE_ROW_BYTES * self.rows
        if name != self.dataset.table and "_incoming_" not in name:
            return 0
        columns = declared_columns(BIGQUERY, self.dataset)
        if text.startswith("DELETE"):
            named = list(columns)
        else:
            named = [column for column in columns if re.search(rf"\b{column}\b", text)]
        months = _SEARCHED_MONTHS if "@other_months" in text else 1
        return months * self.rows * sum(_bytes(column, columns[column]) for column in named)


def _bytes(column: str, type_: str) -> int:
    return _TEXT_BYTES.get(column, _TYPE_BYTES.get(type_, _CODE_BYTES))
