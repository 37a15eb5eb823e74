"""The published file of one month: in which format it comes and how it is named."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from taxi_assets.errors import InvalidMonthError
from taxi_assets.trips.dataset import Dataset
from taxi_assets.trips.month import Month


class FileFormat(StrEnum):
    """The forms in which a month may come; the row counts of one month differ between them."""

    CSV = "csv"
    """The CSV releases, gzipped."""
    PARQUET = "parquet"
    """TLC's own files."""
    SYNTHETIC = "synthetic"
    """Made by this project in the layout of the CSV releases. Not real trips."""

    @property
    def suffix(self) -> str:
        """How ``filename`` in the tables ends. Synthetic rows say that they are."""
        return ".synthetic.csv" if self is FileFormat.SYNTHETIC else f".{self}"

    @property
    def published_suffix(self) -> str:
        """How the published file's name ends: CSVs are gzipped."""
        return self.suffix if self is FileFormat.PARQUET else f"{self.suffix}.gz"


@dataclass(frozen=True)
class TripFile:
    """One month of one dataset in one format."""

    dataset: Dataset
    month: Month
    format: FileFormat

    def __str__(self) -> str:
        return self.published_name

    @property
    def published_name(self) -> str:
        """The name it is published under, such as ``green_tripdata_2020-04.csv.gz``."""
        return f"{self.dataset.table}_{self.month}{self.format.published_suffix}"

    @property
    def filename(self) -> str:
        """What the tables' column ``filename`` says, such as ``green_tripdata_2020-04.csv``."""
        return f"{self.dataset.table}_{self.month}{self.format.suffix}"

    @classmethod
    def published_as(cls, dataset: Dataset, name: str) -> TripFile | None:
        """The file that is published under that name; None where no file of the dataset is."""
        for format_ in FileFormat:
            text = name.removeprefix(f"{dataset.table}_").removesuffix(format_.published_suffix)
            try:
                file = cls(dataset, Month.parse(text), format_)
            except InvalidMonthError:
                continue
            if file.published_name == name:
                return file
        return None

    @classmethod
    def loaded_as(cls, dataset: Dataset, filename: str) -> TripFile | None:
        """The file that the tables call so; None where no file of the dataset is."""
        return cls.published_as(dataset, filename) or cls.published_as(dataset, f"{filename}.gz")

    @property
    def siblings(self) -> tuple[TripFile, ...]:
        """The same month in every format, this one included: a month has one at a time."""
        return tuple(TripFile(self.dataset, self.month, format_) for format_ in FileFormat)
