"""Every statement is one that BigQuery knows: names, types, options, by Google's own analyzer.

What is sent in the end-to-end test is looked at there, too.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

import pytest
from zetasql.api import Analyzer

from taxi_assets.gcp.cloud import GoogleCloud
from taxi_assets.rows.row_digest import digest_sum
from taxi_assets.sql.statements import Statement, Statements, names_of
from taxi_assets.trips.dataset import Dataset
from taxi_assets.trips.datasets import DATASETS
from taxi_assets.trips.file import FileFormat, TripFile
from taxi_assets.trips.month import Month
from taxi_assets.trips.zones import ZONE_TABLES
from taxi_assets.warehouse import bigquery
from taxi_assets.warehouse.all_records import RECORD_TABLES
from taxi_assets.warehouse.bigquery.adopt import key_texts, values_sql
from taxi_assets.warehouse.bigquery.dialect import BIGQUERY, sql
from taxi_assets.warehouse.bigquery.external_rows import measuring_query
from taxi_assets.warehouse.bigquery.external_table import text_columns
from taxi_assets.warehouse.bigquery.jobs import Jobs
from taxi_assets.warehouse.bigquery.place import BigQueryPlace
from taxi_assets.warehouse.bigquery.session import BigQuerySession
from taxi_assets.warehouse.bigquery.tables import (
    clustering,
    column_sql,
    columns_sql,
    merged_columns,
)
from taxi_assets.warehouse.bigquery.typed_values import row_id_texts, typed_values
from taxi_assets.warehouse.columns import declared_columns
from taxi_assets.warehouse.pipeline_tables import Incoming, Write, changes
from taxi_assets.warehouse.record_tables import RecordTable
from taxi_assets.warehouse.session import TableColumn
from taxi_assets.warehouse.summaries import month_sums
from taxi_assets.warehouse.tally import tally_expressions
from taxi_assets.warehouse.trip_figures import month_parts
from taxi_assets.warehouse.zone_figures import zone_parts
from taxi_assets_tests.googlesql import analyzer, evaluate, statements

FLOWS_TYPES = {"FLOAT64": "NUMERIC"}
DECLARED = {taxi: declared_columns(BIGQUERY, dataset) for taxi, dataset in DATASETS.items()}
FLOWS_COLUMNS = {
    taxi: {
        name: FLOWS_TYPES.get(type_, type_)
        for name, type_ in columns.items()
        if name not in ("file_month", "cbd_congestion_fee", "airport_fee")
    }
    | {"unique_row_id": "BYTES"}
    for taxi, columns in DECLARED.items()
}
PARTITIONS = {
    "table_name": "STRING",
    "partition_id": "STRING",
    "total_rows": "INT64",
    "last_modified_time": "TIMESTAMP",
}
TABLES = {
    **{
        table.name: {column.name: BIGQUERY.record_types[column.type] for column in table.columns}
        for table in RECORD_TABLES
    },
    **{table.name: dict.fromkeys(table.column_names, "STRING") for table in ZONE_TABLES},
    "INFORMATION_SCHEMA.PARTITIONS": PARTITIONS,
    **{dataset.table: DECLARED[taxi] for taxi, dataset in DATASETS.items()},
    **{f"{taxi}_incoming": columns for taxi, columns in DECLARED.items()},
    **{f"{taxi}_flows": columns for taxi, columns in FLOWS_COLUMNS.items()},
    **{
        f"{taxi}_external": dict.fromkeys(dataset.csv_header.split(","), "STRING")
        for taxi, dataset in DATASETS.items()
    },
}
PLACE = "some-project.nyc"
OF_ALL = Statements("taxi_assets.warehouse", BIGQUERY)


@pytest.fixture(scope="session")
def google() -> Analyzer:
    tables = {f"{PLACE}.{name}": columns for name, columns in TABLES.items()}
    return analyzer(tables, {"filename": "STRING", "month": "DATE"})


def place(table: str) -> str:
    return f"`{PLACE}.{table}`"


def of_bigquery(name: str, dataset: Dataset) -> Statement:
    """A statement of BigQuery's own files, with the identifiers that the product gives it."""
    taxi = dataset.taxi
    published = text_columns(dataset, dataset.csv_header.split(","))
    described = published if "external" in name else merged_columns(dataset)
    table = f"{taxi}_flows" if name == "adopt_rows" else dataset.table
    values = {
        "table": place(table),
        "aside": place(dataset.table),
        "incoming": place(f"{taxi}_incoming"),
        "month": "`file_month`",
        "pickup": BIGQUERY.quote(dataset.pickup),
        "definitions": columns_sql(described),
        "columns": ", ".join(BIGQUERY.quote(column.name) for column in merged_columns(dataset)),
        "column": column_sql(merged_columns(dataset)[-1]._replace(name="added")),
        "clustering": ", ".join(map(BIGQUERY.quote, clustering(dataset))),
        "description": BIGQUERY.literal("It's a \\ description."),
        "taxi": BIGQUERY.literal(taxi),
        "uri": BIGQUERY.literal("gs://bucket/it's"),
        "name": "`other`",
        "query": f"SELECT filename FROM {place(dataset.table)}",
        "key": key_texts(dataset, FLOWS_COLUMNS[taxi]),
        "values": values_sql(dataset, FLOWS_COLUMNS[taxi]),
        "partitions": place("INFORMATION_SCHEMA.PARTITIONS"),
    }
    if name == "read_external":
        csv = TripFile(dataset, Month(2020, 4), FileFormat.CSV)
        found = [TableColumn(column.name, "STRING") for column in published]
        values |= reading(csv, found)
    return sql(name, **values)


