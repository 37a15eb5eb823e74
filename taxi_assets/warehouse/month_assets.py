"""What the assets of merged tables have in common, whatever the warehouse."""

from __future__ import annotations

import dagster as dg
from pydantic import Field

from taxi_assets.errors import InvalidFileError
from taxi_assets.lake.assets import ZONES_NAME
from taxi_assets.lake.lake import Lake
from taxi_assets.lake.landed_file import LandedFile
from taxi_assets.lake.landing import lake_name
from taxi_assets.trips.file import TripFile
from taxi_assets.warehouse.loading import Loaded
from taxi_assets.warehouse.oddities import ODDITIES


class LoadConfig(dg.Config):
    """How a month is loaded."""

    force: bool = Field(
        False, description="Load the month even where the table holds this very file already."
    )


def landed_file(lake: Lake, file: TripFile) -> LandedFile:
    """The month's file in the lake.

    Raises:
        InvalidFileError: it has not landed.
    """
    landed = lake.find(lake_name(file))
    if landed is None:
        raise InvalidFileError(
            f"{file} is not in the lake {lake.url}",
            f"materialize lake/{file.dataset.table} for {file.month} first",
        )
    return landed


def landed_zones(lake: Lake) -> LandedFile:
    """The table of taxi zones in the lake.

    Raises:
        InvalidFileError: it has not landed.
    """
    landed = lake.find(ZONES_NAME)
    if landed is None:
        raise InvalidFileError(
            f"{ZONES_NAME} is not in the lake {lake.url}", "materialize lake/zones first"
        )
    return landed


def load_metadata(file: TripFile, loaded: Loaded) -> dict[str, str | int | float]:
    """What Dagster shows of a load, under its standard keys where there is one.

    Dagster plots the numbers by partition.
    """
    shares = {
        f"share_of_{oddity.name}": loaded.tally[oddity.name] / loaded.rows
        for oddity in ODDITIES
        if oddity.name in loaded.tally
    }
    return {
        "dagster/partition_row_count": loaded.rows,
        "dagster/row_count": loaded.table_rows,
        "filename": file.filename,
        "changed": loaded.changed,
        "replaced_rows": loaded.replaced_rows,
        "seconds": round(loaded.seconds, 3),
        "rows_per_second": round(loaded.rows_per_second),
        **shares,
    }
