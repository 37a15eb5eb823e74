"""What somebody changes by hand in a month in BigQuery is noticed by a blocking check."""

from __future__ import annotations

from taxi_assets.warehouse.check_list import checks_of
from taxi_assets.warehouse.checks import Expectations
from taxi_assets_tests.integration.bigquery.dataset import APRIL, GREEN, OwnDataset
from taxi_assets_tests.integration.equality.generated_months import csv_bytes

EXPECTED = Expectations("green", "2020-04", None, True, 0.01, 0.5, 0.2, 0.02)
CHANGES = {
    "fares swapped": "fare_amount = CASE total_amount {pair} END WHERE total_amount IN {totals}",
    "an amount nudged": "tip_amount = tip_amount + 1e-13 WHERE total_amount = {one}",
    "a flag emptied": "store_and_fwd_flag = '' WHERE total_amount = {one}",
    "an id changed": "unique_row_id = TO_HEX(MD5('x')) WHERE total_amount = {one}",
    "a zone changed": "DOLocationID = '264' WHERE total_amount = {one}",
    "a second later": (
        "lpep_dropoff_datetime = TIMESTAMP_ADD(lpep_dropoff_datetime, INTERVAL 1 SECOND) "
        "WHERE total_amount = {one}"
    ),
}


def failing(own: OwnDataset) -> set[str]:
    figures = own.warehouse.measure(APRIL)
    checks = [check for check in checks_of(GREEN) if check.blocks]
    return {check.name for check in checks if not check.judge(figures, EXPECTED).passed}


def test_changes_are_noticed(own: OwnDataset) -> None:
    own.load(APRIL, csv_bytes(APRIL, 60))
    assert failing(own) == set()
    table = own.place.qualified(GREEN.table)
    found = own.query(
        f"SELECT total_amount, MIN(fare_amount) FROM {table} GROUP BY total_amount "
        "HAVING COUNT(*) = 1 AND MIN(fare_amount) > 0 ORDER BY total_amount"
    )
    (one, fare), (other, other_fare) = found[0], found[-1]
    assert fare != other_fare
    pair = f"WHEN {one} THEN {other_fare} WHEN {other} THEN {fare}"
    missed = []
    for name, change in CHANGES.items():
        values = {"pair": pair, "totals": f"({one}, {other})", "one": one}
        own.query(f"UPDATE {table} SET {change.format(**values)}")
        if "values_as_loaded" not in failing(own):
            missed.append(name)
        own.load(APRIL, csv_bytes(APRIL, 60), force=True)
    assert missed == []
    assert failing(own) == set()
