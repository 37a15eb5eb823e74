"""Where Dagster's runs, events and ticks are kept: SQLite on a laptop, Postgres on a server.

One ``dagster.yaml`` serves both: this class chooses by TAXI_DAGSTER_POSTGRES_DSN.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from taxi_assets.automation.dagster_internals import (
    ConfigurableClassData,
    DagsterSqliteStorage,
    DagsterStorage,
    UserConfigSchema,
)
from taxi_assets.automation.open_sqlite import (
    OpenEventStorage,
    OpenRunStorage,
    OpenScheduleStorage,
)
from taxi_assets.settings import read_settings

_DRIVER = "postgresql+psycopg2"  # SQLAlchemy would choose another one by itself.


class ChosenStorage(DagsterSqliteStorage):
    """Stands in ``dagster.yaml``: SQLite below Dagster's home, unless a Postgres is named."""

    def __init__(self, base_dir: str, inst_data: ConfigurableClassData | None = None) -> None:
        # As the class above it does, but for the storages that stay open.
        self.base_dir = base_dir
        self._run_storage = OpenRunStorage.from_local(f"{base_dir}/history/")
        self._event_log_storage = OpenEventStorage(f"{base_dir}/history/runs/")
        self._schedule_storage = OpenScheduleStorage.from_local(f"{base_dir}/schedules")
        self._inst_data = inst_data
        super(DagsterSqliteStorage, self).__init__()  # type: ignore[no-untyped-call]

    @classmethod
    def config_type(cls) -> UserConfigSchema:
        """It takes nothing: the environment decides, so that no file holds a password."""
        return {}

    @classmethod
    def from_config_value(  # type: ignore[override]
        cls,
        inst_data: ConfigurableClassData | None,
        config_value: Mapping[str, Any],  # noqa: ARG003 - the interface is Dagster's
    ) -> DagsterStorage:
        """The storage that the environment names."""
        settings = read_settings()
        if settings.dagster_postgres_dsn is None:
            return cls.from_local(str(settings.dagster_home), inst_data)
        from taxi_assets.automation.patient_events import PatientStorage

        _, _, address = settings.dagster_postgres_dsn.get_secret_value().partition("://")
        return PatientStorage(f"{_DRIVER}://{address}", inst_data)
