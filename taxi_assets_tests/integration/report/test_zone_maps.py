"""Shapes of the zones from their source to the warehouse, and the figures of the maps."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import duckdb
import pytest

from taxi_assets.rows.zone_rows import zone_rows
from taxi_assets.settings import read_settings
from taxi_assets.source.synthetic.zone_shapes import zone_shapes
from taxi_assets.source.synthetic.zones import zone_lookup
from taxi_assets.trips.green import GREEN
from taxi_assets.trips.zones import ZONE_SHAPES, ZONES_FILE
from taxi_assets.warehouse.interface import Attempt
from taxi_assets.warehouse.registry import warehouses_of
from taxi_assets_tests.command_line import DataFolder, taxi_assets
from taxi_assets_tests.landed_months import load_by_steps
from taxi_assets_tests.published import Mirror, csv_month, line

MONTH, YEAR_BEFORE = "2020-04", "2019-04"
FILE = f"green_tripdata_{MONTH}.csv.gz"
INDEPENDENT = """
    SELECT coalesce({zone}, ''), count(*), round(sum(total_amount), 2)
    FROM green_tripdata WHERE filename = 'green_tripdata_{month}.csv' GROUP BY ALL
"""


@pytest.fixture
def data(settings_env: Path, mirror: Mirror) -> DataFolder:
    os.environ["TAXI_CSV_BASE_URL"] = mirror.csv_url
    os.environ["TAXI_PARQUET_BASE_URL"] = mirror.parquet_url
    mirror.publish(ZONES_FILE, zone_lookup())
    os.environ["TAXI_PUBLISHED_COUNTS"] = "warn"
    return DataFolder(settings_env)


def publish_shapes(mirror: Mirror, data: bytes) -> Path:
    path = mirror.folder / "misc" / "taxi_zones.zip"
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(data)
    return path


def put_shapes(folder: Path) -> None:
    """Put the shapes into the warehouse, as a load does."""
    folder.mkdir(exist_ok=True)
    path = folder / "taxi_zones.zip"
    path.write_bytes(zone_shapes())
    [warehouse] = warehouses_of(read_settings())
    warehouse.replace_zones(ZONE_SHAPES, zone_rows(ZONE_SHAPES, path), Attempt())


def told(month: str = MONTH) -> Mapping[str, Any]:
    """What the report of a green month says, for machines."""
    answer = taxi_assets("report", "-", "--format", "json", "--taxi", "green", "--from", month)
    assert answer.exit_code == 0, answer.text
    [taxi] = json.loads(answer.stdout)["taxis"]
    return dict(taxi)


def test_shapes_are_loaded_with_the_zones_and_stay_where_the_source_loses_them(
    data: DataFolder, mirror: Mirror
) -> None:
    path = publish_shapes(mirror, zone_shapes())
    answer = taxi_assets("load", "zones")
    assert answer.exit_code == 0, answer.text
    assert "warning" not in answer.text
    assert (data.lake / "zones" / "taxi_zones.zip").read_bytes() == zone_shapes()
    joined = (
        "SELECT count(*), count(DISTINCT LocationID) FROM zone_shapes JOIN zones USING (LocationID)"
    )
    assert data.query(joined) == [(263, 260)]
    [(name,)] = data.query("SELECT Zone FROM zone_shapes WHERE OBJECTID = '57'")
    assert name == "Synthetic zone 56"

    path.unlink()
    data.change("DROP TABLE zone_shapes")
    answer = taxi_assets("load", "zones")
    assert answer.exit_code == 0, answer.text
    assert "shapes_found: taxi_zones.zip is not at" in answer.text
    assert data.query(joined) == [(263, 260)]


@pytest.mark.parametrize("served", ["<html>not here</html>", "no answer"])
def test_without_shapes_the_zones_are_loaded_with_a_warning(
    data: DataFolder, mirror: Mirror, served: str
) -> None:
    if served == "no answer":
        os.environ["TAXI_PARQUET_BASE_URL"] = "http://127.0.0.1:9/trip-data"
    else:
        publish_shapes(mirror, served.encode())
    answer = taxi_assets("load", "zones")
    assert answer.exit_code == 0, answer.text
    assert "warning lake/zone_shapes: shapes_found: " in answer.text
    assert "taxi_zones.zip" in answer.text
    assert data.query("SELECT count(*) FROM zones") == [(265,)]
    assert data.query("FROM duckdb_tables() WHERE table_name = 'zone_shapes'") == []


def by_zone(data: DataFolder, zone: str, month: str) -> Mapping[object, tuple[object, ...]]:
    found = data.query(INDEPENDENT.format(zone=zone, month=month))
    return {key: tuple(rest) for key, *rest in found}


def test_figures_are_those_of_the_trips_and_follow_a_republished_file(
    data: DataFolder, mirror: Mirror
) -> None:
    put_shapes(data.folder)
    rows = [
        line(GREEN, PULocationID="74", DOLocationID="75", total_amount="10.5"),
        line(GREEN, PULocationID="74", DOLocationID="74", total_amount="-3.25"),
        line(GREEN, PULocationID="132", DOLocationID="", total_amount="52"),
        line(GREEN, PULocationID="", DOLocationID="264", total_amount=""),
    ]
    mirror.publish(FILE, csv_month(GREEN, rows))
    earlier = [line(GREEN, lpep_pickup_datetime=f"{YEAR_BEFORE}-05 10:11:12", PULocationID="7")]
    mirror.publish(FILE.replace(MONTH, YEAR_BEFORE), csv_month(GREEN, earlier))
    load_by_steps(GREEN, YEAR_BEFORE, MONTH)

    for repeated in range(2):
        taxi = told()
        begun = by_zone(data, "PULocationID", MONTH)
        ended = by_zone(data, "DOLocationID", MONTH)
        assert taxi["counts"]["zone"] == {zone: trips for zone, (trips, _) in begun.items()}
        assert taxi["counts"]["dropoff"] == {zone: trips for zone, (trips, _) in ended.items()}
        charges = {zone: total or 0 for zone, (_, total) in begun.items()}
        assert taxi["charges_by_zone"] == charges
        assert charges["74"] == 7.25 + 10.5 * repeated
        assert taxi["pickups_a_year_before"] == {"7": 1}
        mirror.publish(FILE, csv_month(GREEN, [*rows, rows[0]]))
        load_by_steps(GREEN, MONTH)

    data.change("UPDATE tripdata_zone_charges SET charges = 99 WHERE zone = '74'")
    assert told()["charges_by_zone"]["74"] == 99, "what is stored is not added up again"
    data.change("UPDATE tripdata_zone_charges SET sha256 = 'of an older file'")
    assert told()["charges_by_zone"]["74"] == 17.75


def test_odd_charges_are_told_and_in_no_sum(data: DataFolder, mirror: Mirror) -> None:
    put_shapes(data.folder)
    amounts = ("12.5", "623261.66", "-1000.5", "999")
    rows = [line(GREEN, PULocationID="74", total_amount=amount) for amount in amounts]
    mirror.publish(FILE, csv_month(GREEN, rows))
    load_by_steps(GREEN, MONTH)
    data.change("UPDATE green_tripdata SET total_amount = 'NaN' WHERE total_amount = 999")

    page = taxi_assets("report", "-", "--format", "html").stdout
    assert "Left out: 3 charges that are no number or beyond $1,000." in page
    stored = data.query("SELECT zone, charges, odd_charges FROM tripdata_zone_charges")
    assert stored == [("74", 12.5, 3)]


def test_the_figures_of_a_real_month_are_those_of_its_file(
    real_data: Path, settings_env: Path
) -> None:
    os.environ["TAXI_CSV_BASE_URL"] = (real_data / "nyc-tlc-data").as_uri()
    put_shapes(settings_env)
    load_by_steps(GREEN, MONTH)
    taxi = told()
    path = real_data / "nyc-tlc-data" / "green" / FILE
    with duckdb.connect() as reader:
        expected = reader.execute(
            "SELECT CAST(PULocationID AS VARCHAR), count(*), round(sum(total_amount), 2) "
            f"FROM read_csv('{path}') GROUP BY ALL"
        ).fetchall()
    assert taxi["counts"]["zone"] == {zone: trips for zone, trips, _ in expected}
    assert taxi["charges_by_zone"] == {zone: charges for zone, _, charges in expected}
