"""Every record table that the project keeps beside the trips."""

from __future__ import annotations

from typing import Any

from taxi_assets.warehouse.ledger import LEDGER
from taxi_assets.warehouse.model_records import LEFT_OUT, MODELS
from taxi_assets.warehouse.record_tables import RecordTable
from taxi_assets.warehouse.rejects import REJECTS
from taxi_assets.warehouse.summary_records import COUNTS, SUMMARIES
from taxi_assets.warehouse.tally import TALLIES
from taxi_assets.warehouse.trip_figures import FIGURES, PARTS
from taxi_assets.warehouse.zone_figures import ZONE_CHARGES

RECORD_TABLES: tuple[RecordTable[Any], ...] = (
    *(LEDGER, TALLIES, REJECTS, SUMMARIES, COUNTS),
    *(PARTS, FIGURES, ZONE_CHARGES),
    *(MODELS, LEFT_OUT),
)
"""The record tables, in the order in which people look for them."""
