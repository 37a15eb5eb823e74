"""Compares a month in two warehouses by the digest that each of them computes."""

from __future__ import annotations

from dataclasses import dataclass

from taxi_assets.rows.row_digest import Digests
from taxi_assets.warehouse.checks import Verdict
from taxi_assets.warehouse.ledger import LedgerEntry


@dataclass(frozen=True)
class HeldMonth:
    """A month in one warehouse.

    Attributes:
        entry: the ledger's entry; None if the month is not loaded.
        rows: number of its rows now.
        digests: digests of its rows now; None if the columns are not as declared.
        rejected: number of its rejected rows that are kept.
        foreign_rows: rows whose ``filename`` is not the one in the ledger.
    """

    entry: LedgerEntry | None
    rows: int
    digests: Digests | None = None
    rejected: int = 0
    foreign_rows: int = 0

    @property
    def digest(self) -> str | None:
        """The digest of its rows that is the same in every database."""
        return self.digests.digest if self.digests else None


def compare(here: HeldMonth, there: HeldMonth, names: tuple[str, str]) -> Verdict:
    """Whether both hold the same rows of the month.

    Args:
        here: the month in one warehouse.
        there: the month in the other one.
        names: names of the two warehouses, for the text.
    """
    missing = [name for name, held in zip(names, (here, there), strict=True) if not held.entry]
    if len(missing) == len(names):
        return Verdict(True, f"neither {names[0]} nor {names[1]} has the month")
    if here.entry is None or there.entry is None:
        return Verdict(False, f"{missing[0]} does not have the month: load it")
    for attribute in ("filename", "sha256"):
        pair = getattr(here.entry, attribute), getattr(there.entry, attribute)
        if pair[0] != pair[1]:
            return Verdict(
                False,
                f"{names[0]} was loaded from {attribute} {pair[0]}, {names[1]} from {pair[1]}: "
                "load the month into both",
            )
    if here.digest is None or there.digest is None:
        return Verdict(False, "a table's columns are not as declared: nothing can be compared")
    figures = {f"rows_in_{names[0]}": here.rows, f"rows_in_{names[1]}": there.rows}
    if here.digest == there.digest:
        return Verdict(
            True, f"{here.rows:,} rows are the same in {names[0]} and {names[1]}", figures
        )
    return Verdict(
        False,
        f"{here.rows:,} rows of digest {here.digest} in {names[0]}, {there.rows:,} of "
        f"{there.digest} in {names[1]}: `taxi-assets audit {here.entry.taxi} {here.entry.month}` "
        "tells which are those of the file",
        figures,
    )
