"""Which loaded months the source has published anew, asked a few at a time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from pydantic import BaseModel, ConfigDict

from taxi_assets.errors import InvalidMonthError, SourceRefusedError, SourceUnavailableError
from taxi_assets.lake.lake import Lake
from taxi_assets.lake.landing import lake_name
from taxi_assets.source.catalog import Catalog
from taxi_assets.source.public_url import public_url
from taxi_assets.source.transfer import Absent, Version
from taxi_assets.trips.dataset import Dataset
from taxi_assets.trips.file import TripFile
from taxi_assets.trips.month import Month
from taxi_assets.warehouse.ledger import LedgerEntry

INTERVAL = timedelta(minutes=30)
"""Time between two ticks."""

LOOKS_A_TICK = 12
"""Requests of a tick: 576 months a day; TLC has published 200 of yellow taxis."""

_LONGEST_PAUSE = timedelta(hours=12)


class Cursor(BaseModel):
    """Where the last tick stopped.

    Attributes:
        last: the month that was looked at last.
        failures: how many ticks in a row the source did not answer.
        not_before: no request is made before that time.
    """

    model_config = ConfigDict(frozen=True)

    last: str = ""
    failures: int = 0
    not_before: datetime = datetime.min.replace(tzinfo=UTC)

    def after(self, months: Sequence[Month]) -> list[Month]:
        """The next months to look at, in a circle."""
        ordered = sorted(months)
        following = [month for month in ordered if str(month) > self.last]
        return (following + ordered[: len(ordered) - len(following)])[:LOOKS_A_TICK]


class Findings(BaseModel):
    """What a tick found.

    Attributes:
        cursor: for the next tick.
        changed: months to load again, with what tells their new versions apart.
        reason: what was seen, in words.
    """

    cursor: Cursor
    changed: dict[str, str]
    reason: str


def look_for_republished(
    catalog: Catalog,
    lake: Lake,
    dataset: Dataset,
    loaded: Mapping[Month, Sequence[LedgerEntry]],
    cursor: Cursor,
    now: datetime,
) -> Findings:
    """Ask the source for the next few loaded months, and stop at the first failure.

    A source that is down is asked ever more rarely, up to twice a day.
    """
    if now < cursor.not_before:
        return Findings(
            cursor=cursor,
            changed={},
            reason=f"the source failed {cursor.failures} times; asked again after "
            f"{cursor.not_before:%Y-%m-%d %H:%M} UTC",
        )
    changed: dict[str, str] = {}
    gone: list[str] = []
    elsewhere: list[str] = []
    months = cursor.after(list(loaded))
    for month in months:
        try:
            file = catalog.file(dataset, month)
            version = catalog.look(file)
        except InvalidMonthError:
            elsewhere.append(str(month))
            cursor = Cursor(last=str(month))
            continue
        except (SourceUnavailableError, SourceRefusedError) as error:
            pause = min(_LONGEST_PAUSE, INTERVAL * 2**cursor.failures)
            failed = cursor.model_copy(
                update={"failures": cursor.failures + 1, "not_before": now + pause}
            )
            return Findings(cursor=failed, changed=changed, reason=error.what)
        if isinstance(version, Absent):
            gone.append(str(month))
        elif _differs(catalog, lake, file, loaded[month], version):
            changed[str(month)] = version.etag or version.last_modified or str(version.size_bytes)
        cursor = Cursor(last=str(month))
    seen = f"{months[0]} to {months[-1]}" if months else "nothing is loaded"
    lost = f"; no longer at the source, kept here: {', '.join(gone)}" if gone else ""
    if elsewhere:
        lost += f"; not in the source that TAXI_SOURCE chooses: {', '.join(elsewhere)}"
    return Findings(cursor=cursor, changed=changed, reason=f"unchanged: {seen}{lost}")


def _differs(
    catalog: Catalog,
    lake: Lake,
    file: TripFile,
    entries: Sequence[LedgerEntry],
    version: Version,
) -> bool:
    landed = lake.find(lake_name(file))
    from_here = landed is not None and landed.url == public_url(catalog.url(file))
    if landed is not None and from_here and all(e.sha256 == landed.sha256 for e in entries):
        return not landed.is_version(version)
    # The lake does not hold what was loaded: time has to tell.
    if version.last_modified is None:
        return False
    try:
        published = parsedate_to_datetime(version.last_modified)
    except ValueError:
        return False
    return any(published > e.loaded_at.replace(tzinfo=e.loaded_at.tzinfo or UTC) for e in entries)
