"""The ledger of the dbt models: which file each month of a model is of, and what was left out.

The models' own SQL writes it, in the transaction that replaces a month of a model. The tables are
declared here, so that every warehouse makes and upgrades them as its other record tables.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from taxi_assets.warehouse.record_tables import RecordTable, recorded

MODELS_SCHEMA = "analytics"
"""Where the models are."""

MODEL_NAMES = (
    *("stg_green_tripdata", "stg_yellow_tripdata", "stg_fhv_tripdata", "dim_zones"),
    *("fct_trips", "fct_airport_trips", "fct_daily_revenue"),
    *("zone_revenue_by_file", "fct_monthly_zone_revenue"),
)
"""The models: tables and views of that schema."""


@dataclass(frozen=True)
class ModelMonth:
    """One file of one model, or a view."""

    model: str = recorded("The model, as its table or view is called.")
    filename: str = recorded("The file, as the column filename of the rows says; empty for a view.")
    version: str = recorded("Hash of the SQL, the rules and the zones that the rows were made by.")
    built_at: datetime = recorded("When the month was built, UTC.")
    taxi: str | None = recorded("Kind of taxi.", default=None)
    month: str | None = recorded("The month, such as 2020-04.", default=None)
    sha256: str | None = recorded(
        "Hash of the published bytes that the rows are of, in hex.", default=None
    )
    rows_in: int | None = recorded("Trips of the file that the model read.", default=None)
    rows_out: int | None = recorded("Trips of the file in the model.", default=None)
    invocation: str | None = recorded("The run of dbt that built the month.", default=None)


@dataclass(frozen=True)
class TripsLeftOut:
    """How many trips of a file a rule left out of a model."""

    model: str = recorded("The model, as its table is called.")
    filename: str = recorded("The file, as the column filename of the rows says.")
    rule: str = recorded("Name of the rule, such as no_vendor.")
    trips: int = recorded("How many.")


MODELS = RecordTable(
    "tripdata_models",
    ModelMonth,
    ("model", "filename"),
    "Which file each month of the dbt models is of, written with its rows.",
)
LEFT_OUT = RecordTable(
    "tripdata_models_left_out",
    TripsLeftOut,
    ("model", "filename", "rule"),
    "Trips that rules left out of the dbt models, by file and rule.",
)
