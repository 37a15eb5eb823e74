"""The data dictionary says what is declared."""

from __future__ import annotations

from pathlib import Path

from taxi_assets.report.data_dictionary import data_dictionary
from taxi_assets.trips.datasets import DATASETS
from taxi_assets.trips.zones import ZONE_COLUMNS
from taxi_assets.warehouse.all_records import RECORD_TABLES
from taxi_assets.warehouse.registry import dialects

DOCS = Path(__file__).resolve().parents[3] / "docs"


def test_the_page_is_what_the_command_prints() -> None:
    page = (DOCS / "data-dictionary.md").read_text("utf-8")

    assert page == data_dictionary(), "run `taxi-assets dictionary > docs/data-dictionary.md`"


def test_every_column_is_there_with_its_meaning() -> None:
    page = data_dictionary()

    for dataset in DATASETS.values():
        table = page.partition(f"## `{dataset.table}`")[2].partition("\n## ")[0]
        for column in dataset.columns:
            assert f"| `{column.name}` |" in table
            assert column.description in table
    assert all(column.description in page for column in ZONE_COLUMNS)


def test_every_record_table_is_there_with_the_types_of_each_warehouse() -> None:
    page = data_dictionary()

    for table in RECORD_TABLES:
        section = page.partition(f"## `{table.name}`")[2].partition("\n## ")[0]
        for column in table.columns:
            types = " | ".join(it.record_types[column.type] for it in dialects())
            assert f"| `{column.name}` | {types} | {column.description}" in section
