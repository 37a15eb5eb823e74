"""The check that a month still has the values that were loaded."""

from __future__ import annotations

from taxi_assets.warehouse.checks import Check, Expectations, MonthFigures, Verdict
from taxi_assets.warehouse.tally import tally_differences

_REMEDY = "load the month again with --force to have back what its file says"


def _values_as_loaded(month: MonthFigures, _: Expectations) -> Verdict:
    if month.entry is None:
        return Verdict(False, "the ledger has no line for this month: it was never loaded whole")
    if month.tally is None:
        return Verdict(False, "the columns are not as declared: their values cannot be compared")
    if not month.loaded_tally:
        return Verdict(
            False,
            "the month was loaded before sums of its columns were kept: load it again with --force "
            "to have changes of values noticed",
            blocks=False,
        )
    found = tally_differences(month.tally, month.loaded_tally, ("now", "when loaded"))
    return Verdict(
        not found,
        f"{found}; {_REMEDY}"
        if found
        else f"{len(month.tally):,} counts and sums are what they were when the month was loaded",
        {"figures": len(month.tally)},
    )


VALUE_CHECKS: tuple[Check, ...] = (
    Check(
        "values_as_loaded",
        "The count of values and their sum, in every column, are those of the rows that were "
        "loaded: nobody changed a value since. Two values of one column that changed places are "
        "not noticed, nor an amount that changed by less than a millionth.",
        True,
        _values_as_loaded,
    ),
)
"""The checks of a month's values."""
