"""Settings: the dbt models over the trips."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field
from pydantic_settings import BaseSettings, NoDecode

from taxi_assets.settings import forms

RULES = {
    "no_vendor": "trips without a vendor",
    "duplicate": "all but the first of the trips of one vendor, second, pickup zone and kind of "
    "taxi",
    "unknown_zone": "trips from or to a zone without a known borough",
    "no_dispatching_base": "for-hire trips without a dispatching base",
}
"""The rules that can leave trips out of the models, and what each leaves out."""


class AnalyticsSettings(BaseSettings):
    """Settings of the dbt models."""

    analytics: Annotated[Literal["off", "on", "with_load"], BeforeValidator(forms.lower)] = Field(
        "off",
        description="The dbt models: not in Dagster (`off`), there to be built (`on`), or also "
        "built after each load (`with_load`). They need the extra `dbt`; in BigQuery, "
        "`dbt-bigquery`.",
    )
    analytics_rules: Annotated[
        tuple[Annotated[str, AfterValidator(forms.one_of(RULES))], ...] | None,
        NoDecode,
        BeforeValidator(forms.split),
    ] = Field(
        None,
        description="Rules that leave trips out of the models, by commas: any of "
        f"{', '.join(f'`{name}`' for name in RULES)}. Without any, no trip is left out.",
    )
