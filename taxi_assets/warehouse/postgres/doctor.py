"""Checks that months can be loaded into a Postgres database. Changes nothing."""

from __future__ import annotations

from taxi_assets.errors import WarehouseError
from taxi_assets.trips.datasets import DATASETS
from taxi_assets.warehouse.ledger import LEDGER
from taxi_assets.warehouse.postgres.dialect import sql
from taxi_assets.warehouse.postgres.failures import schema_missing
from taxi_assets.warehouse.postgres.session import PostgresSession
from taxi_assets.warehouse.postgres.tables import is_usable, require_utf8


def diagnose(session: PostgresSession) -> str:
    """Check that months can be loaded, and describe what was found.

    Raises:
        TaxiAssetsError: months cannot be loaded; it says why and what to do.
    """
    address = session.server.address
    schema = session.schema
    rights = session.ask(sql("describe_rights"), {"schema": schema})
    [(version, role, exists, may_create, read_only)] = rights
    if read_only:
        raise WarehouseError(
            f"{address} takes no rows: it is a standby or read-only",
            "name the primary in TAXI_POSTGRES_DSN",
        )
    if not may_create and not exists:
        raise schema_missing(address, schema, str(role))
    if not may_create:
        raise WarehouseError(
            f"{address}: {role} may not create tables in schema {schema}",
            f'GRANT USAGE, CREATE ON SCHEMA {schema} TO "{role}", or name another schema in '
            "TAXI_POSTGRES_SCHEMA",
        )
    require_utf8(session)
    _require_ownership(session, str(role))
    for dataset in DATASETS.values():
        is_usable(session, dataset)
    able = "may load months" if exists else f"may create the schema {schema}, and load months"
    return f"{address}: {role} {able} (Postgres {version})"


def _require_ownership(session: PostgresSession, role: str) -> None:
    tables = [LEDGER.name, *(dataset.table for dataset in DATASETS.values())]
    found = session.ask(sql("list_foreign_tables"), {"schema": session.schema, "tables": tables})
    for table, owner in found:
        place = session.full_name(str(table))
        raise WarehouseError(
            f"{session.server.address}: {place} is {owner}'s, and only its owner may swap months",
            f'ALTER TABLE {place} OWNER TO "{role}", or load as {owner}',
        )
