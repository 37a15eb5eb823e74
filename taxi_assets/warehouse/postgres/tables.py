"""The merged tables of Postgres, derived from the datasets' columns: a partition per month."""

from __future__ import annotations

from taxi_assets.errors import WarehouseError
from taxi_assets.trips.dataset import Dataset
from taxi_assets.warehouse.columns import (
    declared_columns,
    pending_columns,
    require_columns,
)
from taxi_assets.warehouse.ledger import LEDGER
from taxi_assets.warehouse.postgres.dialect import POSTGRES, sql
from taxi_assets.warehouse.postgres.session import PostgresSession
from taxi_assets.warehouse.records import ensure_month_tables

_ENCODING = "UTF8"
_PARTITION_KEY = "LIST (filename)"


def columns_sql(dataset: Dataset) -> str:
    """The columns of the merged table for a CREATE TABLE."""
    declared = declared_columns(POSTGRES, dataset)
    return ",\n    ".join(f"{POSTGRES.quote(name)} {type_}" for name, type_ in declared.items())


def ensure_tables(session: PostgresSession, dataset: Dataset) -> None:
    """Create the merged and the record tables if they are missing.

    Raises:
        WarehouseError: the table has a column of another name, type or place than declared, or
            is not partitioned by month; or the database is not in UTF-8.
    """
    require_utf8(session)
    ensure_month_tables(session)
    if not is_usable(session, dataset):
        with session.server.transaction(session.connection):
            session.lock_name(dataset.table)
            session.lock_name(LEDGER.name)
            if not is_usable(session, dataset):
                create_table(session, dataset)


def require_utf8(session: PostgresSession) -> None:
    """Refuse a database that cannot hold every text, and whose md5 is of other bytes.

    Raises:
        WarehouseError: names the encoding, and how to make a database in UTF-8.
    """
    encoding = session.connection.info.parameter_status("server_encoding")
    if encoding != _ENCODING:
        raise WarehouseError(
            f"{session.server.address} is encoded in {encoding}, which not every text fits into",
            f"CREATE DATABASE taxi ENCODING '{_ENCODING}' TEMPLATE template0, name it in "
            "TAXI_POSTGRES_DSN, and load the months there",
        )


def create_table(session: PostgresSession, dataset: Dataset) -> None:
    """Create the merged table, without any month, and its index by time of pickup."""
    table = session.table(dataset.table)
    session.change(sql("create_table", table=table, definitions=columns_sql(dataset)))
    session.change(
        sql(
            "create_pickup_index",
            name=POSTGRES.quote(f"{dataset.table}_pickup"),
            table=table,
            pickup=POSTGRES.identifier(dataset.pickup),
        )
    )


def add_columns(session: PostgresSession, dataset: Dataset) -> None:
    """Add the columns that were declared since the table was created, within a transaction."""
    declared = declared_columns(POSTGRES, dataset)
    for name in pending_columns(session.columns(dataset.table), declared):
        column = f"{POSTGRES.quote(name)} {declared[name]}"
        session.change(sql("add_column", table=session.table(dataset.table), column=column))


def is_usable(session: PostgresSession, dataset: Dataset) -> bool:
    """Whether the merged table exists and months can be loaded into it.

    Raises:
        WarehouseError: the table has a column of another name, type or place than declared, or
            is not partitioned by month.
    """
    found = session.relation(dataset.table)
    if found is None:
        return False
    declared = declared_columns(POSTGRES, dataset)
    table, present = session.full_name(dataset.table), session.columns(dataset.table)
    if found.kind == "r" and found.parent is None:
        require_columns(table, present, declared, POSTGRES)
        raise WarehouseError(
            f"{table} is not partitioned by month: it is from elsewhere, such as the Kestra flows",
            "`taxi-assets adopt postgres` turns it into a partitioned one with all its rows; or "
            "rename it to start with an empty one",
        )
    if found.kind != "p" or found.partition_key != _PARTITION_KEY:
        raise WarehouseError(
            f"{table} is no table partitioned by {_PARTITION_KEY}",
            "rename it or drop it, then load the months again",
        )
    require_columns(table, present, declared, POSTGRES)
    return True
