"""What came of loading a month, in any warehouse."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from taxi_assets.warehouse.tally import Tally


@dataclass(frozen=True)
class Loaded:
    """The month's rows in the table equal the landed file.

    Attributes:
        rows: rows of the month in the table.
        changed: False where the table held this very file already, and nothing was done.
        seconds: how long the load took.
        replaced_rows: rows that stood there before.
        table_rows: rows of all months in the table afterwards.
        tally: counts and sums of the month's rows; empty where none was kept.
        rejected_rows: rows of the file that were rejected now; 0 where nothing was done.
        cost: what the warehouse bills, by name; empty where it bills nothing.
    """

    rows: int
    changed: bool
    seconds: float
    replaced_rows: int
    table_rows: int
    tally: Tally = field(default_factory=dict)
    rejected_rows: int = 0
    cost: Mapping[str, int | float] = field(default_factory=dict)

    @property
    def rows_per_second(self) -> float:
        """Rows loaded per second; 0 where nothing was loaded."""
        return self.rows / self.seconds if self.changed and self.seconds else 0.0
