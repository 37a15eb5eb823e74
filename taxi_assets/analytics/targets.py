"""Where the models are built: how dbt connects, and who is kept from the warehouse meanwhile."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from dataclasses import dataclass, field
from pathlib import Path

from filelock import FileLock
from psycopg.pq import Conninfo

from taxi_assets.errors import SettingsError
from taxi_assets.settings import Settings
from taxi_assets.warehouse.duckdb.warehouse import DuckDBWarehouse
from taxi_assets.warehouse.interface import Warehouse
from taxi_assets.warehouse.ledger import LEDGER
from taxi_assets.warehouse.model_records import LEFT_OUT, MODELS, ModelMonth, TripsLeftOut
from taxi_assets.warehouse.postgres.warehouse import PostgresWarehouse
from taxi_assets.warehouse.records import read
from taxi_assets.warehouse.registry import warehouses_of


@dataclass(frozen=True)
class Target:
    """A warehouse that has models.

    Attributes:
        warehouse: the warehouse.
        folder: where dbt writes what it compiled.
        rules: the rules that leave trips out.
        environment: what ``profiles.yml`` asks for; it may hold a password.
    """

    warehouse: Warehouse
    folder: Path
    rules: tuple[str, ...]
    environment: Mapping[str, str] = field(repr=False)

    @contextmanager
    def reserved(self) -> Iterator[None]:
        """Keep away other runs of dbt on this machine, and from DuckDB's file every process.

        The tables that the models read and write beside the trips are made first, so that a
        warehouse that cannot be reached is told as in a load.

        Raises:
            WarehouseBusyError, WarehouseUnavailableError, WarehouseError: it cannot be used.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        with FileLock(self.folder / "dbt.lock"):
            with self.warehouse.session() as session:
                session.ensure(LEDGER)
                session.ensure(MODELS)
                session.ensure(LEFT_OUT)
            with self._alone():
                yield

    def release(self) -> None:
        """Close what dbt left open in this process."""
        if isinstance(self.warehouse, DuckDBWarehouse):
            from dbt.adapters.duckdb.connections import DuckDBConnectionManager

            with suppress(Exception):  # dbt-duckdb raises it where nothing was opened
                DuckDBConnectionManager.env().close()
            DuckDBConnectionManager.close_all_connections()

    def _alone(self) -> AbstractContextManager[object]:
        """Keep others from DuckDB's file; in Postgres the models take locks of their own."""
        if isinstance(self.warehouse, DuckDBWarehouse):
            return self.warehouse.file.reserved()
        return nullcontext()

    def months(self) -> Sequence[str]:
        """The months that are loaded or modelled, in order."""
        with self.warehouse.session() as session:
            loaded = {entry.month for entry in read(session, LEDGER)}
            built = {line.month for line in read(session, MODELS) if line.month}
        return sorted(loaded | built)

    def ledger(self, months: Sequence[str]) -> tuple[list[ModelMonth], list[TripsLeftOut]]:
        """What the models hold of these months, and what was left out."""
        with self.warehouse.session() as session:
            lines = [line for line in read(session, MODELS) if line.month in months]
            names = sorted({line.filename for line in lines})
            return lines, read(session, LEFT_OUT, names)


def targets_of(settings: Settings) -> list[Target]:
    """The models of each warehouse that has some.

    Raises:
        SettingsError: none has.
    """
    warehouses = [each for each in warehouses_of(settings) if type(each) in _ENVIRONMENTS]
    found = [target_of(warehouse, settings) for warehouse in warehouses]
    if not found:
        raise SettingsError(
            "no warehouse of TAXI_WAREHOUSES has models", "name duckdb or postgres in it"
        )
    return found


def target_of(warehouse: Warehouse, settings: Settings) -> Target:
    """The models of a warehouse that has some."""
    environment = _ENVIRONMENTS[type(warehouse)]
    return Target(
        warehouse,
        settings.data_dir.resolve() / "analytics" / warehouse.name,
        settings.analytics_rules or (),
        {"MODELS_WAREHOUSE": warehouse.name, **environment(warehouse)},
    )


def _duckdb_environment(warehouse: DuckDBWarehouse) -> dict[str, str]:
    return {
        "MODELS_DUCKDB_PATH": str(warehouse.file.path),
        "MODELS_DUCKDB_MEMORY": f"{warehouse.memory_gb}GB",
    }


def _postgres_environment(warehouse: PostgresWarehouse) -> dict[str, str]:
    """The parts of the DSN: those that dbt asks for, and others where libpq looks for them.

    dbt always names host, port, user, password and database, so that they are libpq's defaults
    (PGHOST and the like) where the DSN names none.
    """
    parts = {
        option.keyword.decode(): (option.envvar.decode() if option.envvar else "", option.val)
        for option in Conninfo.parse(warehouse.server.dsn.get_secret_value().encode())
    }
    defaults = {option.keyword.decode(): option.val for option in Conninfo.get_defaults()}
    defaults["dbname"] = defaults["dbname"] or parts["user"][1] or defaults["user"]
    found = {
        f"MODELS_POSTGRES_{name}": value.decode()
        for key, name in _POSTGRES_PARTS.items()
        if (value := parts.pop(key)[1] or defaults[key])
    }
    if password := parts.pop("password")[1] or defaults["password"]:
        found["DBT_ENV_SECRET_POSTGRES_PASSWORD"] = password.decode()
    return found | {name: value.decode() for name, value in parts.values() if name and value}


_POSTGRES_PARTS = {"host": "HOST", "port": "PORT", "user": "USER", "dbname": "DATABASE"}

_ENVIRONMENTS: Mapping[type, Callable[..., dict[str, str]]] = {
    DuckDBWarehouse: _duckdb_environment,
    PostgresWarehouse: _postgres_environment,
}