def reading(file: TripFile, found: Sequence[TableColumn]) -> dict[str, str]:
    """What the statement that reads an external table of these columns is made of."""
    names = ", ".join(BIGQUERY.quote(column.name) for column in file.dataset.columns)
    return {
        "table": place(f"{file.dataset.taxi}_external"),
        "values": ", ".join(typed_values(file, found)),
        "key": row_id_texts(file.dataset),
        "names": names,
    }


def of_records(table: RecordTable[Any]) -> Iterator[Statement]:
    """What is done to a record table."""
    names = [BIGQUERY.quote(column.name) for column in table.columns]
    condition = BIGQUERY.among.format(column="filename", values="@filenames")
    parts = {"table": place(table.name), "columns": names, "condition": condition}
    yield OF_ALL("select_records", **parts)
    for part in statements(OF_ALL("delete_records", **parts, guarded=True).text):
        yield Statement(part, BIGQUERY)
    yield table.insertion(place(table.name), 2, BIGQUERY)


def of_months(dataset: Dataset) -> Iterator[Statement]:
    """What is asked of a merged table."""
    rows = "`file_month` = @month AND filename IN UNNEST(@filenames)"
    parts = {"table": place(dataset.table), "month_rows": rows}
    figures = [*tally_expressions(dataset, BIGQUERY).values(), digest_sum(dataset, BIGQUERY)]
    yield OF_ALL("measure_rows", **parts, figures=figures)
    yield OF_ALL("count_by_file", **parts)
    yield measuring_query(dataset, place(dataset.table))
    yield OF_ALL("sum_up", **parts, sums=month_sums(dataset, BIGQUERY))
    if by_zone := zone_parts(dataset, BIGQUERY):
        yield OF_ALL("charges_by_zone", **parts, **by_zone)
    yield OF_ALL("count_trips", **parts, parts=month_parts(dataset, BIGQUERY))


@pytest.mark.parametrize("taxi", DATASETS)
@pytest.mark.parametrize("name", names_of(bigquery.__name__))
def test_google_knows_every_statement(google: Analyzer, name: str, taxi: str) -> None:
    google.analyze_statement(of_bigquery(name, DATASETS[taxi]).text)


@pytest.mark.parametrize("table", RECORD_TABLES, ids=lambda table: table.name)
def test_google_knows_every_statement_of_records(google: Analyzer, table: RecordTable[Any]) -> None:
    for statement in of_records(table):
        google.analyze_statement(statement.text)


