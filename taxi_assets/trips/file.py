"""The published file of one month: its format and its names."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from taxi_assets.errors import InvalidMonthError
from taxi_assets.trips.dataset import Dataset
from taxi_assets.trips.month import Month


class FileFormat(StrEnum):
    """The formats of a month's file. The row counts of one month differ between formats."""

    CSV = "csv"
    """The CSV releases, gzipped."""
    PARQUET = "parquet"
    """TLC's own files."""
    SYNTHETIC = "synthetic"
    """Made by this project with the layout of the CSV releases. They are not real trips."""

    @property
    def suffix(self) -> str:
        """The end of ``filename`` in the tables. It marks synthetic rows as such."""
        return ".synthetic.csv" if self is FileFormat.SYNTHETIC else f".{self}"

    @property
    def published_suffix(self) -> str:
        """The end of the published file's name. CSVs are gzipped."""
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
        """The name of the published file, such as ``green_tripdata_2020-04.csv.gz``."""
        return f"{self.dataset.table}_{self.month}{self.format.published_suffix}"

    @property
    def filename(self) -> str:
        """The value of the tables' column ``filename``, such as ``green_tripdata_2020-04.csv``."""
        return f"{self.dataset.table}_{self.month}{self.format.suffix}"

    @classmethod
    def published_as(cls, dataset: Dataset, name: str) -> TripFile | None:
        """The file with that published name; None if no file of the dataset has it."""
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
        """The file with that ``filename`` in the tables; None if no file of the dataset has it."""
        return cls.published_as(dataset, filename) or cls.published_as(dataset, f"{filename}.gz")

    @property
    def siblings(self) -> tuple[TripFile, ...]:
        """The same month in every format, this one included. Only one of them is loaded."""
        return tuple(TripFile(self.dataset, self.month, format_) for format_ in FileFormat)
