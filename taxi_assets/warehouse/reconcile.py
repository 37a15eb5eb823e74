"""Compares a month in two warehouses by the tally that each of them computes."""

from __future__ import annotations

from dataclasses import dataclass

from taxi_assets.warehouse.checks import Verdict
from taxi_assets.warehouse.ledger import LedgerEntry
from taxi_assets.warehouse.tally import ROWS, Tally, tally_differences


@dataclass(frozen=True)
class HeldMonth:
    """A month in one warehouse.

    Attributes:
        entry: the ledger's entry; None if the month is not loaded.
        tally: counts and sums of its rows now; None if the columns are not as declared.
    """

    entry: LedgerEntry | None
    tally: Tally | None


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
    if here.tally is None or there.tally is None:
        return Verdict(False, "a table's columns are not as declared: nothing can be compared")
    found = tally_differences(here.tally, there.tally, (f"in {names[0]}", f"in {names[1]}"))
    rows = {
        f"rows_in_{names[0]}": here.tally[ROWS],
        f"rows_in_{names[1]}": there.tally[ROWS],
    }
    return Verdict(
        not found,
        found
        or f"{here.tally[ROWS]:,} rows, and all {len(here.tally):,} counts and sums, are equal in "
        f"{names[0]} and {names[1]}",
        rows,
    )