@pytest.mark.parametrize("taxi", DATASETS)
def test_google_knows_every_statement_of_months(google: Analyzer, taxi: str) -> None:
    for statement in of_months(DATASETS[taxi]):
        google.analyze_statement(statement.text)
    google.analyze_statement(OF_ALL("count_rejects", table=place("tripdata_rejects")).text)
    for table in ZONE_TABLES:
        zones = OF_ALL("list_zones", table=place(table.name), columns=table.column_names)
        google.analyze_statement(zones.text)
    geography = "SELECT ST_GEOGFROMGEOJSON(geometry, make_valid => TRUE) FROM {}"
    google.analyze_statement(geography.format(place("zone_shapes")))
    counts = place("tripdata_counts")
    among = BIGQUERY.among.format(column="filename", values="@filenames")
    google.analyze_statement(OF_ALL("add_counts", table=counts, condition=among).text)
    google.analyze_statement(OF_ALL("count_outside", table=counts, outside="outside").text)


def test_google_knows_the_statements_of_pipelines_tables(google: Analyzer) -> None:
    session = BigQuerySession(Jobs(BigQueryPlace(GoogleCloud(project="some-project"), "nyc", 1)))
    incoming = Incoming("green_tripdata", place("green_incoming"), {"filename": "STRING"})
    merge = Write("merge", key=("filename", "VendorID"))
    for how in (Write(), Write("append"), merge):
        for statement in changes(session, incoming, how):
            google.analyze_statement(statement.text)
    of_month, _ = changes(session, incoming, Write("month", month=date(2020, 1, 1)))
    google.analyze_statement(of_month.text.replace("`month`", "`file_month`"))
    columns = ["`filename`", "`VendorID`"]
    for name in ("count_incoming", "count_nulls", "count_repeated"):
        google.analyze_statement(OF_ALL(name, incoming=incoming.place, columns=columns).text)


@pytest.mark.parametrize(
    ("name", "right", "wrong"),
    [
        ("count_month", "COUNTIF(filename", "COUNTIF(filenames"),
        ("delete_month", "`file_month` = @month", "`filename_month` = @month"),
        ("count_ids_elsewhere", "unique_row_id IN", "1 IN"),
        ("create_table", "labels =", "label ="),
        ("create_external_csv", "skip_leading_rows = 1", "skip_leading_rows = 'one'"),
        ("create_external_csv", "allow_jagged_rows", "allow_jagged_row"),
    ],
)
def test_a_wrong_name_type_or_option_is_seen(
    google: Analyzer, name: str, right: str, wrong: str
) -> None:
    text = of_bigquery(name, DATASETS["green"]).text
    assert right in text
    with pytest.raises(Exception, match=r"\S"):
        google.analyze_statement(text.replace(right, wrong, 1))


@pytest.mark.parametrize(("type_", "zone"), [("TIMESTAMP", "+00"), ("DATETIME", "")])
def test_the_id_of_an_adopted_row_is_that_of_the_other_warehouses(type_: str, zone: str) -> None:
    """By Google's own evaluator, whose zone is Los Angeles, against what Python hashes."""
    dataset = DATASETS["green"]
    present = {**FLOWS_COLUMNS["green"], dataset.pickup: type_, dataset.dropoff: type_}
    columns = {
        "VendorID": "'2'",
        dataset.pickup: f"{type_} '2019-01-01 00:46:40{zone}'",
        dataset.dropoff: f"{type_} '2019-01-01 00:53:20{zone}'",
        "PULocationID": "'151'",
        "DOLocationID": "CAST(NULL AS STRING)",
        "fare_amount": "NUMERIC '-7.50'",
        "trip_distance": "NUMERIC '5.0'",
    }
    expression = f"TO_HEX(MD5(CONCAT({key_texts(dataset, present)})))"
    row = ", ".join(f"{value} AS {BIGQUERY.quote(name)}" for name, value in columns.items())
    text = "22019-01-01 00:46:402019-01-01 00:53:20151-7.55"
    expected = hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()
    assert evaluate(f"(SELECT {expression} FROM (SELECT {row}))") == expected
