"""The full audit of a month: its file is read anew and held against every record and every table.

The file's bytes are hashed, verified and turned into rows again. Their digest is compared with the
lake's note, with each warehouse's ledger, and with the digest that each warehouse computes of its
rows. What was written down earlier is believed only where the bytes say the same.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial

from taxi_assets.errors import (
    DamagedCopyError,
    InvalidFileError,
    StorageError,
    WarehouseError,
)
from taxi_assets.lake.examination import facts_anew
from taxi_assets.lake.lake import Examined, Lake
from taxi_assets.lake.landed_file import FileFacts, LandedFile
from taxi_assets.lake.landing import lake_name
from taxi_assets.lake.local_copy import LocalCopy, read_refusals, sha256_of
from taxi_assets.rows.file_digest import digest_file
from taxi_assets.rows.reading import OpenMonth
from taxi_assets.rows.row_digest import Digests
from taxi_assets.trips.dataset import Dataset
from taxi_assets.trips.file import TripFile
from taxi_assets.warehouse.holdings import holdings
from taxi_assets.warehouse.interface import Warehouse
from taxi_assets.warehouse.ledger import LEDGER, LedgerEntry
from taxi_assets.warehouse.reconcile import HeldMonth
from taxi_assets.warehouse.records import forget, ledger_entries
from taxi_assets.warehouse.row_proof import Proof, Truth, audit_rows
from taxi_assets.warehouse.witness import note_digests, noted_digests

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Finding:
    """What was found on one side.

    Attributes:
        side: ``lake``, or the name of a warehouse.
        subject: ``file``, ``note``, or ``rows`` with the ledger that says where they are from.
        proof: whether it is what the file says.
        text: why, in words.
        is_absent: whether there is nothing of the month at all.
    """

    side: str
    subject: str
    proof: Proof
    text: str
    is_absent: bool = False


def audit_month(
    lake: Lake, warehouses: Sequence[Warehouse], file: TripFile, keep: bool = True
) -> list[Finding]:
    """Hold a month in the lake and in every warehouse against its file.

    Digests that were never kept, or by another version of DuckDB, are kept where all is proved; a
    warning is logged where lake or warehouse may only be read.

    Args:
        lake: the lake.
        warehouses: the warehouses.
        file: the month. The ledgers say which of its formats is loaded.
        keep: whether digests are kept; otherwise nothing is written.

    Raises:
        WarehouseBusyError, WarehouseError: a warehouse cannot be queried.
        StorageError: the lake cannot be read.
    """
    held = {each.name: each.held_month(file) for each in warehouses if each.exists()}
    loads = [(each.entry, each) for each in held.values() if each.entry is not None]
    loaded = [TripFile.loaded_as(file.dataset, entry.filename) for entry, _ in loads]
    truths: dict[str, Truth] = {}
    findings: list[Finding] = []
    for each in dict.fromkeys([*filter(None, loaded)] or [file]):
        from_it = [load for load in loads if load[0].filename == each.filename]
        with lake.examine(lake_name(each)) as examined:
            truth, found = _audit_file(each, examined, from_it)
        findings += found
        if truth is not None:
            truths[each.filename] = truth
    for name, state in held.items():
        truth = truths.get(state.entry.filename) if state.entry else None
        is_absent = state.entry is None and not state.rows
        findings.append(Finding(name, "rows", *audit_rows(state, truth), is_absent))
    # A warehouse that does not have the month keeps no digest, and keeps no other one from it.
    absent = {f.side for f in findings if f.subject == "rows" and f.is_absent}
    if keep and all(f.proof is Proof.PROVED for f in findings if f.side not in absent):
        try:
            _keep_digests(lake, warehouses, held, truths)
        except (StorageError, WarehouseError) as error:
            # Who may only read has the month proved all the same.
            _log.warning("%s: its digests were not kept: %s", file, error.what)
    return findings


def audit_names(warehouses: Sequence[Warehouse], dataset: Dataset) -> list[Finding]:
    """Find rows of a merged table whose file name is none of the dataset's.

    No audit of a month reads them. A table that was adopted may have some.

    Raises:
        WarehouseBusyError, WarehouseError: a warehouse cannot be queried.
    """
    return [
        Finding(
            warehouse.name,
            "rows",
            Proof.UNPROVED,
            f"{rows:,} rows of {dataset.table} have the filename {name}, which is no month's file",
        )
        for warehouse in warehouses
        for name, rows in holdings(warehouse, dataset).rows.items()
        if rows and TripFile.loaded_as(dataset, name) is None
    ]


def _audit_file(
    file: TripFile, examined: Examined, loads: Sequence[tuple[LedgerEntry, HeldMonth]]
) -> tuple[Truth | None, list[Finding]]:
    """What a file's bytes say, if they are those that landed; and what is to be said of them.

    Args:
        file: which one it is.
        examined: what lies in the lake.
        loads: each ledger's entry of it, with the rows that its warehouse has.
    """
    hashes = {entry.sha256 for entry, _ in loads}
    finding = partial(Finding, "lake")
    note = examined.note
    if examined.path is None:
        text = f"{file.published_name} is not in the lake"
        return None, [finding("file", Proof.UNPROVED, text, is_absent=True)]
    with read_refusals(examined.path):
        sha256 = sha256_of(examined.path)
    noted = note is not None and note.sha256 == sha256
    if not noted and sha256 not in hashes:
        known = ", ".join(sorted({*hashes, *([note.sha256] if note else [])})) or "nobody knows"
        text = f"{file.published_name} is damaged: its sha256 is {sha256}, and was {known}"
        return None, [finding("file", Proof.WRONG, text)]
    try:
        facts = facts_anew(examined.path, file)
        base = note or _unknown(file)
        found = {"name": lake_name(file), "size_bytes": examined.path.stat().st_size}
        landed = base.model_copy(update={"facts": facts, "sha256": sha256, **found})
        month = OpenMonth(file, landed, LocalCopy(examined.path, landed))
        # Rows were rejected if the table of rejects says so, or if the ledger counts fewer.
        rejected = [max(state.rejected, facts.rows - entry.rows) for entry, state in loads]
        rows, digests = digest_file(month, max(rejected, default=0))
    except (InvalidFileError, DamagedCopyError) as error:
        return None, [finding("file", Proof.WRONG, error.what)]
    truth = Truth(month, rows, digests)
    sound = finding("file", Proof.PROVED, f"{file.published_name} has the bytes that landed")
    if note is None:
        text = "there is no note of the file, or none that can be read"
        return truth, [sound, finding("note", Proof.WRONG, text)]
    contradiction = _note_contradiction(note, truth, noted, [state for _, state in loads])
    if contradiction:
        return truth, [sound, finding("note", Proof.WRONG, contradiction)]
    return truth, [sound, finding("note", Proof.PROVED, "the note says what the file holds")]


def _unknown(file: TripFile) -> LandedFile:
    """What is known of a file that has no note: nothing but its name."""
    return LandedFile(
        name=lake_name(file),
        url="",
        etag=None,
        last_modified=None,
        sha256="",
        size_bytes=0,
        facts=FileFacts(rows=0, uncompressed_bytes=0),
        landed_at=datetime.now(UTC),
    )


def _note_contradiction(
    note: LandedFile, truth: Truth, same_bytes: bool, states: Sequence[HeldMonth]
) -> str | None:
    """How the note differs from what the file says; None if it does not."""
    landed = truth.month.landed
    if not same_bytes:
        return f"its sha256 is {note.sha256}, and file and ledger have {landed.sha256}"
    left_out = landed.facts.undeclared(truth.month.file)
    found = _noted_facts(landed, truth)
    for name, value in _noted_facts(note, truth).items():
        # Notes of older versions lack some facts.
        if value not in (None, ()) and value != found[name]:
            return f"it says {name} is {value}, and the file has {found[name]}"
    for digests in _all_kinds(truth, states):
        if digests.conflict(noted_digests(note, truth.rows, left_out, digests.engine)):
            return "its digest is not that of the file's rows"
    return None


def _all_kinds(truth: Truth, states: Sequence[HeldMonth]) -> list[Digests]:
    """The digests of a file's rows, of every kind that was computed: some only a database can."""
    by_others = [s.digests for s in states if s.digests and s.digest == truth.digests.digest]
    return [truth.digests, *by_others]


