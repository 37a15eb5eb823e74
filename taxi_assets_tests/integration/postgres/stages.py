"""Stops a load at a given stage inside the server, without touching the product.

Event triggers run where the load's own statements do. One that takes an advisory lock which a
test holds keeps the load there until the test has done to it what it is about.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg

from taxi_assets_tests.integration.postgres.database import Database

DEADLINE_SECONDS = 30
HELD_BY_TEST = 4_711

STAGES = {
    "with the new table made": "CREATE TABLE%_incoming%",
    "with the rows in and the index made": "CREATE INDEX%_incoming%",
    "with the old month dropped": "DROP TABLE%",
    "with the new month renamed": "ALTER TABLE%_incoming%RENAME%",
    "with the new month attached": "ALTER TABLE%ATTACH PARTITION%",
}
"""Statements after which something happens, as patterns of LIKE."""

_TRIGGER = """
CREATE FUNCTION befall() RETURNS event_trigger LANGUAGE plpgsql AS $$
BEGIN
    IF current_query() LIKE '%{pattern}' THEN {action}; END IF;
END $$;
CREATE EVENT TRIGGER befall ON ddl_command_end EXECUTE FUNCTION befall();
"""
_WAITING = """
SELECT activity.pid
FROM pg_stat_activity AS activity JOIN pg_locks USING (pid)
WHERE locktype = 'advisory' AND NOT granted AND objid = 4711 AND datname = current_database()
"""


def terminate_backend_at(database: Database, stage: str) -> None:
    """From now on the server ends a load's session at that stage."""
    _befall(database, stage, "PERFORM pg_terminate_backend(pg_backend_pid())")


@contextmanager
def held_at(database: Database, stage: str) -> Iterator[psycopg.Connection]:
    """From now on a load waits at that stage until the context ends."""
    _befall(database, stage, f"PERFORM pg_advisory_xact_lock({HELD_BY_TEST})")
    with database.connect() as connection:
        connection.execute(f"SELECT pg_advisory_lock({HELD_BY_TEST})".encode())
        yield connection


def wait_until_held(connection: psycopg.Connection) -> int:
    """Wait until a load has come to the stage; its backend's process id."""
    end = time.monotonic() + DEADLINE_SECONDS
    while True:
        row = connection.execute(_WAITING.encode()).fetchone()
        if row is not None:
            return int(row[0])
        assert time.monotonic() < end, "no load came to the stage"


def wait_until_gone(connection: psycopg.Connection, pid: int) -> None:
    """Wait until the backend has ended."""
    end = time.monotonic() + DEADLINE_SECONDS
    query = b"SELECT 1 FROM pg_stat_activity WHERE pid = %s"
    while connection.execute(query, [pid]).fetchone():
        assert time.monotonic() < end, "the backend did not end"


def nothing_more(database: Database) -> None:
    """Let loads pass from now on."""
    database.query("DROP EVENT TRIGGER befall")


def _befall(database: Database, stage: str, action: str) -> None:
    with database.connect() as connection:
        connection.execute(_TRIGGER.format(pattern=STAGES[stage], action=action).encode())
