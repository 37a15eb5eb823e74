"""The months of a dataset, each in one state: what is wanted, held against what is there."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from email.utils import parsedate_to_datetime
from enum import StrEnum

from taxi_assets.errors import InvalidMonthError
from taxi_assets.lake.landed_file import LandedFile
from taxi_assets.source.catalog import Catalog
from taxi_assets.source.public_url import public_url
from taxi_assets.source.transfer import Version
from taxi_assets.trips.dataset import Dataset
from taxi_assets.trips.file import TripFile
from taxi_assets.trips.month import Month
from taxi_assets.warehouse.comparison import Held, LakeStep, held_as, lake_step
from taxi_assets.warehouse.ledger import LedgerEntry
from taxi_assets.watch.sightings import Sighting, Sightings
from taxi_assets.watch.tries import Tries

LOOKS_BEFORE_FAILING = 3
"""So many looks in a row without an answer, within two hours, make a month's trouble."""


class Standing(StrEnum):
    """How a month stands."""

    HELD = "held"
    NEWER = "newer at the source"
    PUBLISHED = "published, not loaded"
    FAILING = "failing"
    AWAITED = "not published yet"
    OVERDUE = "overdue"
    WITHDRAWN = "no longer at the source, kept"
    UNSEEN = "not looked at yet"
    OUTSIDE = "outside what is watched"


@dataclass(frozen=True)
class MonthLine:
    """How one month stands.

    Attributes:
        taxi: the dataset.
        month: which one.
        standing: its state.
        since: when that began; None where it is not known.
        reason: why it is so, where there is more to say.
        held: whether every warehouse has the month, in whatever version.
        lacking: whether the source has a version that is not held.
        is_newest: whether it is among the newest months, which the schedules load by themselves.
        on_its_way: whether a run loads it or will.
        seen_since: since when the source has been seen to have the version that is lacking.
        rests_until: no run of it is asked for before that time.
    """

    taxi: str
    month: Month
    standing: Standing
    since: datetime | None = None
    reason: str = ""
    held: bool = False
    lacking: bool = False
    is_newest: bool = False
    on_its_way: bool = False
    seen_since: datetime | None = None
    rests_until: datetime | None = None

    def is_due(self, now: datetime) -> bool:
        """Whether a run of it should be asked for now."""
        rests = self.rests_until is not None and now < self.rests_until
        return self.lacking and not self.on_its_way and not rests

    def is_late(self, max_days: float, now: datetime) -> bool:
        """Whether it has been seen at the source for longer; twice as long, if it is on its way.

        It counts from when it was first seen: nobody is late who was away when it was published.
        """
        if not self.lacking or self.is_gap or self.seen_since is None:
            return False
        return now - self.seen_since > timedelta(days=max_days) * (2 if self.on_its_way else 1)

    @property
    def is_gap(self) -> bool:
        """Whether it is missing where nothing loads it by itself."""
        return not self.held and not self.is_newest and self.lacking

    @property
    def text(self) -> str:
        """Its state in words."""
        parts = [
            self.standing,
            *([f"since {self.since:%Y-%m-%d}"] if self.since else []),
            *(["being loaded"] if self.on_its_way else []),
        ]
        return ", ".join(parts) + (f": {self.reason}" if self.reason else "")


@dataclass(frozen=True)
class Facts:
    """What is known of a dataset, from ledgers, lake, looks at the source, and runs.

    Attributes:
        entries: the lines of all ledgers, by month.
        landed: the files in the lake, by month and format.
        sightings: what the source was last seen to have.
        on_their_way: months that a run loads or will.
        tries: what came of a month's last runs.
        why: why a run failed, in words.
    """

    entries: Mapping[Month, Sequence[LedgerEntry]]
    landed: Mapping[TripFile, LandedFile]
    sightings: Sightings
    on_their_way: Collection[Month]
    tries: Callable[[Month], Tries]
    why: Callable[[Tries], str]


def newest_months(catalog: Catalog, dataset: Dataset, today: date) -> list[Month]:
    """The newest months that the source can have by that day, newest first.

    Raises:
        InvalidMonthError: the chosen publication has none of the dataset.
    """
    last = catalog.last_month(dataset, today)
    first = max(last.plus(1 - catalog.settings.schedule_months), dataset.first_month)
    return sorted(first.through(last), reverse=True)


