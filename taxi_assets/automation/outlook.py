"""The newest months at the source, held against those that are loaded."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from taxi_assets.source.catalog import Catalog
from taxi_assets.source.transfer import Absent, Version
from taxi_assets.trips.dataset import Dataset
from taxi_assets.trips.month import Month


@dataclass(frozen=True)
class Outlook:
    """What the source has of the newest months.

    Attributes:
        missing: published but not loaded, newest first, each with the version published.
        unpublished: neither loaded nor published, newest first.
        newest: the newest month that is published or loaded; None where there is none.
    """

    missing: dict[Month, Version]
    unpublished: tuple[Month, ...]
    newest: Month | None

    @property
    def nothing_to_load(self) -> str:
        """Why there is nothing to load, in words."""
        if self.unpublished:
            awaited = self.unpublished[0]
            known = f"the newest is {self.newest}" if self.newest else "nor is any month before it"
            return f"{awaited} is not published yet; {known}"
        return f"every month up to {self.newest} is loaded"


def look_ahead(
    catalog: Catalog, dataset: Dataset, loaded: Collection[Month], today: date
) -> Outlook:
    """Ask the source for the newest months that are not loaded, newest first.

    Args:
        catalog: where months are published, and how many of the newest count.
        dataset: whose months.
        loaded: the months that need not be asked for.
        today: no month that has not ended by that day is asked for; in UTC, as the partitions.

    Raises:
        SourceUnavailableError, SourceRefusedError: the source did not say.
        InvalidMonthError: the chosen publication has no month of the dataset.
    """
    return look_up(catalog, dataset, newest_months(catalog, dataset, today), loaded)


def newest_months(catalog: Catalog, dataset: Dataset, today: date) -> list[Month]:
    """The newest months that the source can have by that day, newest first.

    Raises:
        InvalidMonthError: the chosen publication has none of the dataset.
    """
    last = catalog.last_month(dataset, today)
    first = max(last.plus(1 - catalog.settings.schedule_months), dataset.first_month)
    return sorted(first.through(last), reverse=True)


def look_up(
    catalog: Catalog, dataset: Dataset, months: Sequence[Month], loaded: Collection[Month]
) -> Outlook:
    """Ask the source for those of the months that are not loaded.

    Args:
        catalog: where months are published.
        dataset: whose months.
        months: the months in question, newest first.
        loaded: the months that need not be asked for.

    Raises:
        SourceUnavailableError, SourceRefusedError: the source did not say.
    """
    missing: dict[Month, Version] = {}
    unpublished = []
    for month in (month for month in months if month not in loaded):
        match catalog.look(catalog.file(dataset, month)):
            case Absent():
                unpublished.append(month)
            case version:
                missing[month] = version
    known = [*missing, *(month for month in months if month in loaded)]
    return Outlook(missing, tuple(unpublished), max(known, default=None))
