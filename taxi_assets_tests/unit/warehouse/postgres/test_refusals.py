"""Why Postgres lets nobody in: what passes by itself is told from what does not."""

from __future__ import annotations

import psycopg
import pytest
from pydantic import SecretStr

from taxi_assets.errors import TransientError
from taxi_assets.warehouse.postgres.failures import explain_refusal

DSN = SecretStr("postgresql://loader:secret@host/db")
RECOVERING = (
    "FATAL:  the database system is not yet accepting connections\n"
    "DETAIL:  Consistent recovery state has not been yet reached.\n"
)


@pytest.mark.parametrize(
    ("said", "passes"),
    [
        (RECOVERING, True),
        ("FATAL:  the database system is in recovery mode", True),
        ("FATAL:  the database system is starting up", True),
        ('FATAL:  password authentication failed for user "loader"', False),
        ('FATAL:  database "db" does not exist', False),
    ],
)
def test_only_what_passes_by_itself_is_waited_for(said: str, passes: bool) -> None:
    failure = explain_refusal(psycopg.OperationalError(said), DSN, "host/db")
    assert isinstance(failure, TransientError) is passes
