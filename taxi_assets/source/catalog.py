"""Which file holds a month, and where it is published."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from urllib.parse import urljoin, urlsplit

from taxi_assets.errors import InvalidMonthError
from taxi_assets.settings import Settings, SourceChoice
from taxi_assets.source.public_url import MIRROR_SETTINGS
from taxi_assets.source.transfer import Absent, Transport, Version
from taxi_assets.trips.dataset import Dataset
from taxi_assets.trips.file import FileFormat, TripFile
from taxi_assets.trips.month import Month
from taxi_assets.trips.zones import ZONE_SHAPES, ZoneTable

LOOK_SECONDS = 5
"""Longest silence of a host that is only looked at: a tick, which looks at several months, has a
minute."""


@dataclass(frozen=True)
class Catalog:
    """The publications that the settings chose."""

    settings: Settings

    def file(self, dataset: Dataset, month: Month) -> TripFile:
        """The file that a month comes from: one format per month, by ``TAXI_SOURCE``.

        Raises:
            InvalidMonthError: the dataset, or the chosen publication, has no such month.
        """
        dataset.require(month)
        releases = dataset.csv_releases
        in_csv = releases is not None and month in releases
        match self.settings.source:
            case SourceChoice.SAMPLE:
                return TripFile(dataset, month, FileFormat.SYNTHETIC)
            case SourceChoice.PARQUET:
                return TripFile(dataset, month, FileFormat.PARQUET)
            case SourceChoice.CSV if not in_csv:
                raise _not_in_csv(dataset, month)
            case _:
                return TripFile(dataset, month, FileFormat.CSV if in_csv else FileFormat.PARQUET)

    def url(self, file: TripFile) -> str:
        """Where the file is published."""
        match file.format:
            case FileFormat.CSV:
                return f"{self.settings.csv_base_url}/{file.dataset.taxi}/{file.published_name}"
            case FileFormat.PARQUET:
                return f"{self.settings.parquet_base_url}/{file.published_name}"
            case FileFormat.SYNTHETIC:
                return f"sample://{file.dataset.taxi}/{file.month}"

    def zones_url(self, table: ZoneTable) -> str:
        """Where a file about the zones is published.

        The zones are beside the CSV releases, their shapes beside TLC's folder of Parquet files.
        """
        if self.settings.source is SourceChoice.SAMPLE:
            return f"sample://{table.name}"
        if table is ZONE_SHAPES:
            return urljoin(f"{self.settings.parquet_base_url}/", f"../misc/{table.file}")
        return f"{self.settings.csv_base_url}/misc/{table.file}"

    def transport(
        self, url: str, address_setting: str = MIRROR_SETTINGS, is_hasty: bool = False
    ) -> Transport:
        """What fetches that URL. Only what it needs is imported: others take a fifth of a second.

        Args:
            url: a URL that a setting gave.
            address_setting: this setting: errors name it.
            is_hasty: whether an HTTP host is asked once, and waited for a few seconds at most.
        """
        match urlsplit(url).scheme:
            case "sample":
                from taxi_assets.source.sample import SampleTransport

                return SampleTransport(self.settings.sample_rows, self.settings.sample_seed)
            case "file":
                from taxi_assets.source.mirror import MirrorTransport

                return MirrorTransport()
            case _:
                from taxi_assets.source.http import HttpTransport

                seconds = self.settings.http_timeout_seconds
                timeout_seconds = min(LOOK_SECONDS, seconds) if is_hasty else seconds
                return HttpTransport(
                    attempts=1 if is_hasty else self.settings.http_attempts,
                    connect_timeout_seconds=timeout_seconds,
                    stall_timeout_seconds=timeout_seconds,
                    longest_seconds=self.settings.http_file_seconds,
                    largest_bytes=self.settings.max_file_gb * 1e9,
                    address_setting=address_setting,
                )

    def look(self, file: TripFile) -> Version | Absent:
        """Ask which version of the file is published. There is one try, of a few seconds.

        Raises:
            SourceUnavailableError: the source did not answer within a few seconds.
            SourceRefusedError: it will not serve this request.
        """
        url = self.url(file)
        return self.transport(url, is_hasty=True).look(url)

    def last_month(self, dataset: Dataset, today: date) -> Month:
        """The newest month that the chosen publication can have on that day.

        Raises:
            InvalidMonthError: it has none of the dataset, ever.
        """
        ended = Month.of(today).plus(-1)
        if self.settings.source is not SourceChoice.CSV:
            return ended
        if dataset.csv_releases is None:
            raise _not_in_csv(dataset, ended)
        return min(ended, dataset.csv_releases.last)

    def is_overdue(self, month: Month, today: date) -> bool:
        """Whether a month that the source lacks should have been published by that day."""
        return today >= self.overdue_from(month)

    def overdue_from(self, month: Month) -> date:
        """The first day on which a month that the source lacks is overdue."""
        return (month.end + timedelta(days=self.settings.overdue_days)).date()


def _not_in_csv(dataset: Dataset, month: Month) -> InvalidMonthError:
    releases = dataset.csv_releases
    if releases is None:
        return InvalidMonthError(
            f"there are no CSV releases of {dataset.taxi} trips",
            "set TAXI_SOURCE=auto or parquet to load them",
        )
    return InvalidMonthError(
        f"{month} is not among the CSV releases of {dataset.taxi} trips, "
        f"{releases.first} to {releases.last}",
        "set TAXI_SOURCE=auto or parquet for this month",
    )
