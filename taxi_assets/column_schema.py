"""The columns of a dataset and where they come from, for Dagster's UI and catalogs."""

from collections.abc import Mapping

import dagster as dg

from taxi_assets.trips.column import Column, ColumnType
from taxi_assets.trips.dataset import Dataset

FILENAME = "The published file that the row is from, without .gz."
"""The meaning of the column filename."""


def row_id_meaning(dataset: Dataset) -> str:
    """The meaning of the column unique_row_id of the dataset's table."""
    *others, last = dataset.row_id_key
    key = f"{', '.join(others)} and {last}"
    return f"MD5, in hex, of the texts of {key}: the trip's key. Rows may share it."


def raw_schema(dataset: Dataset) -> dg.TableSchema:
    """The columns of the published CSV, as text."""
    return dg.TableSchema([_column(column, "text") for column in dataset.csv_columns])


def merged_schema(dataset: Dataset, types: Mapping[ColumnType, str]) -> dg.TableSchema:
    """The columns of the merged table.

    Args:
        dataset: the dataset of the table.
        types: the warehouse's type for each column type.
    """
    text = types[ColumnType.TEXT]
    return dg.TableSchema(
        [
            dg.TableColumn("unique_row_id", text, row_id_meaning(dataset)),
            dg.TableColumn("filename", text, FILENAME),
            *(_column(column, types[column.type]) for column in dataset.columns),
        ]
    )


def merged_lineage(dataset: Dataset) -> dg.TableColumnLineage:
    """Which columns of the published file each column of the merged table is made of."""
    file = dg.AssetKey(["lake", dataset.table])

    def of(*names: str) -> list[dg.TableColumnDep]:
        return [dg.TableColumnDep(file, name) for name in names]

    own = {column.name: of(column.name) for column in dataset.columns}
    return dg.TableColumnLineage({"unique_row_id": of(*dataset.row_id_key), **own})


def _column(column: Column, type_: str) -> dg.TableColumn:
    return dg.TableColumn(
        column.name,
        type_,
        column.description,
        constraints=dg.TableColumnConstraints(nullable=column.nullable),
    )
