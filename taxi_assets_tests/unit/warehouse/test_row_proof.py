"""What the audit says of rows, and the comparison of two warehouses: each case by itself."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from taxi_assets.rows.reading import OpenMonth
from taxi_assets.rows.row_digest import Digests
from taxi_assets.trips.file import FileFormat, TripFile
from taxi_assets.trips.green import GREEN
from taxi_assets.trips.month import Month
from taxi_assets.trips.yellow import YELLOW
from taxi_assets.warehouse.ledger import LedgerEntry
from taxi_assets.warehouse.reconcile import HeldMonth, compare
from taxi_assets.warehouse.row_proof import Proof, Truth, audit_rows
from taxi_assets_tests.landed_months import open_month
from taxi_assets_tests.published import csv_month

FILE = TripFile(GREEN, Month(2020, 4), FileFormat.CSV)
DIGESTS = Digests("00ff", "DuckDB 2", "e1")
OTHERS = Digests("00fe", "DuckDB 2", "e2")


@pytest.fixture
def month(tmp_path: Path) -> OpenMonth:
    return open_month(tmp_path / FILE.published_name, FILE, csv_month(GREEN, 4), jagged_rows=0)


@pytest.fixture
def truth(month: OpenMonth) -> Truth:
    """What the file's bytes say."""
    return Truth(month, 4, DIGESTS)


@pytest.fixture
def entry(month: OpenMonth) -> LedgerEntry:
    """The ledger's line of the load."""
    return LedgerEntry.of(month, DIGESTS, "run")


@pytest.fixture
def held(entry: LedgerEntry) -> HeldMonth:
    """The month as it was loaded."""
    return HeldMonth(entry, 4, DIGESTS)


def test_rows_as_loaded_are_proved(held: HeldMonth, truth: Truth) -> None:
    assert audit_rows(held, truth) == (Proof.PROVED, f"4 rows are those of {FILE.filename}")


@pytest.mark.parametrize(
    ("change", "proof", "says"),
    [
        ({"entry": None}, Proof.UNPROVED, "4 rows, and no ledger says which file's they are"),
        ({"entry": None, "rows": 1}, Proof.UNPROVED, "1 rows, and no ledger says"),
        ({"entry": None, "rows": 0}, Proof.UNPROVED, "the month is not loaded"),
        ({"rows": 0}, Proof.WRONG, "only the ledger is left: 4 rows"),
        ({"digests": None}, Proof.WRONG, "the table's columns are not as declared"),
        ({"foreign_rows": 1}, Proof.WRONG, "1 of 4 rows are of another file"),
        ({"digests": OTHERS}, Proof.WRONG, "4 rows were changed: their digest is 00fe"),
        ({"rejected": 1}, Proof.WRONG, "tripdata_rejects was changed: it has 1 rows"),
    ],
    ids=str,
)
def test_rows_that_are_not_as_loaded_are_told(
    held: HeldMonth, truth: Truth, change: dict[str, object], proof: Proof, says: str
) -> None:
    found, words = audit_rows(replace(held, **change), truth)  # type: ignore[arg-type]
    assert found is proof
    assert says in words


@pytest.mark.parametrize(
    "change",
    [
        {"sha256": "0" * 64},
        {"taxi": "yellow"},
        {"month": "2020-05"},
        {"rows": 5},
        {"digest": "00fe"},
        {"left_out": '["mood"]'},
        {"jagged_rows": 1},
        {"engine_digest": "DuckDB 2 e2"},
    ],
    ids=lambda change: next(iter(change)),
)
def test_a_ledger_that_was_changed_is_told_with_what_was(
    held: HeldMonth, entry: LedgerEntry, truth: Truth, change: dict[str, object]
) -> None:
    (name,) = change
    changed = replace(held, entry=replace(entry, **change))  # type: ignore[arg-type]
    proof, words = audit_rows(changed, truth)
    assert proof is Proof.WRONG
    assert f"the ledger was changed: its {name} is" in words


