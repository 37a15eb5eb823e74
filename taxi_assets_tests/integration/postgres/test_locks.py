"""Loads and other sessions wait for one another, for as long as the settings say."""

from __future__ import annotations

import logging
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial

import psycopg
import pytest

from taxi_assets.errors import WarehouseBusyError
from taxi_assets.trips.column import Column, ColumnType
from taxi_assets.warehouse.postgres.replace_month import replace_month
from taxi_assets_tests.integration.postgres.database import (
    APRIL,
    MAY,
    NEW,
    NEW_ROWS,
    OLD,
    OLD_ROWS,
    Database,
)


def test_a_long_reader_is_named_when_the_wait_is_over(database: Database) -> None:
    database.load()
    with psycopg.connect(database.dsn, application_name="a notebook") as reader:
        reader.execute("SELECT count(*) FROM green_tripdata")
        held = r"is still held by pid \d+ \([^()]*a notebook[^()]*\) after 0.3 s"
        with pytest.raises(WarehouseBusyError, match=held) as raised:
            database.load(data=NEW, server=database.server(wait_seconds=0.3))
    assert "TAXI_POSTGRES_WAIT_SECONDS" in raised.value.remedy
    assert database.counts() == {APRIL.filename: OLD_ROWS}
    database.load(data=NEW)
    assert database.counts() == {APRIL.filename: NEW_ROWS}


def test_a_load_waits_for_a_long_reader_and_lets_others_read(
    database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    database.load()
    waits = threading.Event()

    def told(_: logging.LogRecord) -> bool:
        waits.set()
        return True

    logger = logging.getLogger("taxi_assets.warehouse.postgres.partition")
    logger.addFilter(told)
    with ThreadPoolExecutor(1) as pool, psycopg.connect(database.dsn) as reader:
        reader.execute("SELECT count(*) FROM green_tripdata")
        load = pool.submit(database.load, data=NEW)
        assert waits.wait(30)
        with database.connect() as other:
            other.execute("SET statement_timeout = '5s'")
            assert other.execute("SELECT count(*) FROM green_tripdata").fetchone() == (OLD_ROWS,)
        reader.rollback()
        assert load.result(30).changed
    logger.removeFilter(told)
    assert "waiting for public.green_tripdata, which is held by pid" in caplog.text
    assert database.counts() == {APRIL.filename: NEW_ROWS}


def test_no_month_is_swapped_while_it_is_measured(database: Database) -> None:
    database.load()
    with (
        database.warehouse().session() as session,
        session.transaction(APRIL.dataset),
        pytest.raises(WarehouseBusyError, match="is still held by"),
    ):
        database.load(data=NEW, server=database.server(wait_seconds=0.3))
    assert database.counts() == {APRIL.filename: OLD_ROWS}


def test_limits_of_the_database_give_way_to_those_of_the_settings(database: Database) -> None:
    name = database.dsn.rpartition("/")[2]
    for limit in ("lock_timeout", "statement_timeout"):
        database.query(f"ALTER DATABASE {name} SET {limit} = '7s'")
    limits = database.warehouse(wait_seconds=20, statement_seconds=120)
    with limits.session() as session, session.transaction():
        found = [
            session.connection.execute(f"SHOW {limit}".encode()).fetchone()
            for limit in ("lock_timeout", "statement_timeout")
        ]
    assert found == [("20s",), ("2min",)]


def test_a_load_that_adds_a_column_lets_others_read(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    database.load()
    green = APRIL.dataset
    fee = Column("night_fee", ColumnType.DOUBLE, "A fee.", None, ("night_fee",), parquet_from=None)
    later = replace(green, columns=(*green.columns, fee))
    waits = threading.Event()
    logger = logging.getLogger("taxi_assets.warehouse.postgres.partition")
    monkeypatch.setattr(logger, "warning", lambda *_: waits.set())
    with ThreadPoolExecutor(1) as pool, psycopg.connect(database.dsn) as reader:
        reader.execute("SELECT count(*) FROM green_tripdata")
        assert not database.load(replace(APRIL, dataset=later)).changed, "nothing is to be done"
        load = pool.submit(database.load, replace(MAY, dataset=later))
        assert waits.wait(30)
        with database.connect() as other:
            other.execute("SET statement_timeout = '5s'")
            assert other.execute("SELECT count(*) FROM green_tripdata").fetchone() == (OLD_ROWS,)
        reader.rollback()
        assert load.result(30).changed
    assert database.query("SELECT count(*), count(night_fee) FROM green_tripdata") == [
        (2 * OLD_ROWS, 0)
    ]


def test_a_first_month_waits_for_no_reader(database: Database) -> None:
    database.load()
    with psycopg.connect(database.dsn) as reader:
        reader.execute("SELECT count(*) FROM green_tripdata")
        database.load(MAY, server=database.server(wait_seconds=0.1))
    assert database.counts() == {APRIL.filename: OLD_ROWS, MAY.filename: OLD_ROWS}


def test_two_loads_of_one_month_take_turns_and_both_succeed(database: Database) -> None:
    month = database.open(APRIL, OLD)
    start = threading.Barrier(2)

    def load() -> bool:
        with database.warehouse().session() as session:
            start.wait()
            return replace_month(session, month).changed

    with ThreadPoolExecutor(2) as pool:
        changed = [pool.submit(load) for _ in range(2)]
        assert sorted(future.result() for future in changed) == [False, True]
    assert database.counts() == {APRIL.filename: OLD_ROWS}


def test_two_months_that_are_replaced_at_once_do_not_wait_for_ever(database: Database) -> None:
    for file in (APRIL, MAY):
        database.load(file)
    both_pass = threading.Barrier(2)
    first: dict[object, bool] = {APRIL: True, MAY: True}

    def meet(file: object, _: int) -> None:
        if first.pop(file, False):
            both_pass.wait(30)

    with ThreadPoolExecutor(2) as pool:
        loads = [
            pool.submit(
                Database(database.dsn, database.folder / name).load,
                file,
                NEW,
                on_rows=partial(meet, file),
            )
            for name, file in (("a", APRIL), ("b", MAY))
        ]
        assert all(load.result(60).changed for load in loads)
    assert database.counts() == {APRIL.filename: NEW_ROWS, MAY.filename: NEW_ROWS}
