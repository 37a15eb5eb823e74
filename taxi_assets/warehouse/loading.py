"""The result of loading a month, in any warehouse."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from taxi_assets.warehouse.tally import Tally


@dataclass(frozen=True)
class Loaded:
    """The result of a load that succeeded: the month's rows equal the landed file.

    Attributes:
        rows: rows of the month in the table.
        changed: False if the table already held this version of the file, and nothing was done.
        seconds: how long the load took.
        replaced_rows: rows of the month before the load.
        table_rows: rows of all months in the table after the load.
        tally: counts and sums of the month's rows; empty if none was kept.
        rejected_rows: rows of the file that this load rejected; 0 if nothing was done.
        cost: figures that the warehouse bills by, by name; empty if it bills nothing.
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
        """Rows loaded per second; 0 if nothing was loaded."""
        return self.rows / self.seconds if self.changed and self.seconds else 0.0