def test_digests_that_nobody_computes_now_are_not_compared(
    held: HeldMonth, entry: LedgerEntry, truth: Truth
) -> None:
    older = replace(held, entry=replace(entry, engine_digest="DuckDB 1 e0"))
    assert audit_rows(older, truth)[0] is Proof.PROVED
    oldest = replace(held, entry=replace(entry, digest=None, engine_digest=None))
    assert audit_rows(oldest, truth)[0] is Proof.PROVED


def test_a_hash_that_only_the_database_computes_is_compared(
    held: HeldMonth, entry: LedgerEntry, truth: Truth
) -> None:
    here = replace(held, digests=Digests(DIGESTS.digest, "Postgres 18/21", "f1"))
    for kept, proof in (("f1", Proof.PROVED), ("f2", Proof.WRONG)):
        line = replace(entry, engine_digest=f"Postgres 18/21 {kept}")
        assert audit_rows(replace(here, entry=line), truth)[0] is proof


def test_rejected_rows_and_those_of_the_table_make_up_the_file(
    held: HeldMonth, entry: LedgerEntry, truth: Truth
) -> None:
    three = replace(held, entry=replace(entry, rows=3), rows=3, rejected=1)
    assert audit_rows(three, replace(truth, rows=3))[0] is Proof.PROVED
    for rejected in (0, 2):
        other = replace(three, rejected=rejected)
        assert audit_rows(other, replace(truth, rows=3))[0] is Proof.WRONG


def test_a_rejected_row_that_was_short_is_no_short_row_of_the_ledger(
    held: HeldMonth, entry: LedgerEntry, truth: Truth
) -> None:
    short = truth.month.landed.facts.model_copy(update={"jagged_rows": 1})
    landed = truth.month.landed.model_copy(update={"facts": short})
    found = Truth(replace(truth.month, landed=landed), 3, DIGESTS)
    three = replace(held, entry=replace(entry, rows=3), rows=3, rejected=1)
    assert audit_rows(three, found)[0] is Proof.PROVED


def test_rows_of_another_version_of_the_file_are_outdated(
    held: HeldMonth, entry: LedgerEntry, truth: Truth
) -> None:
    older = replace(entry, sha256="0" * 64, digest=OTHERS.digest, engine_digest=OTHERS.engine_text)
    as_loaded = replace(held, entry=older, digests=OTHERS)
    assert audit_rows(as_loaded, truth) == (
        Proof.OUTDATED,
        "the lake has another version of the file than was loaded",
    )
    changed_since = replace(as_loaded, digests=Digests("00fd", "DuckDB 2", "e3"))
    assert audit_rows(changed_since, truth)[0] is Proof.WRONG
    of_old = replace(older, digest=None, engine_digest=None)
    assert audit_rows(replace(as_loaded, entry=of_old), truth)[0] is Proof.OUTDATED


def test_a_column_that_was_declared_since_makes_rows_outdated(
    held: HeldMonth, entry: LedgerEntry, truth: Truth
) -> None:
    older = replace(entry, left_out='["mood"]', digest="00fe", engine_digest="DuckDB 2 e2")
    as_loaded = replace(held, entry=older, digests=OTHERS)
    assert audit_rows(as_loaded, truth) == (
        Proof.OUTDATED,
        "mood: left out when the month was loaded, and declared since",
    )
    changed_since = replace(as_loaded, digests=Digests("00fd", "DuckDB 2", "e3"))
    assert audit_rows(changed_since, truth)[0] is Proof.WRONG


def test_only_the_columns_that_were_declared_since_are_named(
    held: HeldMonth, entry: LedgerEntry, truth: Truth
) -> None:
    facts = truth.month.landed.facts.model_copy(update={"left_out": ("pets",)})
    landed = truth.month.landed.model_copy(update={"facts": facts})
    older = replace(entry, left_out='["mood", "pets"]', digest="00fe", engine_digest=None)
    now = replace(truth, month=replace(truth.month, landed=landed))
    assert audit_rows(replace(held, entry=older, digests=OTHERS), now) == (
        Proof.OUTDATED,
        "mood: left out when the month was loaded, and declared since",
    )


