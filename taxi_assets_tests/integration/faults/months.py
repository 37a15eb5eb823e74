"""Two versions of one month, of which each lacks rows of the other."""

from taxi_assets.trips.green import GREEN
from taxi_assets_tests.command_line import Rows, rows_in
from taxi_assets_tests.published import csv_month, lines

MONTH = "2020-04"
NAME = f"green_tripdata_{MONTH}.csv.gz"
FILENAME = f"green_tripdata_{MONTH}.csv"

_TRIPS = lines(GREEN, 100)
OLD = csv_month(GREEN, _TRIPS[:60])
NEW = csv_month(GREEN, _TRIPS[40:])
OTHER = csv_month(GREEN, _TRIPS[20:50])
"""A third version, which a host may serve all of a sudden."""


def rows(published: bytes) -> Rows:
    """The rows of a version."""
    return rows_in(published, GREEN)
