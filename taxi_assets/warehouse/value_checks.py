"""The check that a month still has the rows that were loaded."""

from __future__ import annotations

from taxi_assets.lake.landed_file import FileFacts
from taxi_assets.warehouse.checks import Check, Expectations, MonthFigures, Verdict
from taxi_assets.warehouse.ledger import LedgerEntry
from taxi_assets.warehouse.witness import noted_digests


def _values_as_loaded(month: MonthFigures, expected: Expectations) -> Verdict:
    entry = month.entry
    if entry is None:
        return Verdict(False, "the ledger has no line for this month: it was never loaded whole")
    if month.tally is None:
        return Verdict(False, "the columns are not as declared: their values cannot be compared")
    audit = f"taxi-assets audit {entry.taxi} {entry.month}"
    pair = month.digests.pair(entry.digests)
    found, known = pair or (month.digests.digest or month.digests.by_engine, "")
    figures = {"digest": found}
    if pair and found != known:
        return Verdict(
            False,
            f"rows or values were changed since the month was loaded: their digest is {found}, and "
            f"was {known}; `{audit} --repair` brings back what the file says",
            figures,
        )
    contradiction = _contradiction(month, entry, expected)
    if contradiction:
        return Verdict(False, f"{contradiction}; `{audit}` tells which one was changed", figures)
    if pair is None:
        return Verdict(
            False,
            "no digest that this database can compute was kept when the month was loaded: "
            f"`{audit}` holds its rows against the file and keeps one",
            figures,
            blocks=False,
        )
    return Verdict(
        True,
        f"{month.rows:,} rows have the digest that was kept when they were loaded, {found}",
        figures,
    )


def _contradiction(month: MonthFigures, entry: LedgerEntry, expected: Expectations) -> str | None:
    """How rows or ledger contradict the lake's note."""
    landed = expected.in_lake
    if landed is None:
        return None
    noted = noted_digests(landed, entry.rows, entry.left_out_columns, month.digests.engine)
    differs = [digests.conflict(noted) for digests in (month.digests, entry.digests)]
    if landed.sha256 != entry.sha256:
        if False in differs:
            return "the ledger has another sha256 than the lake, and the digest of the lake's file"
        return None  # another version has landed, and is not loaded yet
    if True in differs:
        return "the note in the lake has another digest than rows or ledger"
    return _other_count(month, entry, landed.facts)


def _other_count(month: MonthFigures, entry: LedgerEntry, facts: FileFacts) -> str | None:
    """Which number of rows the ledger and the lake's note say differently."""
    counts = {"rows": (entry.rows + month.rejects.rejected, facts.rows)}
    if not month.rejects.rejected:
        counts["jagged rows"] = (entry.jagged_rows, facts.jagged_rows)
    for name, (here, there) in counts.items():
        if here != there:
            rejects = " with those rejected" if name == "rows" else ""
            return f"the ledger counts {here:,} {name}{rejects}, the note in the lake {there:,}"
    return None


VALUE_CHECKS: tuple[Check, ...] = (
    Check(
        "values_as_loaded",
        "The rows have the digest that was kept in the ledger and in the lake when they were "
        "loaded: nobody changed, added or deleted one since. An accident goes unnoticed with a "
        "probability of 1 in 2^60.",
        True,
        _values_as_loaded,
    ),
)
"""The check of a month's values."""
