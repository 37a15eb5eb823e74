"""The full audit of a month: its file is read anew and held against every record and every table.

The file's bytes are hashed, verified and turned into rows again. Their digest is compared with the
lake's note, with each warehouse's ledger, and with the digest that each warehouse computes of its
rows. What was written down earlier is believed only where the bytes say the same.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from functools import partial

from taxi_assets.errors import DamagedCopyError, InvalidFileError
from taxi_assets.lake.examination import facts_anew
from taxi_assets.lake.lake import Examined, Lake
from taxi_assets.lake.landed_file import FileFacts, LandedFile
from taxi_assets.lake.landing import lake_name
from taxi_assets.lake.local_copy import LocalCopy, sha256_of
from taxi_assets.rows.file_digest import digest_file
from taxi_assets.rows.reading import OpenMonth
from taxi_assets.rows.row_digest import Digests
from taxi_assets.trips.file import TripFile
from taxi_assets.warehouse.interface import Warehouse
from taxi_assets.warehouse.ledger import LEDGER, LedgerEntry
from taxi_assets.warehouse.reconcile import HeldMonth
from taxi_assets.warehouse.records import forget, reject_counts
from taxi_assets.warehouse.rejects import RejectCounts
from taxi_assets.warehouse.witness import note_digests, noted_digests


class Proof(StrEnum):
    """What the audit says of one side."""

    PROVED = "proved"
    UNPROVED = "not proved"
    """There is nothing to hold it against."""
    OUTDATED = "outdated"
    """It is another version of the file than the lake has."""
    WRONG = "wrong"


@dataclass(frozen=True)
class Finding:
    """What was found on one side.

    Attributes:
        side: ``lake``, or the name of a warehouse.
        subject: ``file``, ``note``, or ``rows`` with the ledger that says where they are from.
        proof: whether it is what the file says.
        text: why, in words.
    """

    side: str
    subject: str
    proof: Proof
    text: str


@dataclass(frozen=True)
class _Truth:
    """What a file's bytes say, read anew.

    Attributes:
        month: the file, with what verification finds in it now.
        rows: number of its rows, less those that were rejected when it was loaded.
        digests: their digests.
    """

    month: OpenMonth
    rows: int
    digests: Digests


def audit_month(lake: Lake, warehouses: Sequence[Warehouse], file: TripFile) -> list[Finding]:
    """Hold a month in the lake and in every warehouse against its file.

    Digests that were never kept, or by another version of DuckDB, are kept where all is proved.

    Args:
        lake: the lake.
        warehouses: the warehouses.
        file: the month. The ledgers say which of its formats is loaded.

    Raises:
        WarehouseBusyError, WarehouseError: a warehouse cannot be queried.
        StorageError: the lake cannot be read.
    """
    held = {each.name: each.held_month(file) for each in warehouses if each.exists()}
    entries = [state.entry for state in held.values() if state.entry is not None]
    loaded = [TripFile.loaded_as(file.dataset, entry.filename) for entry in entries]
    truths: dict[str, _Truth] = {}
    findings: list[Finding] = []
    for each in dict.fromkeys([*filter(None, loaded)] or [file]):
        hashes = {entry.sha256 for entry in entries if entry.filename == each.filename}
        rejected = max((_rejected(warehouse, each) for warehouse in warehouses), default=0)
        with lake.examine(lake_name(each)) as examined:
            truth, found = _audit_file(each, examined, hashes, rejected)
        findings += found
        if truth is not None:
            truths[each.filename] = truth
    for name, state in held.items():
        truth = truths.get(state.entry.filename) if state.entry else None
        proof, text = _audit_rows(state, truth)
        findings.append(Finding(name, "rows", proof, text))
    if findings and all(finding.proof is Proof.PROVED for finding in findings):
        _keep_digests(lake, warehouses, held, truths)
    return findings


def _audit_file(
    file: TripFile, examined: Examined, hashes: set[str], rejected: int
) -> tuple[_Truth | None, list[Finding]]:
    """What a file's bytes say, if they are those that landed; and what is to be said of them.

    Args:
        file: which one it is.
        examined: what lies in the lake.
        hashes: the sha256 of the file by each ledger that names it.
        rejected: how many of its rows were rejected when it was loaded.
    """
    finding = partial(Finding, "lake")
    note = examined.note
    if examined.path is None:
        missing = finding("file", Proof.UNPROVED, f"{file.published_name} is not in the lake")
        return None, [missing]
    sha256 = sha256_of(examined.path)
    noted = note is not None and note.sha256 == sha256
    if not noted and sha256 not in hashes:
        known = ", ".join(sorted({*hashes, *([note.sha256] if note else [])})) or "nobody knows"
        text = f"{file.published_name} is damaged: its sha256 is {sha256}, and was {known}"
        return None, [finding("file", Proof.WRONG, text)]
    try:
        facts = facts_anew(examined.path, file)
        base = note or _unknown(file, sha256, examined.path.stat().st_size)
        landed = base.model_copy(update={"facts": facts, "sha256": sha256})
        month = OpenMonth(file, landed, LocalCopy(examined.path, landed))
        rows, digests = digest_file(month, rejected)
    except (InvalidFileError, DamagedCopyError) as error:
        return None, [finding("file", Proof.WRONG, error.what)]
    truth = _Truth(month, rows, digests)
    sound = finding("file", Proof.PROVED, f"{file.published_name} has the bytes that landed")
    if note is None:
        text = "there is no note of the file, or none that can be read"
        return truth, [sound, finding("note", Proof.WRONG, text)]
    contradiction = _note_contradiction(note, truth, noted)
    if contradiction:
        return truth, [sound, finding("note", Proof.WRONG, contradiction)]
    return truth, [sound, finding("note", Proof.PROVED, "the note says what the file holds")]


def _unknown(file: TripFile, sha256: str, size_bytes: int) -> LandedFile:
    """What is known of a file that has no note: its bytes, which a ledger names."""
    return LandedFile(
        name=lake_name(file),
        url="",
        etag=None,
        last_modified=None,
        sha256=sha256,
        size_bytes=size_bytes,
        facts=FileFacts(rows=0, uncompressed_bytes=0),
        landed_at=datetime.now(UTC),
    )


def _note_contradiction(note: LandedFile, truth: _Truth, same_bytes: bool) -> str | None:
    """How the note differs from what the file says; None if it does not."""
    landed = truth.month.landed
    if not same_bytes:
        return f"its sha256 is {note.sha256}, and file and ledger have {landed.sha256}"
    found = landed.facts.model_dump()
    for name, value in note.facts.model_dump().items():
        if name != "left_out" and value and value != found[name]:
            return f"it says {name} is {value}, and the file has {found[name]}"
    left_out = landed.facts.undeclared(truth.month.file)
    known = noted_digests(note, truth.rows, left_out, truth.digests.engine)
    if truth.digests.conflict(known):
        return "its digest is not that of the file's rows"
    return None


def _audit_rows(state: HeldMonth, truth: _Truth | None) -> tuple[Proof, str]:
    """Whether a warehouse's rows are those of the file that its ledger names."""
    entry = state.entry
    if entry is None and state.rows:
        return Proof.UNPROVED, f"{state.rows:,} rows, and no ledger says which file's they are"
    if entry is None:
        return Proof.PROVED, "the month is not loaded"
    if not state.rows:
        return Proof.WRONG, f"only the ledger is left: {entry.rows:,} rows of {entry.filename}"
    if state.digest is None:
        return Proof.WRONG, "the table's columns are not as declared: nothing can be compared"
    return _without_file(entry, state) if truth is None else _compare(entry, state, truth)


