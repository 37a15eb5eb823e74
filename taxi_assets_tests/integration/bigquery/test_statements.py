"""Every statement is one that BigQuery knows: names, types, options, by Google's own analyzer."""

from __future__ import annotations

import hashlib
from importlib import resources

import pytest
from zetasql.api import Analyzer

from taxi_assets.sql.statements import statement
from taxi_assets.trips.datasets import DATASETS
from taxi_assets.warehouse import bigquery
from taxi_assets.warehouse.bigquery import summaries
from taxi_assets.warehouse.bigquery.adopt import key_texts, values_sql
from taxi_assets.warehouse.bigquery.external_table import text_columns
from taxi_assets.warehouse.bigquery.tables import (
    clustering,
    column_sql,
    columns_sql,
    declared_columns,
    literal,
    merged_columns,
    quoted,
)
from taxi_assets.warehouse.bigquery.tally import SUMS
from taxi_assets.warehouse.bigquery.warehouse import sql
from taxi_assets.warehouse.tally import tally_expressions
from taxi_assets_tests.googlesql import analyzer, evaluate

LEDGER_COLUMNS = {
    **dict.fromkeys(("filename", "taxi", "month", "source_url", "sha256", "run_id"), "STRING"),
    **dict.fromkeys(("rows", "jagged_rows"), "INT64"),
    "loaded_at": "TIMESTAMP",
}
FLOWS_TYPES = {"FLOAT64": "NUMERIC"}
FLOWS_COLUMNS = {
    taxi: {
        name: FLOWS_TYPES.get(type_, type_)
        for name, type_ in declared_columns(dataset).items()
        if name not in ("file_month", "cbd_congestion_fee", "airport_fee")
    }
    | {"unique_row_id": "BYTES"}
    for taxi, dataset in DATASETS.items()
}
TABLES = {
    "tripdata_files": LEDGER_COLUMNS,
    "tripdata_tallies": {"filename": "STRING", "figure": "STRING", "value": "NUMERIC"},
    "tripdata_summaries": {
        **dict.fromkeys(("filename", "taxi", "month", "sha256"), "STRING"),
        **dict.fromkeys(("trips", "passengers"), "INT64"),
        **dict.fromkeys(("miles", "fares", "tips", "median_seconds"), "FLOAT64"),
    },
    "tripdata_counts": {
        **dict.fromkeys(("filename", "part", "value"), "STRING"),
        "trips": "INT64",
    },
    "zones": dict.fromkeys(("LocationID", "Borough", "Zone", "service_zone"), "STRING"),
    **{dataset.table: declared_columns(dataset) for dataset in DATASETS.values()},
    **{f"{taxi}_incoming": declared_columns(dataset) for taxi, dataset in DATASETS.items()},
    **{f"{taxi}_flows": columns for taxi, columns in FLOWS_COLUMNS.items()},
}
PLACE = "some-project.nyc"
NAMES = sorted(
    file.name.removesuffix(".sql")
    for file in resources.files(bigquery).iterdir()
    if file.name.endswith(".sql")
)
OF_SUMMARIES = sorted(
    file.name.removesuffix(".sql")
    for file in resources.files(summaries).iterdir()
    if file.name.endswith(".sql")
)
OF_THE_LEDGER = {"create_ledger", "delete_from_ledger", "insert_into_ledger", "select_from_ledger"}
OF_THE_TALLIES = {"create_tallies", "delete_tallies", "insert_tally", "select_tallies"}


@pytest.fixture(scope="session")
def google() -> Analyzer:
    tables = {f"{PLACE}.{name}": columns for name, columns in TABLES.items()}
    return analyzer(tables, dict.fromkeys(("filename", "taxi", "ledger_month", "sha256"), "STRING"))