def _noted_facts(note: LandedFile, truth: Truth) -> dict[str, object]:
    """What a note says of the bytes themselves."""
    facts = note.facts.model_dump(exclude={"left_out"})
    left_out = note.facts.undeclared(truth.month.file)
    return {"name": note.name, "size_bytes": note.size_bytes, **facts, "left_out": left_out}


def _keep_digests(
    lake: Lake,
    warehouses: Sequence[Warehouse],
    held: Mapping[str, HeldMonth],
    truths: Mapping[str, Truth],
) -> None:
    """Keep digests that are missing, or by another version of DuckDB, now that all is proved."""
    for filename, truth in truths.items():
        states = [s for s in held.values() if s.entry is not None and s.entry.filename == filename]
        others = _all_kinds(truth, states)[1:]
        note_digests(lake, truth.month, truth.digests, truth.rows, others)
    for warehouse in warehouses:
        entry = held[warehouse.name].entry if warehouse.name in held else None
        if entry is None:
            continue
        with warehouse.session() as session:
            kept = _renewed(entry, held[warehouse.name].digests or Digests())
            # A load meanwhile has kept its own.
            if kept == entry or ledger_entries(session, [entry.filename]) != [entry]:
                continue
            session.ensure(LEDGER)
            with session.transaction(writes=LEDGER):
                forget(session, LEDGER, [entry.filename])
                session.append(LEDGER, [kept])


def _renewed(entry: LedgerEntry, found: Digests) -> LedgerEntry:
    """The entry with the digests of its rows, which are those of the file."""
    own = found.engine_text or entry.engine_digest
    return replace(entry, digest=found.digest or entry.digest, engine_digest=own)
