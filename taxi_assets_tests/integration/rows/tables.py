"""A lake and a database, to see what becomes of a file in them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import duckdb

from taxi_assets.lake.folder import FolderLake
from taxi_assets.lake.landing import Landing, inspection_of, judge, lake_name, land
from taxi_assets.lake.local_copy import LocalCopy
from taxi_assets.rows.reading import OpenMonth
from taxi_assets.source.mirror import MirrorTransport
from taxi_assets.trips.file import FileFormat, TripFile
from taxi_assets.trips.green import GREEN
from taxi_assets.trips.month import Month
from taxi_assets.warehouse.duckdb.replace_month import replace_month
from taxi_assets.warehouse.duckdb.session import DuckDBSession

Row = dict[str, object]

GREEN_CSV = TripFile(GREEN, Month(2020, 4), FileFormat.CSV)


@dataclass(frozen=True)
class Tables:
    """A database, a folder for its lake, and what columns that are not declared do to a file."""

    connection: duckdb.DuckDBPyConnection
    folder: Path
    undeclared_columns: str = "refuse"

    def rows(self, data: bytes, file: TripFile = GREEN_CSV) -> list[Row]:
        """Load these bytes as that month; what the table then holds of it, in file order."""
        source = self.folder / file.published_name
        source.write_bytes(data)
        lake = FolderLake(self.folder / "lake")
        landing = land(
            lake,
            lake_name(file),
            source.as_uri(),
            MirrorTransport(),
            lambda: inspection_of(file, max_jagged_rows=100),
            lambda facts, _: judge(file, facts, "warn", self.undeclared_columns),
        )
        assert isinstance(landing, Landing)
        copy = LocalCopy(lake.path(landing.file.name), landing.file)
        replace_month(DuckDBSession(self.connection), OpenMonth(file, landing.file, copy))
        found = self.connection.execute(
            f"FROM {file.dataset.table} WHERE filename = ? ORDER BY rowid", [file.filename]
        )
        names = [column[0] for column in found.description or ()]
        return [dict(zip(names, row, strict=True)) for row in found.fetchall()]

    def values(self, name: str, data: bytes, file: TripFile = GREEN_CSV) -> list[object]:
        """The values of one column."""
        return [row[name] for row in self.rows(data, file)]
