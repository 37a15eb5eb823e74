"""A database of its own for each test, with what stands around it."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest

from taxi_assets_tests.integration.postgres.database import PASSWORD, Database


@pytest.fixture
def database(postgres_dsn: str, tmp_path: Path) -> Database:
    """An empty database, and a lake for it."""
    return Database(postgres_dsn, tmp_path)


@pytest.fixture
def role(database: Database) -> Iterator[str]:
    """A role that may only connect."""
    name = f"loader_{secrets.token_hex(4)}"
    database.query(f"CREATE ROLE {name} LOGIN PASSWORD '{PASSWORD}'")
    yield name
    database.query(f"DROP OWNED BY {name}")
    database.query(f"DROP ROLE {name}")
