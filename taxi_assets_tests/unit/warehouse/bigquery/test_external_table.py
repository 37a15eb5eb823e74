"""The columns of an external table are those of its very file."""

from __future__ import annotations

from taxi_assets.trips.green import GREEN
from taxi_assets.warehouse.bigquery.external_table import text_columns


def test_a_column_that_is_not_declared_keeps_its_place_under_a_name_that_bigquery_takes() -> None:
    header = GREEN.csv_header.split(",")
    assert [column.name for column in text_columns(GREEN, header)] == header
    header.insert(1, "mood, if told")
    header.append("")
    found = text_columns(GREEN, header)
    assert (found[1].name, found[-1].name) == ("undeclared_2", "undeclared_22")
    assert [column.name for column in found[2:-1]] == GREEN.csv_header.split(",")[1:]
    assert {column.type for column in found} == {"STRING"}
