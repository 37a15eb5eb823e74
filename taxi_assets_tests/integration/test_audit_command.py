"""`taxi-assets audit` as somebody uses it who has tables, a lake, and no source any more."""

from pathlib import Path

import duckdb
import pytest

from taxi_assets.trips.green import GREEN
from taxi_assets_tests.command_line import taxi_assets
from taxi_assets_tests.published import Mirror, csv_month

NAME = "green_tripdata_2020-04.csv"


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE green_tripdata SET tip_amount = 99 WHERE rowid = 3",
        "UPDATE green_tripdata SET filename = 'green_tripdata_2020-04.parquet' WHERE rowid = 3",
        "INSERT INTO tripdata_files SELECT * REPLACE ('green_tripdata_2020-04.parquet' AS filename,"
        " TIMESTAMP '2100-01-01' AS loaded_at) FROM tripdata_files",
    ],
    ids=["a value", "the name of a row's file", "a later line in the ledger"],
)
def test_a_changed_month_is_repaired_from_the_lake_where_the_source_is_gone(
    settings_env: Path, mirror: Mirror, monkeypatch: pytest.MonkeyPatch, sql: str
) -> None:
    monkeypatch.setenv("TAXI_CSV_BASE_URL", mirror.csv_url)
    monkeypatch.setenv("TAXI_PUBLISHED_COUNTS", "warn")
    published = mirror.publish(f"{NAME}.gz", csv_month(GREEN, 5))
    loaded = taxi_assets("load", "green", "2020-04")
    assert loaded.exit_code == 0, loaded.text
    published.unlink()
    with duckdb.connect(settings_env / "taxi.duckdb") as connection:
        connection.execute(sql)
    assert taxi_assets("audit").exit_code == 1

    repaired = taxi_assets("audit", "--repair")
    assert repaired.exit_code == 0, repaired.text
    assert "1 of 1 months are proved" in taxi_assets("audit").text