def watched_months(
    catalog: Catalog, dataset: Dataset, loaded: Collection[Month], today: date
) -> list[Month]:
    """The months that are watched, oldest first: the newest, and all from the first one loaded.

    Raises:
        InvalidMonthError: the chosen publication has none of the dataset.
    """
    newest = newest_months(catalog, dataset, today)
    if not newest:
        return sorted(loaded)
    first, last = min([*loaded, newest[-1]]), newest[0]
    # A publication that has ended has none of the months between its last and those of another.
    return sorted({*first.through(last), *loaded})


def compare(
    catalog: Catalog,
    dataset: Dataset,
    months: Sequence[Month],
    newest: Collection[Month],
    facts: Facts,
    today: date,
) -> list[MonthLine]:
    """Hold what is wanted of each of the months against what is there.

    Args:
        catalog: which file a month comes from, and into which warehouses it goes.
        dataset: whose months.
        months: which ones.
        newest: those of them that the schedules load by themselves.
        facts: what is known of them.
        today: by which it is told what is overdue, in UTC.
    """
    return [_line(catalog, dataset, month, month in newest, facts, today) for month in months]


def _line(
    catalog: Catalog, dataset: Dataset, month: Month, is_newest: bool, facts: Facts, today: date
) -> MonthLine:
    entries = facts.entries.get(month, ())
    held = len(entries) >= len(catalog.settings.warehouses)
    line = MonthLine(
        dataset.taxi,
        month,
        Standing.HELD if held else Standing.UNSEEN,
        held=held,
        is_newest=is_newest,
        on_its_way=month in facts.on_their_way,
    )
    try:
        file = catalog.file(dataset, month)
    except InvalidMonthError as error:
        return _as(line, Standing.OUTSIDE, None, error.what)
    seen = facts.sightings.of(month).at(public_url(catalog.url(file)))
    version = seen.version
    if version is not None and (
        not held or _differs(catalog, file, facts.landed.get(file), entries, version)
    ):
        return _lacking(line, seen, facts)
    if seen.failures >= LOOKS_BEFORE_FAILING:
        return _as(line, Standing.FAILING, seen.failing_since, seen.failure)
    if not seen.absent:
        return line
    if held:
        return _as(line, Standing.WITHDRAWN, seen.since)
    since = datetime.combine(catalog.overdue_from(month), time(), UTC)
    is_overdue = catalog.is_overdue(month, today)
    return _as(line, Standing.OVERDUE, since) if is_overdue else _as(line, Standing.AWAITED)


def _lacking(line: MonthLine, seen: Sighting, facts: Facts) -> MonthLine:
    found = facts.tries(line.month)
    lacking = _as(line, Standing.NEWER if line.held else Standing.PUBLISHED, seen.since)
    lacking = _with(lacking, lacking=True, seen_since=seen.since, rests_until=found.rests_until)
    if found.failed is None:
        return lacking
    return _as(lacking, Standing.FAILING, found.failing_since, facts.why(found))


def _as(
    line: MonthLine, standing: Standing, since: datetime | None = None, reason: str = ""
) -> MonthLine:
    return _with(line, standing=standing, since=since, reason=reason)


def _with(line: MonthLine, **changes: object) -> MonthLine:
    return replace(line, **changes)  # type: ignore[arg-type]


def _differs(
    catalog: Catalog,
    file: TripFile,
    landed: LandedFile | None,
    entries: Sequence[LedgerEntry],
    version: Version,
) -> bool:
    """Whether the source serves another version than the one that is held."""
    step = lake_step(catalog, file, landed, version)
    if landed is not None and step is LakeStep.KEEP:
        # It has landed; was it loaded?
        return any(held_as(file, landed, entry) is Held.OTHER_VERSION for entry in entries)
    if step is LakeStep.FETCH_ANEW:
        return True
    # The lake does not hold what was loaded: time has to tell.
    published = published_at(version)
    if published is None:
        return False
    return any(published > e.loaded_at.replace(tzinfo=e.loaded_at.tzinfo or UTC) for e in entries)


def published_at(version: Version) -> datetime | None:
    """When the source says that it published a version; None where it does not say."""
    try:
        return parsedate_to_datetime(version.last_modified or "")
    except ValueError:
        return None
