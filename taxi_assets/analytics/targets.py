"""Where the models are built, and who is kept from the warehouse meanwhile."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

from filelock import FileLock

from taxi_assets.analytics.connections import (
    ENVIRONMENTS,
    bigquery_access,
    ensure_models_dataset,
    place_of,
)
from taxi_assets.analytics.extra import has_adapter, no_adapter
from taxi_assets.errors import SettingsError
from taxi_assets.settings import Settings, variable
from taxi_assets.warehouse.bigquery.dialect import BIGQUERY
from taxi_assets.warehouse.duckdb.warehouse import DuckDBWarehouse
from taxi_assets.warehouse.interface import Warehouse
from taxi_assets.warehouse.ledger import LEDGER
from taxi_assets.warehouse.model_records import (
    LEFT_OUT,
    MODELS,
    MODELS_SCHEMA,
    ModelMonth,
    TripsLeftOut,
)
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
        access: what it asks for beside that once dbt connects; it may hold a key.
    """

    warehouse: Warehouse
    folder: Path
    rules: tuple[str, ...]
    environment: Mapping[str, str] = field(repr=False)
    access: Mapping[str, str] = field(default_factory=dict, repr=False)

    def connected(self) -> Target:
        """The same with the right to connect. dbt reads its project without it.

        Raises:
            CredentialsError: there are no credentials, or they cannot be read.
            SettingsError: the DuckDB file is called as the schema of the models is.
        """
        if isinstance(self.warehouse, DuckDBWarehouse):
            _require_other_name(self.warehouse.file.path)
        if self.warehouse.name != BIGQUERY.name:
            return self
        place = place_of(self.warehouse)
        project = {"MODELS_BIGQUERY_PROJECT": place.cloud.project_id}
        access = bigquery_access(place)
        return replace(self, environment={**self.environment, **project}, access=access)

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
            if self.warehouse.name == BIGQUERY.name:
                ensure_models_dataset(place_of(self.warehouse))
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
        """Keep others from DuckDB's file; the others keep sessions apart by themselves."""
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
    """The models of each warehouse that has some, and whose adapter for dbt is installed.

    Raises:
        SettingsError: none has.
        AnalyticsError: no adapter is installed.
    """
    warehouses = [each for each in warehouses_of(settings) if each.name in ENVIRONMENTS]
    if not warehouses:
        raise SettingsError(
            "no warehouse of TAXI_WAREHOUSES has models", "name duckdb, postgres or bigquery in it"
        )
    found = [target_of(each, settings) for each in warehouses if has_adapter(each.name)]
    if not found:
        raise no_adapter(warehouses[0].name)
    return found


def target_of(warehouse: Warehouse, settings: Settings) -> Target:
    """The models of a warehouse that has some."""
    environment = ENVIRONMENTS[warehouse.name]
    return Target(
        warehouse,
        settings.data_dir.resolve() / "analytics" / warehouse.name,
        settings.analytics_rules or (),
        {"MODELS_WAREHOUSE": warehouse.name, **environment(warehouse)},
    )


def _require_other_name(path: Path) -> None:
    """DuckDB calls a database as its file is called, and keeps views without that name."""
    if path.name.partition(".")[0].lower() == MODELS_SCHEMA:
        raise SettingsError(
            f"the models cannot be in {path.name}: DuckDB takes {MODELS_SCHEMA}, the schema of the "
            "models, for the name of the file",
            f"rename the file, such as to taxi.duckdb, and set {variable('duckdb_path')} to it; "
            "nothing has to be loaded anew",
        )
