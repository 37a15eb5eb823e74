"""The Postgres server that the settings name."""

from taxi_assets.errors import SettingsError
from taxi_assets.settings import Settings, variable
from taxi_assets.warehouse.postgres.connection import PostgresServer


def server_of(settings: Settings) -> PostgresServer:
    """The server, with its time-outs.

    Raises:
        SettingsError: the settings name none.
    """
    if settings.postgres_dsn is None:
        name = variable("postgres_dsn")
        raise SettingsError(
            f"{name} is not set", f"set {name}=postgresql://user:password@host:5432/database"
        )
    return PostgresServer(
        dsn=settings.postgres_dsn,
        connect_seconds=settings.postgres_connect_seconds,
        wait_seconds=settings.postgres_wait_seconds,
        statement_seconds=settings.postgres_statement_seconds,
    )
