"""Fixtures for tests of the lake."""

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from taxi_assets_tests.integration.rows.tables import Tables


@pytest.fixture
def tables(tmp_path: Path) -> Iterator[Tables]:
    """Give an empty lake and an empty database."""
    with duckdb.connect(config={"threads": 1}) as connection:
        yield Tables(connection, tmp_path)
