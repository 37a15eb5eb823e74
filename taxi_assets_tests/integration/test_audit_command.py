"""`taxi-assets audit` as somebody uses it who has tables, a lake, and no source any more."""

from pathlib import Path

import duckdb
import pytest

from taxi_assets.trips.green import GREEN
from taxi_assets_tests.command_line import taxi_assets
from taxi_assets_tests.published import Mirror, csv_month

NAME = "green_tripdata_2020-04.csv"


def test_a_changed_month_is_repaired_from_the_lake_where_the_source_is_gone(
    settings_env: Path, mirror: Mirror, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TAXI_CSV_BASE_URL", mirror.csv_url)
    monkeypatch.setenv("TAXI_PUBLISHED_COUNTS", "warn")
    published = mirror.publish(f"{NAME}.gz", csv_month(GREEN, 5))
    loaded = taxi_assets("load", "green", "2020-04")
    assert loaded.exit_code == 0, loaded.text
    published.unlink()
    with duckdb.connect(settings_env / "taxi.duckdb") as connection:
        connection.execute("UPDATE green_tripdata SET tip_amount = 99 WHERE rowid = 3")
    assert taxi_assets("audit").exit_code == 1

    repaired = taxi_assets("audit", "--repair")
    assert repaired.exit_code == 0, repaired.text
    assert "1 of 1 months are proved" in taxi_assets("audit").text
