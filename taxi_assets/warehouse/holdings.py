"""What a warehouse holds of a dataset: rows by file, and what its ledger says of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from taxi_assets.warehouse.ledger import LedgerEntry


@dataclass(frozen=True)
class Holdings:
    """The files in a merged table.

    Attributes:
        rows: how many rows each filename has.
        entries: the ledger's line for each filename.
    """

    rows: Mapping[str, int] = field(default_factory=dict)
    entries: Mapping[str, LedgerEntry] = field(default_factory=dict)
