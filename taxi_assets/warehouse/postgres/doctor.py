"""Checks that months can be loaded into a Postgres database. Changes nothing."""

from __future__ import annotations

from taxi_assets.errors import WarehouseError
from taxi_assets.trips.datasets import DATASETS
from taxi_assets.warehouse.ledger import LEDGER
from taxi_assets.warehouse.postgres.dialect import SCHEMA, sql
from taxi_assets.warehouse.postgres.session import PostgresSession
from taxi_assets.warehouse.postgres.tables import is_usable, require_utf8


def diagnose(session: PostgresSession) -> str:
    """Check that months can be loaded, and describe what was found.

    Raises:
        TaxiAssetsError: months cannot be loaded; it says why and what to do.
    """
    address = session.server.address
    [(version, role, may_create, read_only)] = session.ask(
        sql("describe_rights"), {"schema": SCHEMA}
    )
    if read_only:
        raise WarehouseError(
            f"{address} takes no rows: it is a standby or read-only",
            "name the primary in TAXI_POSTGRES_DSN",
        )
    if not may_create:
        raise WarehouseError(
            f"{address}: {role} may not create tables in schema {SCHEMA}",
            f'GRANT USAGE, CREATE ON SCHEMA {SCHEMA} TO "{role}"',
        )
    require_utf8(session)
    _require_ownership(session, str(role))
    for dataset in DATASETS.values():
        is_usable(session, dataset)
    return f"{address}: {role} may load months (Postgres {version})"


def _require_ownership(session: PostgresSession, role: str) -> None:
    tables = [LEDGER.name, *(dataset.table for dataset in DATASETS.values())]
    found = session.ask(sql("list_foreign_tables"), {"schema": SCHEMA, "tables": tables})
    for table, owner in found:
        raise WarehouseError(
            f"{session.server.address}: {SCHEMA}.{table} is {owner}'s, and only its owner may "
            "swap months",
            f'ALTER TABLE {SCHEMA}.{table} OWNER TO "{role}", or load as {owner}',
        )
