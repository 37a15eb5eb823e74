"""Settings: schedules, alerts and Dagster's own database."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr
from pydantic_settings import BaseSettings, NoDecode

from taxi_assets.settings import forms


class AutomationSettings(BaseSettings):
    """Settings of schedules, alerts and Dagster's own database."""

    schedules: Annotated[Literal["off", "on"], BeforeValidator(forms.lower)] = Field(
        "off",
        description="Whether schedules and sensors run from the start (`on`), or once they are "
        "switched on in the UI (`off`).",
    )
    schedule_timezone: Annotated[str, AfterValidator(forms.timezone)] = Field(
        "UTC", description="Time zone of the schedules, such as `America/New_York`."
    )
    schedule_months: int = Field(
        6,
        ge=1,
        le=24,
        description="How many of the newest months the schedules look for; older ones are for "
        "`taxi-assets backfill`.",
    )
    max_lag_days: float = Field(
        3,
        ge=0,
        allow_inf_nan=False,
        description="Days that a month may be published without being loaded before a check "
        "turns red.",
    )
    alert_webhook: Annotated[SecretStr, AfterValidator(forms.webhook)] | None = Field(
        None,
        description="Address that failed runs and late tables are posted to, as JSON with a "
        "`text`; without one, nobody is told.",
    )
    ui_hosts: Annotated[
        tuple[Annotated[str, AfterValidator(forms.host_name)], ...] | None,
        NoDecode,
        BeforeValidator(forms.split),
    ] = Field(
        None,
        description="Host names under which the UI is reached, such as `taxi.example.org`, between "
        "commas, beside localhost and plain addresses; any other is refused.",
    )
    keep_runs_days: int = Field(
        0,
        ge=0,
        description="Days after which Dagster's runs are deleted with their events, unless they "
        "tell a month's state; 0 keeps all.",
    )
    dagster_postgres_dsn: Annotated[SecretStr, AfterValidator(forms.dagster_dsn)] | None = Field(
        None,
        description="The Postgres database of Dagster's runs and events, as `postgresql://…`; "
        "without one, SQLite below DAGSTER_HOME.",
    )
