"""Whether a warehouse's rows, and what was recorded with them, are what their file says."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from taxi_assets.rows.reading import OpenMonth
from taxi_assets.rows.row_digest import Digests
from taxi_assets.warehouse.ledger import LedgerEntry
from taxi_assets.warehouse.reconcile import HeldMonth
from taxi_assets.warehouse.rejects import REJECTS


class Proof(StrEnum):
    """What the audit says of one side."""

    PROVED = "proved"
    UNPROVED = "not proved"
    """There is nothing to hold it against."""
    OUTDATED = "outdated"
    """It is another version of the file than the lake has."""
    WRONG = "wrong"


@dataclass(frozen=True)
class Truth:
    """What a file's bytes say, read anew.

    Attributes:
        month: the file, with what verification finds in it now.
        rows: number of its rows, less those that were rejected when it was loaded.
        digests: their digests.
    """

    month: OpenMonth
    rows: int
    digests: Digests


def audit_rows(state: HeldMonth, truth: Truth | None) -> tuple[Proof, str]:
    """Whether a warehouse's rows are those of the file that its ledger names."""
    entry = state.entry
    if entry is None and state.rows:
        return Proof.UNPROVED, f"{state.rows:,} rows, and no ledger says which file's they are"
    if entry is None:
        return Proof.UNPROVED, "the month is not loaded"
    if not state.rows:
        return Proof.WRONG, f"only the ledger is left: {entry.rows:,} rows of {entry.filename}"
    found = state.digests
    if found is None or found.digest is None:
        return Proof.WRONG, "the table's columns are not as declared: nothing can be compared"
    if state.foreign_rows:
        return (
            Proof.WRONG,
            f"{state.foreign_rows:,} of {state.rows:,} rows are of another file than "
            f"{entry.filename}, which the ledger names",
        )
    return (
        _without_file(entry, state.rows, found)
        if truth is None
        else _compare(entry, state, found, truth)
    )


def _without_file(entry: LedgerEntry, rows: int, found: Digests) -> tuple[Proof, str]:
    """Whether rows are those of the ledger: there is nothing else."""
    differs = found.conflict(entry.digests)
    if differs is None:
        return Proof.UNPROVED, f"{rows:,} rows, no sound file, and no digest in the ledger"
    if not differs:
        return Proof.UNPROVED, f"{rows:,} rows as the ledger says, and no sound file"
    return Proof.WRONG, f"{rows:,} rows, which are not those that the ledger says"


def _compare(
    entry: LedgerEntry, state: HeldMonth, found: Digests, truth: Truth
) -> tuple[Proof, str]:
    """Whether rows, of these digests, and ledger are what the file says."""
    landed, digests, kept = truth.month.landed, truth.digests, entry.digests
    left_out = landed.facts.undeclared(truth.month.file)
    if found.digest != digests.digest:
        as_loaded = not found.conflict(kept)
        if entry.sha256 != landed.sha256 and as_loaded:
            return Proof.OUTDATED, "the lake has another version of the file than was loaded"
        if as_loaded and (declared := sorted({*entry.left_out_columns} - {*left_out})):
            return (
                Proof.OUTDATED,
                f"{', '.join(declared)}: left out when the month was loaded, and declared since",
            )
        return (
            Proof.WRONG,
            f"{state.rows:,} rows were changed: their digest is {found.digest}, that of the "
            f"file's {truth.rows:,} rows is {digests.digest}",
        )
    said: dict[str, tuple[object, object]] = {
        "sha256": (entry.sha256, landed.sha256),
        "taxi": (entry.taxi, truth.month.file.dataset.taxi),
        "month": (entry.month, str(truth.month.file.month)),
        "rows": (entry.rows, truth.rows),
        "digest": (kept.digest or digests.digest, digests.digest),
        "left_out": (_undeclared(entry, truth), left_out),
    }
    rejected = landed.facts.rows - truth.rows
    if not rejected:
        said["jagged_rows"] = (entry.jagged_rows, landed.facts.jagged_rows)
    # The table's rows are those of the file, and so are all their digests.
    if kept.engine == found.engine:
        said["engine_digest"] = (kept.by_engine, found.by_engine)
    for name, (here, there) in said.items():
        if here != there:
            return (
                Proof.WRONG,
                "the rows are those of the file, and the ledger was changed: its "
                f"{name} is {here}, not {there}",
            )
    if state.rejected != rejected:
        return (
            Proof.WRONG,
            f"the rows are those of the file, and {REJECTS.name} was changed: it has "
            f"{state.rejected:,} rows of the month, and {rejected:,} were rejected",
        )
    return Proof.PROVED, f"{state.rows:,} rows are those of {entry.filename}"


def _undeclared(entry: LedgerEntry, truth: Truth) -> tuple[str, ...]:
    """The columns that the ledger calls left out, but for those that were declared since."""
    dataset = truth.month.file.dataset
    declared = {*(column.name.lower() for column in dataset.columns), *dataset.parquet_columns}
    return tuple(name for name in entry.left_out_columns if name.lower() not in declared)
