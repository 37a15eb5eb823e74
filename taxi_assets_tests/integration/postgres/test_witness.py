"""The lake's note bears out the digest that each database has of its own."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import partial
from pathlib import Path

import duckdb
import pytest

from taxi_assets.lake.folder import FolderLake
from taxi_assets.lake.landing import lake_name
from taxi_assets.rows.reading import ENGINE
from taxi_assets.warehouse.duckdb.replace_month import replace_month as into_duckdb
from taxi_assets.warehouse.duckdb.session import DuckDBSession
from taxi_assets.warehouse.full_audit import audit_month
from taxi_assets.warehouse.postgres.replace_month import replace_month as into_postgres
from taxi_assets.warehouse.postgres.session import ENGINE as POSTGRES_ENGINE
from taxi_assets.warehouse.witness import note_digests
from taxi_assets_tests.integration.postgres.database import APRIL, OLD, Database


def note_of(database: Database) -> Path:
    path = FolderLake(database.folder / "lake").path(lake_name(APRIL))
    return path.with_name(f"{path.name}.json")


def noted(database: Database) -> set[str]:
    """Whose own digests the note has."""
    engines = json.loads(note_of(database).read_bytes())["landed"]["digests"]["engines"]
    return {label.rpartition("/")[0] for label in engines}


def audited(database: Database) -> dict[str, str]:
    found = audit_month(FolderLake(database.folder / "lake"), [database.warehouse()], APRIL)
    return {f"{finding.side}: {finding.subject}": finding.proof.value for finding in found}


def load(database: Database, *warehouses: str) -> None:
    """Load April into these, one after the other, as a run does."""
    month = database.open(APRIL, OLD)
    noting = partial(note_digests, FolderLake(database.folder / "lake"))
    month = replace(month, note_digests=noting)
    for name in warehouses:
        if name == "duckdb":
            with duckdb.connect() as connection:
                into_duckdb(DuckDBSession(connection), month)
        else:
            with database.warehouse().session() as session:
                into_postgres(session, month)


@pytest.mark.parametrize("order", [("duckdb", "postgres"), ("postgres", "duckdb")], ids="-".join)
def test_a_load_into_one_database_keeps_what_was_noted_of_the_other(
    database: Database, order: tuple[str, str]
) -> None:
    load(database, *order)
    assert noted(database) == {ENGINE, POSTGRES_ENGINE}


def test_an_audit_tells_of_a_note_whose_digest_of_postgres_was_changed(database: Database) -> None:
    load(database, "postgres")
    proved = {"lake: file": "proved", "lake: note": "proved", "postgres: rows": "proved"}
    assert audited(database) == proved
    assert noted(database) == {ENGINE, POSTGRES_ENGINE}
    note = json.loads(note_of(database).read_bytes())
    engines = note["landed"]["digests"]["engines"]
    [label] = [each for each in engines if each.startswith(POSTGRES_ENGINE)]
    engines[label] = "0" * 16
    note_of(database).write_text(json.dumps(note))
    assert audited(database) == {**proved, "lake: note": "wrong"}
    # And one of an edition that noted no such digest is given it.
    del engines[label]
    note_of(database).write_text(json.dumps(note))
    assert audited(database) == proved
    assert noted(database) == {ENGINE, POSTGRES_ENGINE}
    # The note is no worse for rows that somebody changed.
    database.query("UPDATE green_tripdata SET extra = 9 WHERE fare_amount = 7")
    assert audited(database) == {**proved, "postgres: rows": "wrong"}
