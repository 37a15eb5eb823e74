"""Whoever reads while a month is loaded sees the old rows or the new ones."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import psycopg

from taxi_assets_tests.integration.postgres.database import (
    APRIL,
    MAY,
    NEW,
    NEW_ROWS,
    OLD,
    OLD_ROWS,
    Database,
)

READERS = 8
LOADS = 6


def test_eight_readers_see_old_or_new_counts_and_no_error(database: Database) -> None:
    database.load()
    database.load(MAY)
    done = threading.Event()
    ready = threading.Barrier(READERS + 1)

    def read(number: int) -> set[object]:
        query = (
            b"SELECT count(*), count(DISTINCT fare_amount) FROM green_tripdata WHERE filename = %s"
        )
        seen: set[object] = set()
        with database.connect() as connection:
            if number % 2:  # With a plan that is kept, too.
                connection.prepare_threshold = 0
            ready.wait()
            while not done.is_set():
                seen.add(connection.execute(query, [APRIL.filename]).fetchone())
        return seen

    with ThreadPoolExecutor(READERS) as pool:
        readers = [pool.submit(read, number) for number in range(READERS)]
        ready.wait()
        try:
            for data in [NEW, OLD] * (LOADS // 2):
                database.load(data=data)
        finally:
            done.set()
        seen = set().union(*(reader.result() for reader in readers))
    assert seen == {(OLD_ROWS, OLD_ROWS), (NEW_ROWS, NEW_ROWS)}


def test_an_older_snapshot_sees_a_whole_month(database: Database) -> None:
    database.load()
    with psycopg.connect(database.dsn) as reader:
        reader.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        reader.execute("SELECT 1")
        database.load(data=NEW)
        found = reader.execute("SELECT count(*) FROM green_tripdata").fetchone()
    assert found in [(OLD_ROWS,), (NEW_ROWS,)]
