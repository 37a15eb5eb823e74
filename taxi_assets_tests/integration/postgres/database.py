"""A Postgres database that months are loaded into, and what can be seen in it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
from pydantic import SecretStr

from taxi_assets.lake.folder import FolderLake
from taxi_assets.lake.landing import Landing, inspection_of, lake_name, land
from taxi_assets.lake.local_copy import LocalCopy
from taxi_assets.rows.reading import OpenMonth
from taxi_assets.source.mirror import MirrorTransport
from taxi_assets.trips.datasets import DATASETS
from taxi_assets.trips.file import FileFormat, TripFile
from taxi_assets.trips.month import Month
from taxi_assets.warehouse.loading import Loaded
from taxi_assets.warehouse.postgres.connection import PostgresServer
from taxi_assets.warehouse.postgres.replace_month import replace_month
from taxi_assets.warehouse.postgres.warehouse import PostgresWarehouse
from taxi_assets_tests.published import csv_month, lines

Row = tuple[object, ...]
GREEN = DATASETS["green"]
YELLOW = DATASETS["yellow"]
APRIL = TripFile(GREEN, Month(2020, 4), FileFormat.CSV)
MAY = TripFile(GREEN, Month(2020, 5), FileFormat.CSV)

_TRIPS = lines(GREEN, 100)
OLD = csv_month(GREEN, _TRIPS[:60])
NEW = csv_month(GREEN, _TRIPS[20:])
OLD_ROWS, NEW_ROWS = 60, 80
PASSWORD = "s3cret-p4ss"
"""Of the roles that tests make."""


@dataclass(frozen=True)
class Database:
    """A database of its own for a test.

    Attributes:
        dsn: its URL, for a superuser.
        folder: where files land.
        schema: where tables are made.
    """

    dsn: str
    folder: Path
    schema: str = "public"

    def server(self, dsn: str | None = None, **limits: float) -> PostgresServer:
        """The server as the product talks to it."""
        return PostgresServer(SecretStr(dsn or self.dsn), self.schema, **limits)  # type: ignore[arg-type]

    def warehouse(self, **limits: float) -> PostgresWarehouse:
        """It, as the product has it."""
        return PostgresWarehouse(self.server(None, **limits))

    def connect(self) -> AbstractContextManager[psycopg.Connection]:
        """A connection of somebody else."""
        return psycopg.connect(self.dsn, autocommit=True)

    def query(self, text: str, *values: object) -> list[Row]:
        """What the database answers somebody else."""
        with self.connect() as connection:
            cursor = connection.execute(text.encode(), values or None)
            return cursor.fetchall() if cursor.description else []

    def open(self, file: TripFile, data: bytes) -> OpenMonth:
        """Land these bytes as that file."""
        lake = FolderLake(self.folder / "lake")
        published = self.folder / "mirror" / file.published_name
        published.parent.mkdir(parents=True, exist_ok=True)
        published.write_bytes(data)
        landing = land(
            lake,
            lake_name(file),
            published.as_uri(),
            MirrorTransport(),
            lambda: inspection_of(file, 100),
            lambda *_: None,
        )
        assert isinstance(landing, Landing)
        return OpenMonth(file, landing.file, LocalCopy(lake.path(landing.file.name), landing.file))

    def load(
        self,
        file: TripFile = APRIL,
        data: bytes = OLD,
        server: PostgresServer | None = None,
        force: bool = False,
        on_rows: Callable[[int], None] = lambda _: None,
    ) -> Loaded:
        """Make the month in the table equal to these bytes."""
        server = server or self.server()
        month = self.open(file, data)
        with PostgresWarehouse(server).session() as session:
            return replace_month(session, month, "a run", force, on_rows)

    def rows(self, table: str = "green_tripdata", where: str = "true") -> Counter[Row]:
        """All rows of a table."""
        return Counter(self.query(f"SELECT * FROM {table} WHERE {where}"))

    def counts(self, table: str = "green_tripdata") -> dict[object, object]:
        """Rows of each file in a table."""
        return dict(self.query(f"SELECT filename, count(*) FROM {table} GROUP BY 1"))  # type: ignore[arg-type]

    def ledger(self) -> dict[object, object]:
        """Rows of each file in the ledger."""
        return dict(self.query("SELECT filename, rows FROM tripdata_files"))  # type: ignore[arg-type]

    def relations(self, schema: str = "public") -> set[str]:
        """Names of all tables and partitions."""
        query = "SELECT relname FROM pg_class WHERE relnamespace = to_regnamespace(%s)"
        return {str(name) for (name,) in self.query(f"{query} AND relkind IN ('r', 'p')", schema)}


def dsn_of(database: Database, role: str, password: str = PASSWORD, name: str = "") -> str:
    """The database's URL for a role, or that of another database of the server."""
    parts = urlsplit(database.dsn)
    return f"postgresql://{role}:{password}@{parts.hostname}:{parts.port}{name or parts.path}"
