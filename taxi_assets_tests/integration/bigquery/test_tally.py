"""BigQuery computes the same counts and sums of a month as are kept of it, and as DuckDB does."""

from __future__ import annotations

import duckdb

from taxi_assets.warehouse.duckdb.replace_month import replace_month
from taxi_assets.warehouse.duckdb.session import DuckDBSession
from taxi_assets.warehouse.measuring import take_tally
from taxi_assets.warehouse.records import kept_tallies
from taxi_assets.warehouse.tally import tally_differences
from taxi_assets_tests.integration.bigquery.dataset import APRIL, GREEN, OwnDataset
from taxi_assets_tests.published import csv_month, line, lines

FILENAMES = [APRIL.filename]
# Both databases read this; a double has another name in each.
CHANGE_BY_HAND = """
UPDATE {table} SET
    tip_amount = CASE fare_amount
        WHEN 1 THEN CAST('nan' AS {double})
        WHEN 2 THEN CAST('inf' AS {double})
        WHEN 3 THEN CAST('-inf' AS {double})
        WHEN 4 THEN -0.0000015
        WHEN 5 THEN 9e12
        WHEN 6 THEN -8999999999999.5
        WHEN 7 THEN NULL
        ELSE -123.4567895
    END,
    store_and_fwd_flag = CASE fare_amount
        WHEN 1 THEN 'naïve "flag"; 你'
        WHEN 2 THEN ''
        WHEN 3 THEN '; COMMIT'
    END,
    unique_row_id = CASE fare_amount WHEN 1 THEN 'no MD5' WHEN 2 THEN NULL ELSE unique_row_id END
WHERE filename = '{filename}'
"""


def test_odd_values_add_up_to_the_same_as_in_duckdb(own: OwnDataset) -> None:
    data = csv_month(GREEN, [*lines(GREEN, 7), line(GREEN, fare_amount="-8.005")])
    with duckdb.connect() as connection:
        loaded = own.load(APRIL, data)
        replace_month(DuckDBSession(connection), own.open(APRIL, data))
        kept = kept_tallies(own.session(), FILENAMES)[APRIL.filename]
        assert kept == loaded.tally == take_tally(own.session(), APRIL)
        assert (kept["rows"], kept["negative_fares"]) == (8, 1)
        assert own.load(APRIL, data).tally == kept, "it is told of a month that is there, too"

        table = own.place.qualified(GREEN.table)
        own.query(CHANGE_BY_HAND.format(table=table, double="FLOAT64", filename=APRIL.filename))
        connection.execute(
            CHANGE_BY_HAND.format(table=GREEN.table, double="DOUBLE", filename=APRIL.filename)
        )
        found = take_tally(own.session(), APRIL)
        assert not tally_differences(
            found, take_tally(DuckDBSession(connection), APRIL), ("in BigQuery", "in DuckDB")
        )
        changed = {name for name in kept if found[name] != kept[name]}
        assert changed == {
            *("tip_amount: values", "tip_amount: sum", "store_and_fwd_flag: values"),
            *("store_and_fwd_flag: sum", "unique_row_id: values", "unique_row_id: sum"),
        }
