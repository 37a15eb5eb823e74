"""Brings what the settings name into the lake; again, where the lake's copy is damaged."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from taxi_assets.errors import DamagedCopyError, PermanentError, TaxiAssetsError, TransientError
from taxi_assets.lake.downloads import download_transport
from taxi_assets.lake.lake import Lake
from taxi_assets.lake.landed_file import LandedFile
from taxi_assets.lake.landing import Landing, inspection_of, judge, lake_name, land
from taxi_assets.lake.zones_inspection import ZoneShapesInspection, ZonesInspection
from taxi_assets.source.catalog import Catalog
from taxi_assets.source.transfer import Absent
from taxi_assets.trips.file import TripFile
from taxi_assets.trips.zones import ZONE_SHAPES, ZoneTable

_log = logging.getLogger(__name__)

Land = Callable[[bool], Landing | Absent]
"""Lands a file; True: even where the lake has what the source serves."""


def land_month(
    lake: Lake, catalog: Catalog, file: TripFile, anew: bool = False
) -> Landing | Absent:
    """Bring a month's file into the lake.

    Args:
        lake: where it goes.
        catalog: where it is published, and what is asked of it.
        file: the month.
        anew: fetch and publish it even where the lake has these bytes already.

    Raises:
        InvalidFileError: the file is not what it should be; the lake is as it was.
        SourceUnavailableError, SourceRefusedError: the source did not hand it over.
        StorageError: the lake could not keep it.
    """
    settings = catalog.settings
    return land(
        lake,
        lake_name(file),
        catalog.url(file),
        download_transport(catalog, catalog.url(file)),
        lambda: inspection_of(file, settings.max_jagged_rows, settings.max_file_gb * 1e9),
        lambda facts, changed: judge(
            file, facts, settings.published_counts, settings.undeclared_columns, changed
        ),
        anew,
    )


def land_zones(
    lake: Lake, catalog: Catalog, table: ZoneTable, anew: bool = False
) -> Landing | Absent:
    """Bring a file about the taxi zones into the lake; raises what `land_month` does.

    A host that does not answer is not waited for long where it is only about shapes.
    """
    url = catalog.zones_url(table)
    transport = download_transport(catalog, url, is_hasty=table is ZONE_SHAPES)
    inspect = ZoneShapesInspection if table is ZONE_SHAPES else ZonesInspection
    return land(lake, table.landed, url, transport, inspect, lambda *_: None, anew)


def restored(damage: DamagedCopyError, land_again: Land) -> LandedFile:
    """Fetch a file anew whose copy in the lake is damaged.

    Returns:
        What the lake has now: the same bytes, or the version that the source has meanwhile.

    Raises:
        PermanentError, TransientError: the source cannot help; says so beside the damage.
    """
    _log.warning("%s: it is fetched again", damage.what)
    with _told_with(damage):
        outcome = land_again(True)
    if isinstance(outcome, Absent):
        raise DamagedCopyError(
            f"{damage.what}; the source does not have it ({outcome.answer})", damage.remedy
        )
    return outcome.file


@contextmanager
def _told_with(damage: DamagedCopyError) -> Iterator[None]:
    try:
        yield
    except TaxiAssetsError as error:
        what = f"{damage.what}; it could not be fetched again: {error.what}"
        if isinstance(error, TransientError):
            raise type(error)(what, error.remedy, error.wait_seconds) from None
        kind = type(error) if isinstance(error, PermanentError) else DamagedCopyError
        raise kind(what, error.remedy) from None
