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
    schedule_months: Annotated[int, AfterValidator(forms.window)] = Field(
        6,
        le=24,
        description="How many of the newest months the schedules look for, at least 3; older ones "
        "are for `taxi-assets backfill`, or for TAXI_LOAD_GAPS.",
    )
    load_gaps: int = Field(
        0,
        ge=0,
        le=24,
        description="How many older months a day the schedules load of those that are published "
        "and missing between loaded ones; 0 only tells of them.",
    )
    overdue_days: Annotated[float, AfterValidator(forms.century)] = Field(
        122,
        ge=0,
        allow_inf_nan=False,
        description="Days after its end at which a month that is not published is overdue: four "
        "months, where TLC takes two to three.",
    )
    max_lag_days: Annotated[float, AfterValidator(forms.century)] = Field(
        3,
        ge=0,
        allow_inf_nan=False,
        description="Days that a month may be seen at the source without being loaded before a "
        "check turns red.",
    )
    alert_webhook: Annotated[SecretStr, AfterValidator(forms.webhook)] | None = Field(
        None,
        description="Address that each trouble and its end is posted to, as JSON with a `text`; "
        "without one, `taxi-assets alerts` lists what is open, and nobody is told.",
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
    keep_runs_days: Annotated[int, AfterValidator(forms.century)] = Field(
        0,
        ge=0,
        description="Days after which Dagster's runs are deleted with their events, unless they "
        "tell a month's state; 0 keeps all but the daily looks, which go after 30 days.",
    )
    dagster_postgres_dsn: Annotated[SecretStr, AfterValidator(forms.dagster_dsn)] | None = Field(
        None,
        description="The Postgres database of Dagster's runs and events, as `postgresql://…`; "
        "without one, SQLite below DAGSTER_HOME.",
    )
