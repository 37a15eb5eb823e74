"""A dataset is held to what its columns can tell: no check that always passes."""

from __future__ import annotations

from dataclasses import replace

import pytest

from taxi_assets.sql.identifiers import quoted
from taxi_assets.trips.dataset import Dataset
from taxi_assets.trips.green import GREEN
from taxi_assets.trips.yellow import YELLOW
from taxi_assets.warehouse.check_list import checks_of
from taxi_assets.warehouse.oddities import oddities_of
from taxi_assets_tests.made_up_dataset import FERRY, TRAM

OF_EVERY_DATASET = {
    "rows_match_file",
    "columns_as_declared",
    "pickup_present",
    "row_ids_match_values",
    "pickups_in_month",
    "row_ids_not_shared",
    "rows_not_rejected",
    "columns_not_left_out",
    "values_as_loaded",
    "rows_in_season",
    "backward_trips_steady",
}
OF_TAXIS = OF_EVERY_DATASET | {
    "rows_match_published",
    "rows_not_jagged",
    "empty_vendors_steady",
    "zero_distances_steady",
    "negative_fares_steady",
    "unknown_zones_steady",
}


@pytest.mark.parametrize(
    ("dataset", "names"),
    [
        (YELLOW, OF_TAXIS),
        (GREEN, OF_TAXIS),
        (FERRY, OF_EVERY_DATASET | {"zero_distances_steady"}),
        (TRAM, OF_EVERY_DATASET),
        (
            replace(GREEN, fare=None, synthetic=replace(GREEN.synthetic, unmetered=None)),
            OF_TAXIS - {"negative_fares_steady"},
        ),
    ],
    ids=["yellow", "green", "ferry", "tram", "green without a fare"],
)
def test_a_check_exists_where_a_dataset_can_fail_it(dataset: Dataset, names: set[str]) -> None:
    found = [check.name for check in checks_of(dataset)]
    assert set(found) == names
    assert len(found) == len(names)


def test_oddities_are_counted_in_the_columns_that_have_the_roles() -> None:
    conditions = {each.name: each.condition(FERRY, quoted) for each in oddities_of(FERRY)}
    assert conditions == {
        "zero_distances": '"sea_miles" = 0',
        "backward_trips": '"landed_at" < "boarded_at"',
    }
    zones = next(each for each in oddities_of(GREEN) if each.name == "unknown_zones")
    assert zones.condition(GREEN, quoted) == (
        "coalesce(\"PULocationID\", '264') = '264' OR coalesce(\"DOLocationID\", '264') = '264'"
    )