def rendered(name: str, taxi: str) -> str:
    """The statement with the identifiers that the product gives it."""
    dataset = DATASETS[taxi]
    columns = ",\n    ".join(quoted(column.name) for column in merged_columns(dataset))
    described = columns_sql(merged_columns(dataset))
    table = "tripdata_files" if name in OF_THE_LEDGER else dataset.table
    table = "tripdata_tallies" if name in OF_THE_TALLIES else table
    expressions = tally_expressions(dataset, SUMS)
    figures = [f"(@filename, {literal(figure)}, NUMERIC '1')" for figure in expressions]
    values = {
        "table": f"`{PLACE}.{f'{taxi}_flows' if name == 'adopt_rows' else table}`",
        "aside": f"`{PLACE}.{dataset.table}`",
        "incoming": f"`{PLACE}.{taxi}_incoming`",
        "month": "`file_month`",
        "pickup": quoted(dataset.pickup),
        "columns": columns_sql(text_columns(dataset, dataset.csv_header.split(",")))
        if "external" in name
        else described,
        "column": column_sql(merged_columns(dataset)[-1]._replace(name="added")),
        "clustering": ", ".join(map(quoted, clustering(dataset))),
        "description": literal("It's a \\ description."),
        "taxi": literal(taxi),
        "uri": literal("gs://bucket/it's"),
        "name": "`other`",
        "key": key_texts(dataset),
        "values": values_sql(dataset, FLOWS_COLUMNS[taxi]),
        "figures": ", ".join(figures if name == "insert_tally" else expressions.values()),
    }
    if name in ("insert_month", "adopt_rows"):
        values["columns"] = columns
    return sql(name, **values)


@pytest.mark.parametrize("taxi", DATASETS)
@pytest.mark.parametrize("name", NAMES)
def test_google_knows_every_statement(google: Analyzer, name: str, taxi: str) -> None:
    google.analyze_statement(rendered(name, taxi))


@pytest.mark.parametrize("taxi", DATASETS)
@pytest.mark.parametrize("name", OF_SUMMARIES)
def test_google_knows_every_statement_of_summaries(google: Analyzer, name: str, taxi: str) -> None:
    dataset = DATASETS[taxi]
    google.analyze_statement(
        statement(
            summaries.__name__,
            name,
            summaries=f"`{PLACE}.tripdata_summaries`",
            counts=f"`{PLACE}.tripdata_counts`",
            zones=f"`{PLACE}.zones`",
            table=f"`{PLACE}.{dataset.table}`",
            pickup=quoted(dataset.pickup),
            dropoff=quoted(dataset.dropoff),
        )
    )


@pytest.mark.parametrize(
    ("name", "right", "wrong"),
    [
        ("count_month", "COUNTIF(filename", "COUNTIF(filenames"),
        ("delete_month", "`file_month` = @month", "`filename_month` = @month"),
        ("measure_month", "unique_row_id,", "1,"),
        ("create_table", "labels =", "label ="),
        ("create_external_csv", "skip_leading_rows = 1", "skip_leading_rows = 'one'"),
        ("create_external_csv", "allow_jagged_rows", "allow_jagged_row"),
        ("insert_into_ledger", "sha256", "sha512"),
    ],
)
def test_a_wrong_name_type_or_option_is_seen(
    google: Analyzer, name: str, right: str, wrong: str
) -> None:
    text = rendered(name, "green")
    assert right in text
    with pytest.raises(Exception, match=r"\S"):
        google.analyze_statement(text.replace(right, wrong, 1))


def test_the_id_of_an_adopted_row_is_that_of_the_other_warehouses() -> None:
    """By Google's own evaluator, against what Python hashes."""
    dataset = DATASETS["green"]
    columns = {
        "VendorID": "'2'",
        dataset.pickup: "TIMESTAMP '2019-01-01 00:46:40+00'",
        dataset.dropoff: "TIMESTAMP '2019-01-01 00:53:20+00'",
        "PULocationID": "'151'",
        "DOLocationID": "CAST(NULL AS STRING)",
        "fare_amount": "NUMERIC '-7.50'",
        "trip_distance": "NUMERIC '5.0'",
    }
    expression = f"TO_HEX(MD5(CONCAT({key_texts(dataset)})))"
    row = ", ".join(f"{value} AS {quoted(name)}" for name, value in columns.items())
    text = "22019-01-01 00:46:402019-01-01 00:53:20151-7.55"
    expected = hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()
    assert evaluate(f"(SELECT {expression} FROM (SELECT {row}))") == expected
