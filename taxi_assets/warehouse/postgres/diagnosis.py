"""Whether months can be loaded into a Postgres database, and if not, what is in the way."""

from __future__ import annotations

from dataclasses import replace

from taxi_assets.errors import WarehouseError
from taxi_assets.trips.datasets import DATASETS
from taxi_assets.warehouse.ledger import LEDGER_TABLE
from taxi_assets.warehouse.postgres.connection import Connection, PostgresServer, sql
from taxi_assets.warehouse.postgres.tables import SCHEMA, is_as_declared

_CONNECT_SECONDS = 5


def diagnose(server: PostgresServer) -> str:
    """What was found, where all is well.

    Raises:
        TaxiAssetsError: what is in the way, and what to do about it.
    """
    hasty = replace(server, connect_seconds=min(server.connect_seconds, _CONNECT_SECONDS))
    with hasty.connect() as connection:
        row = connection.execute(sql("describe_rights"), {"schema": SCHEMA}).fetchone()
        assert row is not None
        version, role, may_create, read_only = row
        if read_only:
            raise WarehouseError(
                f"{server.address} takes no rows: it is a standby or read-only",
                "name the primary in TAXI_POSTGRES_DSN",
            )
        if not may_create:
            raise WarehouseError(
                f"{server.address}: {role} may not create tables in schema {SCHEMA}",
                f'GRANT USAGE, CREATE ON SCHEMA {SCHEMA} TO "{role}"',
            )
        _require_ownership(connection, server, str(role))
        for dataset in DATASETS.values():
            is_as_declared(connection, dataset)
    return f"{server.address}: {role} may load months (Postgres {version})"


def _require_ownership(connection: Connection, server: PostgresServer, role: str) -> None:
    tables = [LEDGER_TABLE, *(dataset.table for dataset in DATASETS.values())]
    found = connection.execute(
        sql("list_foreign_tables"), {"schema": SCHEMA, "tables": tables}
    ).fetchall()
    for table, owner in found:
        raise WarehouseError(
            f"{server.address}: {SCHEMA}.{table} is {owner}'s, and only its owner may swap months",
            f'ALTER TABLE {SCHEMA}.{table} OWNER TO "{role}", or load as {owner}',
        )