def _without_file(entry: LedgerEntry, state: HeldMonth) -> tuple[Proof, str]:
    """Whether rows are those of the ledger: there is nothing else."""
    if entry.digest is None:
        return Proof.UNPROVED, f"{state.rows:,} rows, no sound file, and no digest in the ledger"
    if entry.digest == state.digest:
        return Proof.UNPROVED, f"{state.rows:,} rows as the ledger says, and no sound file"
    return Proof.WRONG, f"{state.rows:,} rows, which are not those that the ledger says"


def _compare(entry: LedgerEntry, state: HeldMonth, truth: _Truth) -> tuple[Proof, str]:
    """Whether rows and ledger are what the file says."""
    landed, digests, kept = truth.month.landed, truth.digests, entry.digests
    if state.digest != digests.digest:
        if entry.sha256 != landed.sha256 and kept.digest in (None, state.digest):
            return Proof.OUTDATED, "the lake has another version of the file than was loaded"
        return (
            Proof.WRONG,
            f"{state.rows:,} rows were changed: their digest is {state.digest}, that of the "
            f"file's {truth.rows:,} rows is {digests.digest}",
        )
    said: dict[str, tuple[object, object]] = {
        "sha256": (entry.sha256, landed.sha256),
        "taxi": (entry.taxi, truth.month.file.dataset.taxi),
        "month": (entry.month, str(truth.month.file.month)),
        "rows": (entry.rows, truth.rows),
        "digest": (kept.digest or digests.digest, digests.digest),
    }
    if kept.engine == digests.engine:
        said["engine_digest"] = (kept.by_engine, digests.by_engine)
    for name, (here, there) in said.items():
        if here != there:
            return (
                Proof.WRONG,
                "the rows are those of the file, and the ledger was changed: its "
                f"{name} is {here}, not {there}",
            )
    return Proof.PROVED, f"{state.rows:,} rows are those of {entry.filename}"


def _keep_digests(
    lake: Lake,
    warehouses: Sequence[Warehouse],
    held: Mapping[str, HeldMonth],
    truths: Mapping[str, _Truth],
) -> None:
    """Keep digests that are missing, or by another version of DuckDB, now that all is proved."""
    for truth in truths.values():
        note_digests(lake, truth.month, truth.digests, truth.rows)
    for warehouse in warehouses:
        entry = held[warehouse.name].entry if warehouse.name in held else None
        if entry is None:
            continue
        with warehouse.session() as session:
            kept = _renewed(entry, truths[entry.filename].digests, session.engine)
            if kept == entry:
                continue
            session.ensure(LEDGER)
            with session.transaction(writes=LEDGER):
                forget(session, LEDGER, [entry.filename])
                session.append(LEDGER, [kept])


def _renewed(entry: LedgerEntry, digests: Digests, engine: str) -> LedgerEntry:
    own = digests.engine_text if engine and digests.engine.startswith(f"{engine}/") else None
    return replace(entry, digest=digests.digest, engine_digest=own or entry.engine_digest)


def _rejected(warehouse: Warehouse, file: TripFile) -> int:
    if not warehouse.exists():
        return 0
    with warehouse.session() as session:
        return reject_counts(session).get(file.filename, RejectCounts()).rejected