@pytest.mark.parametrize("name", ["EHAIL_FEE", "ratecodeid", "RateCodeID"])
def test_a_column_that_was_declared_since_and_is_empty_changes_no_row(
    held: HeldMonth, entry: LedgerEntry, truth: Truth, name: str
) -> None:
    older = replace(entry, left_out=f'["{name}"]')
    assert audit_rows(replace(held, entry=older), truth)[0] is Proof.PROVED


def test_a_name_of_other_years_that_was_declared_since_changes_no_row(month: OpenMonth) -> None:
    yellow = replace(month, file=TripFile(YELLOW, Month(2020, 4), FileFormat.PARQUET))
    line = replace(LedgerEntry.of(yellow, DIGESTS, "run"), left_out='["Trip_Pickup_DateTime"]')
    assert audit_rows(HeldMonth(line, 4, DIGESTS), Truth(yellow, 4, DIGESTS))[0] is Proof.PROVED


@pytest.mark.parametrize(
    ("digests", "kept", "proof", "says"),
    [
        (DIGESTS, DIGESTS, Proof.UNPROVED, "4 rows as the ledger says, and no sound file"),
        (OTHERS, DIGESTS, Proof.WRONG, "4 rows, which are not those that the ledger says"),
        (DIGESTS, Digests(), Proof.UNPROVED, "no sound file, and no digest in the ledger"),
    ],
    ids=["as kept", "changed", "nothing kept"],
)
def test_without_the_file_rows_are_held_against_the_ledger(
    held: HeldMonth, entry: LedgerEntry, digests: Digests, kept: Digests, proof: Proof, says: str
) -> None:
    line = replace(entry, digest=kept.digest, engine_digest=kept.engine_text)
    found, words = audit_rows(replace(held, entry=line, digests=digests), None)
    assert found is proof
    assert says in words


@pytest.mark.parametrize(
    ("here", "there", "passed", "says"),
    [
        ({}, {}, True, ""),
        ({"entry": None}, {"entry": None}, True, "neither duckdb nor postgres has the month"),
        ({"entry": None}, {}, False, "duckdb does not have the month: load it"),
        ({}, {"entry": None}, False, "postgres does not have the month: load it"),
        ({}, {"digests": None}, False, "columns are not as declared"),
        ({"digests": None}, {}, False, "columns are not as declared"),
        ({}, {"digests": OTHERS}, False, ""),
    ],
)
def test_two_warehouses_are_compared(
    held: HeldMonth, here: dict[str, object], there: dict[str, object], passed: bool, says: str
) -> None:
    one, other = replace(held, **here), replace(held, **there)  # type: ignore[arg-type]
    verdict = compare(one, other, ("duckdb", "postgres"))
    assert verdict.passed is passed
    assert says in verdict.reason


@pytest.mark.parametrize("attribute", ["filename", "sha256"])
def test_two_warehouses_with_other_files_differ(
    held: HeldMonth, entry: LedgerEntry, attribute: str
) -> None:
    line = replace(entry, **{attribute: "another"})  # type: ignore[arg-type]
    other = replace(held, entry=line)
    verdict = compare(held, other, ("duckdb", "postgres"))
    assert not verdict.passed
    assert "postgres from another: load the month into both" in verdict.reason


def test_the_rows_of_each_warehouse_are_figures_of_its_name(held: HeldMonth) -> None:
    verdict = compare(held, replace(held, rows=3, digests=OTHERS), ("duckdb", "postgres"))
    found = {name: verdict.figures[name] for name in ("rows_in_duckdb", "rows_in_postgres")}
    assert found == {"rows_in_duckdb": 4, "rows_in_postgres": 3}
