"""What doctor says of a server, and what a role may do; the password is never shown."""

from __future__ import annotations

import logging
import secrets
import socket
from pathlib import Path

import dagster as dg
import pytest

from taxi_assets.definitions import build_definitions
from taxi_assets.errors import (
    SettingsError,
    TaxiAssetsError,
    WarehouseError,
    WarehouseUnavailableError,
)
from taxi_assets.settings import read_settings
from taxi_assets.warehouse.postgres.warehouse import PostgresWarehouse
from taxi_assets_tests.integration.postgres.database import (
    OLD_ROWS,
    PASSWORD,
    Database,
    dsn_of,
)


def problem(database: Database, dsn: str) -> TaxiAssetsError:
    with pytest.raises(TaxiAssetsError) as raised:
        PostgresWarehouse(database.server(dsn, connect_seconds=1)).diagnose()
    assert PASSWORD not in f"{raised.value!s} {raised.value!r} {raised.value.__cause__!r}"
    return raised.value


def test_a_role_that_may_create_tables_loads_months(database: Database, role: str) -> None:
    database.query(f"GRANT USAGE, CREATE ON SCHEMA public TO {role}")
    server = database.server(dsn_of(database, role))
    assert f"{role} may load months" in PostgresWarehouse(server).diagnose()
    assert database.load(server=server).rows == OLD_ROWS
    assert f"{role} may load months" in PostgresWarehouse(server).diagnose()


def test_a_role_without_create_is_told_what_to_grant(database: Database, role: str) -> None:
    dsn = dsn_of(database, role)
    found = problem(database, dsn)
    assert f'GRANT USAGE, CREATE ON SCHEMA public TO "{role}"' in found.remedy
    with pytest.raises(WarehouseError, match="permission denied for schema public") as raised:
        database.load(server=database.server(dsn))
    assert "GRANT USAGE, CREATE" in raised.value.remedy
    assert database.relations() == set()


def test_a_role_that_does_not_own_the_table_is_told_so(database: Database, role: str) -> None:
    database.load()
    database.query(f"GRANT USAGE, CREATE ON SCHEMA public TO {role}")
    assert "OWNER TO" in problem(database, dsn_of(database, role)).remedy


def test_a_wrong_password_is_told(database: Database, role: str) -> None:
    found = problem(database, dsn_of(database, role, password="wrong"))
    assert "password authentication failed" in found.what
    assert "TAXI_POSTGRES_DSN" in found.remedy


def test_a_missing_database_is_told(database: Database, role: str) -> None:
    found = problem(database, dsn_of(database, role, name="/nowhere"))
    assert 'database "nowhere" does not exist' in found.what
    assert "CREATE DATABASE" in found.remedy


def test_a_server_that_is_not_there_is_told(database: Database) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    found = problem(database, f"postgresql://me:{PASSWORD}@127.0.0.1:{port}/taxi")
    assert isinstance(found, WarehouseUnavailableError)
    assert f"127.0.0.1:{port}/taxi cannot be reached" in found.what


def test_a_host_that_has_no_address_is_told(database: Database) -> None:
    found = problem(database, f"postgresql://me:{PASSWORD}@nowhere.invalid/taxi")
    assert "nowhere.invalid/taxi cannot be reached" in found.what


def test_tls_that_the_server_lacks_is_told(database: Database, role: str) -> None:
    found = problem(database, dsn_of(database, role) + "?sslmode=require")
    assert "SSL" in found.what
    assert "sslmode" in found.remedy


def test_a_read_only_role_is_told(database: Database, role: str) -> None:
    database.query(f"GRANT USAGE, CREATE ON SCHEMA public TO {role}")
    database.query(f"ALTER ROLE {role} SET default_transaction_read_only = on")
    assert "read-only" in problem(database, dsn_of(database, role)).what


@pytest.mark.parametrize(
    "dsn",
    [
        f"postgresql//me:{PASSWORD}@host/taxi",
        f"postgresql://me:{PASSWORD}/@host/taxi",
        f"postgresql://me:p@{PASSWORD}@host/taxi",
        f"postgresql://me:12/{PASSWORD}@host/taxi",
        f"password={PASSWORD} host",
    ],
)
def test_an_address_that_cannot_be_read_is_refused_without_its_password(
    settings_env: Path, monkeypatch: pytest.MonkeyPatch, dsn: str
) -> None:
    monkeypatch.setenv("TAXI_POSTGRES_DSN", dsn)
    with pytest.raises(SettingsError, match="TAXI_POSTGRES_DSN") as raised:
        read_settings()
    assert PASSWORD not in str(raised.value)


def test_postgres_without_an_address_is_refused(
    settings_env: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TAXI_WAREHOUSES", "postgres")
    with pytest.raises(SettingsError, match="TAXI_POSTGRES_DSN is not set"):
        read_settings()


def test_the_password_is_in_no_log_event_or_resource(
    settings_env: Path,
    monkeypatch: pytest.MonkeyPatch,
    database: Database,
    role: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setenv("TAXI_WAREHOUSES", "postgres")
    monkeypatch.setenv("TAXI_SOURCE", "sample")
    monkeypatch.setenv("TAXI_SAMPLE_ROWS", "100")
    monkeypatch.setenv("TAXI_POSTGRES_DSN", dsn_of(database, role))
    settings = read_settings()
    definitions = build_definitions(settings)
    with caplog.at_level(logging.DEBUG), dg.DagsterInstance.ephemeral() as instance:
        for granted in (False, True):
            if granted:
                database.query(f"GRANT USAGE, CREATE ON SCHEMA public TO {role}")
            result = definitions.resolve_job_def("load_green").execute_in_process(
                partition_key="2020-04", instance=instance, raise_on_error=False
            )
            assert result.success is granted
            records = instance.get_records_for_run(result.run_id).records
            assert PASSWORD not in "".join(map(repr, records))
    snapshot = definitions.get_repository_def().get_top_level_resources()["postgres"]
    assert PASSWORD not in repr(settings) + caplog.text + repr(vars(snapshot))


@pytest.mark.parametrize("encoding", ["LATIN1", "SQL_ASCII"])
def test_a_database_that_is_not_in_utf_8_is_refused_by_doctor_and_load(
    database: Database, encoding: str
) -> None:
    name = f"taxi_{encoding.lower()}_{secrets.token_hex(4)}"
    database.query(
        f"CREATE DATABASE {name} ENCODING '{encoding}' TEMPLATE template0 "
        "LC_COLLATE 'C' LC_CTYPE 'C'"
    )
    other = Database(database.dsn.rpartition("/")[0] + f"/{name}", database.folder)
    try:
        found = problem(other, other.dsn)
        assert f"is encoded in {encoding}" in found.what
        assert "ENCODING 'UTF8' TEMPLATE template0" in found.remedy
        with pytest.raises(WarehouseError, match=f"is encoded in {encoding}"):
            other.load()
        assert other.relations() == set()
    finally:
        database.query(f"DROP DATABASE {name} WITH (FORCE)")
