"""Translates errors of Postgres and libpq into errors with a remedy."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import psycopg
from psycopg import errors as pg
from psycopg.conninfo import conninfo_to_dict
from pydantic import SecretStr

from taxi_assets.errors import (
    StorageError,
    TaxiAssetsError,
    WarehouseBusyError,
    WarehouseError,
    WarehouseUnavailableError,
)

_DSN = "TAXI_POSTGRES_DSN"
_SCHEMA = "TAXI_POSTGRES_SCHEMA"

# libpq gives no SQLSTATE if a connection fails. These texts are those of an English server.
_REFUSALS: Sequence[tuple[tuple[str, ...], str]] = (
    (
        ("password authentication failed", "no password supplied", "authentication failed"),
        f"correct user and password in {_DSN}",
    ),
    (
        ("does not exist",),
        f"create it (CREATE DATABASE ..., CREATE ROLE ... LOGIN), or correct the name in {_DSN}",
    ),
    (
        ("permission denied for database", "not permitted to log in"),
        "GRANT CONNECT ON DATABASE ... TO the role, or ALTER ROLE ... LOGIN",
    ),
    (
        ("too many connections for",),
        "wait until other sessions have ended, or raise the limit: ALTER ROLE ... CONNECTION LIMIT "
        "-1, or ALTER DATABASE ... CONNECTION LIMIT -1",
    ),
    (("no pg_hba.conf entry",), "let the server's pg_hba.conf admit this host, user and database"),
    (
        ("SSL", "certificate"),
        f"give sslmode and sslrootcert in {_DSN} as the server offers TLS: "
        "https://www.postgresql.org/docs/current/libpq-ssl.html",
    ),
)
_TRANSIENT = (
    "Connection refused",
    "starting up",
    "shutting down",
    "recovery mode",
    "recovery state",
    "accepting connections",
    "too many clients",
    "remaining connection slots",
    "timeout expired",
    "timed out",
    "server closed the connection",
    "No route to host",
    "Network is unreachable",
    "No such file or directory",
    "resolve host",
    "translate host name",
    "Name or service not known",
)


def explain_refusal(error: psycopg.Error, dsn: SecretStr, address: str) -> TaxiAssetsError:
    """The error for a connection that failed: wrong name, password or database, or no server."""
    text = _without_secrets(_last_line(str(error)), dsn)
    for words, remedy in _REFUSALS:
        if any(word in text for word in words):
            return WarehouseError(f"{address} refuses the connection: {text}", remedy)
    if any(word in text for word in _TRANSIENT):
        return WarehouseUnavailableError(
            f"{address} cannot be reached: {text}",
            f"start the server, or correct host and port in {_DSN}; then run again",
        )
    return WarehouseError(
        f"no connection to {address}: {text}",
        f"check user, password, host and database in {_DSN}, and the server's log",
    )


def explain(error: psycopg.Error, address: str, schema: str) -> TaxiAssetsError:
    """The error with a remedy for an error on an open connection."""
    primary = error.diag.message_primary
    text = " ".join(part for part in (primary, error.diag.message_detail) if part)
    what = f"{address}: {text or _last_line(str(error))}"
    if isinstance(error, pg.InsufficientPrivilege):
        return WarehouseError(what, _grants(schema))
    for types, failure, remedy in _FAILURES:
        if isinstance(error, types):
            return failure(what, remedy)
    if isinstance(error, psycopg.OperationalError) and primary is None:
        return WarehouseUnavailableError(what, _BROKEN)
    return WarehouseError(what, _other_remedy(error))


def schema_missing(address: str, schema: str, role: str) -> WarehouseError:
    """The error for a schema that is not there, and that the role may not create."""
    return WarehouseError(
        f"{address} has no schema {schema}, and {role} may not create it",
        f'CREATE SCHEMA {schema} AUTHORIZATION "{role}", as a role that may; or correct {_SCHEMA}',
    )


def _grants(schema: str) -> str:
    """What to do where the role lacks a right."""
    return (
        f"GRANT USAGE, CREATE ON SCHEMA {schema} TO the role, and let it own the tables (ALTER "
        f"TABLE ... OWNER TO ...), or name another schema in {_SCHEMA}; docs/postgres.md lists the "
        "statements"
    )


def _other_remedy(error: psycopg.Error) -> str:
    """What to do about an error of a kind that we do not expect."""
    said = error.diag
    place = ".".join(part for part in (said.schema_name, said.table_name) if part)
    found = (("column", said.column_name), ("constraint", said.constraint_name), ("table", place))
    named = " of ".join(f"{kind} {name}" for kind, name in found if name)
    where = f" ({' '.join(said.context.split())})" if said.context else ""
    return (
        f"look at {named or 'what the message names'}{where}: somebody made or changed it, as a "
        "rule; drop or correct it and run again. The tables are as they were; Postgres's code is "
        f"{error.sqlstate}: https://www.postgresql.org/docs/current/errcodes-appendix.html"
    )


def _limit(name: str, none: int = 0) -> str:
    """What to do about a limit that is not among our settings."""
    return (
        f"the limit is {name}, from the settings of the role, the database or the server: "
        f"`SHOW {name}` says it, and `ALTER ROLE ... SET {name} = {none}` lifts it; then run again"
    )


_BROKEN = (
    "the connection broke: run again; the tables are as they were. Where it breaks again, the "
    "server's log says why: it may lack memory, or room on its disk"
)
_FAILURES: Sequence[
    tuple[tuple[type[psycopg.Error], ...], Callable[[str, str], TaxiAssetsError], str]
] = (
    (
        (pg.LockNotAvailable, pg.DeadlockDetected, pg.SerializationFailure),
        WarehouseBusyError,
        "another session holds the table: end it, or raise TAXI_POSTGRES_WAIT_SECONDS; then run "
        "again",
    ),
    (
        (pg.AdminShutdown, pg.CrashShutdown, pg.CannotConnectNow),
        WarehouseUnavailableError,
        _BROKEN,
    ),
    (
        (pg.QueryCanceled,),
        WarehouseBusyError,
        "run again; TAXI_POSTGRES_STATEMENT_SECONDS allows a statement more time, and statement_"
        "timeout of the role (ALTER ROLE ... RESET statement_timeout) those that are no load's",
    ),
    ((pg.TransactionTimeout,), WarehouseError, _limit("transaction_timeout")),
    (
        (pg.IdleInTransactionSessionTimeout,),
        WarehouseError,
        _limit("idle_in_transaction_session_timeout"),
    ),
    ((pg.IdleSessionTimeout,), WarehouseError, _limit("idle_session_timeout")),
    ((pg.ConfigurationLimitExceeded,), WarehouseError, _limit("temp_file_limit", -1)),
    (
        (pg.RaiseException,),
        WarehouseError,
        "a trigger or a function that somebody made refuses: change or drop it, and run again; the "
        "tables are as they were",
    ),
    (
        (pg.DiskFull,),
        StorageError,
        "free space on the server, and run again: the tables are as they were",
    ),
    (
        (pg.ReadOnlySqlTransaction,),
        WarehouseError,
        f"name the primary in {_DSN}: a standby takes no rows, nor does a role or a database with "
        "default_transaction_read_only (ALTER ROLE ... RESET default_transaction_read_only)",
    ),
    (
        (pg.DependentObjectsStillExist,),
        WarehouseError,
        "drop what depends on that table, run again, and make it anew on the merged table",
    ),
)


def _last_line(text: str) -> str:
    """The failure at the last address that was tried, without libpq's indented hints."""
    lines = [line for line in text.splitlines() if line and not line[0].isspace()]
    return lines[-1] if lines else "no reason was given"


def _without_secrets(text: str, dsn: SecretStr) -> str:
    for name, value in conninfo_to_dict(dsn.get_secret_value()).items():
        if "password" in name and value:
            text = text.replace(str(value), "***")
    return text
