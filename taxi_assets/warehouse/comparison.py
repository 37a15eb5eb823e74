"""Holds a month at the source against lake and ledger: for loads, dry runs, schedules, sensors."""

from __future__ import annotations

from enum import StrEnum

from taxi_assets.lake.landed_file import LandedFile
from taxi_assets.source.catalog import Catalog
from taxi_assets.source.public_url import public_url
from taxi_assets.source.transfer import Absent, Version
from taxi_assets.trips.file import TripFile
from taxi_assets.warehouse.ledger import LedgerEntry


class LakeStep(StrEnum):
    """What a load would do with a month's file in the lake."""

    FETCH = "fetch"
    FETCH_ANEW = "fetch anew"
    FETCH_FROM_HERE = "fetch, it came from elsewhere"
    KEEP = "unchanged"
    NOT_PUBLISHED = "not published"
    KEEP_WITHDRAWN = "no longer published, kept"


class Held(StrEnum):
    """What a warehouse holds of a file that is in the lake, by its ledger."""

    THIS = "this very file"
    OTHER_VERSION = "another version of it"
    FEWER_COLUMNS = "it without columns that were declared since"
    OTHER_FORMAT = "the month in another format"


def lake_step(
    catalog: Catalog, file: TripFile, landed: LandedFile | None, answer: Version | Absent
) -> LakeStep:
    """What a load would do with a month's file in the lake.

    Args:
        catalog: where it is published.
        file: the month.
        landed: the file in the lake; None if there is none.
        answer: what the source says of it.
    """
    if isinstance(answer, Absent):
        return LakeStep.NOT_PUBLISHED if landed is None else LakeStep.KEEP_WITHDRAWN
    if landed is None:
        return LakeStep.FETCH
    if landed.url != public_url(catalog.url(file)):
        return LakeStep.FETCH_FROM_HERE
    return LakeStep.KEEP if landed.is_version(answer) else LakeStep.FETCH_ANEW


def held_as(file: TripFile, landed: LandedFile, entry: LedgerEntry) -> Held:
    """What a warehouse holds of a file that is in the lake, by its ledger's entry of the month."""
    if entry.filename != file.filename:
        return Held.OTHER_FORMAT
    if entry.sha256 != landed.sha256:
        return Held.OTHER_VERSION
    return Held.THIS if entry.is_of(file, landed) else Held.FEWER_COLUMNS
