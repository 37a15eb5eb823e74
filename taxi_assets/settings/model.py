"""All settings in one class, and the names of their environment variables."""

from __future__ import annotations

import os
from collections.abc import Iterable
from functools import cached_property
from pathlib import Path
from typing import Any, Self

from pydantic import AliasChoices
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SecretsSettingsSource,
    SettingsConfigDict,
)

from taxi_assets.settings.analytics import AnalyticsSettings
from taxi_assets.settings.assistant import AssistantSettings
from taxi_assets.settings.automation import AutomationSettings
from taxi_assets.settings.env_file import ENCODING, ENV_FILE
from taxi_assets.settings.google_cloud import GoogleCloudSettings
from taxi_assets.settings.lake import LakeSettings
from taxi_assets.settings.pipelines import PipelineSettings
from taxi_assets.settings.source import SourceSettings
from taxi_assets.settings.starter import StarterSettings
from taxi_assets.settings.warehouses import WarehouseSettings
from taxi_assets.trips.dataset import Dataset
from taxi_assets.trips.datasets import chosen_datasets

PREFIX = "TAXI_"
# Where systemd says, or where Docker and Kubernetes have them.
_SECRETS = Path(os.environ.get("CREDENTIALS_DIRECTORY", "/run/secrets"))


class SecretFiles(SecretsSettingsSource):
    """Settings as files, which keeps them out of a container's environment; empty is unset."""

    def __call__(self) -> dict[str, Any]:
        """The values, by field."""
        return {name: value for name, value in super().__call__().items() if value}


class Settings(
    # The table of docs/settings.md lists the settings of the last class first.
    AssistantSettings,
    GoogleCloudSettings,
    AnalyticsSettings,
    PipelineSettings,
    StarterSettings,
    AutomationSettings,
    WarehouseSettings,
    SourceSettings,
    LakeSettings,
):
    """Every setting of the project, from the environment or ``.env``."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_file=ENV_FILE,
        env_file_encoding=ENCODING,
        extra="ignore",
        frozen=True,
        env_ignore_empty=True,
    )

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - of another folder
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Environment, ``.env``, then the files of containers' secrets."""
        sources = (init_settings, env_settings, dotenv_settings)
        return (*sources, SecretFiles(settings_cls, _SECRETS)) if _SECRETS.is_dir() else sources

    @property
    def datasets(self) -> list[Dataset]:
        """The datasets that Dagster has, in the order of all."""
        return chosen_datasets(self.taxis)

    def including(self, datasets: Iterable[Dataset]) -> Self:
        """These settings, with these datasets beside the chosen ones."""
        taxis = dict.fromkeys(dataset.taxi for dataset in (*self.datasets, *datasets))
        return self.model_copy(update={"taxis": tuple(taxis)})

    @cached_property
    def duckdb_file(self) -> Path:
        """The DuckDB database file, absolute."""
        return (self.duckdb_path or self.data_dir / "taxi.duckdb").resolve()

    @cached_property
    def dagster_home(self) -> Path:
        """Folder of Dagster's runs and events, absolute: DAGSTER_HOME, or one in the data dir."""
        home = os.environ.get("DAGSTER_HOME")
        return Path(home).resolve() if home else self.data_dir.resolve() / "dagster"


def variable(name: str) -> str:
    """The environment variable of a setting: ``data_dir`` is ``TAXI_DATA_DIR``."""
    return variables(name)[0]


def variables(name: str) -> tuple[str, ...]:
    """All environment variables of a setting. The first one that is set is used."""
    alias = Settings.model_fields[name].validation_alias
    if isinstance(alias, AliasChoices):
        return tuple(map(str, alias.choices))
    return (alias if isinstance(alias, str) else f"{PREFIX}{name.upper()}",)
