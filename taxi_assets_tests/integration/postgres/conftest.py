"""A real Postgres for all tests, and a database of its own for each."""

from __future__ import annotations

import contextlib
import os
import secrets
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from taxi_assets_tests.integration.postgres.database import PASSWORD, Database
from taxi_assets_tests.postgres_server import postgres_server


@pytest.fixture(scope="session")
def superuser_dsn() -> Iterator[str]:
    """The URL of a server's database ``postgres``, for its superuser.

    ``POSTGRES_TEST_DSN`` names another server than the packaged one, of another version.
    """
    with contextlib.ExitStack() as stack:
        yield os.environ.get("POSTGRES_TEST_DSN") or stack.enter_context(postgres_server())


@pytest.fixture
def database(superuser_dsn: str, tmp_path: Path) -> Iterator[Database]:
    """An empty database, and a lake for it."""
    name = f"taxi_{secrets.token_hex(4)}"
    _run(superuser_dsn, f"CREATE DATABASE {name}")
    yield Database(superuser_dsn.rpartition("/")[0] + f"/{name}", tmp_path)
    _run(superuser_dsn, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def role(database: Database) -> Iterator[str]:
    """A role that may only connect."""
    name = f"loader_{secrets.token_hex(4)}"
    database.query(f"CREATE ROLE {name} LOGIN PASSWORD '{PASSWORD}'")
    yield name
    database.query(f"DROP OWNED BY {name}")
    database.query(f"DROP ROLE {name}")


def _run(dsn: str, statement: str) -> None:
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute(statement.encode())
