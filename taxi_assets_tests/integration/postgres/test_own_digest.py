"""The digest by Postgres's own hash, beside the one that is the same in every database."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from taxi_assets.lake.folder import FolderLake
from taxi_assets.lake.landing import lake_name
from taxi_assets.settings import read_settings
from taxi_assets.warehouse.as_loaded import months_as_loaded
from taxi_assets.warehouse.check_list import checks_of
from taxi_assets.warehouse.checks import Expectations, Verdict
from taxi_assets.warehouse.duckdb.warehouse import DuckDBWarehouse
from taxi_assets.warehouse.full_audit import audit_month
from taxi_assets.warehouse.measuring import rows_changed
from taxi_assets.warehouse.postgres import session
from taxi_assets_tests.integration.postgres.database import APRIL, GREEN, OLD_ROWS, Database

EXPECTED = Expectations("green", "2020-04", None, True, 0.01, 0.5, 0.2, 0.02)
[VALUES] = [check for check in checks_of(GREEN) if check.name == "values_as_loaded"]
FIRST = "ctid = (SELECT min(ctid) FROM green_tripdata)"
KEPT = "SELECT digest, engine_digest FROM tripdata_files"


def values_as_loaded(database: Database) -> Verdict:
    return VALUES.judge(database.warehouse().measure(APRIL), EXPECTED)


def audited(database: Database, keep: bool = True) -> dict[str, str]:
    """What an audit says of the rows in Postgres, beside a DuckDB that has no month."""
    lake, empty = FolderLake(database.folder / "lake"), database.folder / "empty.duckdb"
    duckdb.connect(empty).close()
    other = DuckDBWarehouse(database=str(empty), memory_gb=1, wait_seconds=1)
    found = audit_month(lake, [database.warehouse(), other], APRIL, keep)
    return {finding.side: finding.text for finding in found if finding.subject == "rows"}


def loaded_by_an_earlier_edition(database: Database) -> str:
    """April, of whose rows the ledger has only the digest that is the same in every database."""
    database.load()
    digest = database.warehouse().held_month(APRIL).digest
    assert digest is not None
    database.query("UPDATE tripdata_files SET digest = %s, engine_digest = NULL", digest)
    return digest


def test_a_month_of_an_earlier_edition_is_checked_by_the_digest_that_it_has(
    database: Database,
) -> None:
    digest = loaded_by_an_earlier_edition(database)
    verdict = values_as_loaded(database)
    assert verdict.passed
    assert digest in verdict.reason
    with database.warehouse().session() as opened:
        entry = database.warehouse().held_month(APRIL).entry
        assert entry is not None
        assert rows_changed(opened, APRIL, entry) is False
        database.query(f"UPDATE green_tripdata SET extra = 9 WHERE {FIRST}")
        assert rows_changed(opened, APRIL, entry) is True
    assert f"and was {digest}" in values_as_loaded(database).reason


def test_a_month_of_an_earlier_edition_is_passed_over_whatever_the_database_is_set_to(
    database: Database, settings_env: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TAXI_PUBLISHED_COUNTS", "warn")
    loaded_by_an_earlier_edition(database)
    name = database.dsn.rpartition("/")[2]
    for setting in ("datestyle = 'German'", "extra_float_digits = -10"):
        database.query(f"ALTER DATABASE {name} SET {setting}")
    lake = FolderLake(database.folder / "lake")
    landed = lake.find(lake_name(APRIL))
    assert landed is not None
    args = lake, GREEN, {APRIL: landed}, read_settings()
    assert months_as_loaded(database.warehouse(), *args) == {APRIL: OLD_ROWS}
    other_version = landed.model_copy(update={"sha256": "0" * 64})
    args = lake, GREEN, {APRIL: other_version}, read_settings()
    assert months_as_loaded(database.warehouse(), *args) == {}


def test_an_audit_gives_a_month_of_an_earlier_edition_the_other_digest(database: Database) -> None:
    database.load()
    [(_, own)] = database.query(KEPT)
    audited(database)
    [kept] = database.query(KEPT)
    digest = loaded_by_an_earlier_edition(database)
    assert kept == (digest, own)
    assert audited(database, keep=False)["postgres"].startswith("60 rows are those of")
    assert database.query(KEPT) == [(digest, None)]
    assert audited(database)["postgres"].startswith("60 rows are those of")
    assert database.query(KEPT) == [(digest, own)]
    database.query("UPDATE tripdata_files SET engine_digest = overlay(%s PLACING 'x' FROM 20)", own)
    assert "the ledger was changed: its engine_digest" in audited(database)["postgres"]


def test_a_database_that_may_only_be_read_is_audited_all_the_same(
    database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    digest = loaded_by_an_earlier_edition(database)
    name = database.dsn.rpartition("/")[2]
    database.query(f"ALTER DATABASE {name} SET default_transaction_read_only = on")
    assert audited(database)["postgres"].startswith("60 rows are those of")
    assert "green_tripdata_2020-04.csv.gz: its digests were not kept" in caplog.text
    assert database.query(KEPT) == [(digest, None)]


def test_an_audit_keeps_no_digest_of_rows_that_are_not_those_of_the_file(
    database: Database,
) -> None:
    database.load()
    database.query("UPDATE tripdata_files SET digest = NULL, engine_digest = NULL")
    database.query(f"UPDATE green_tripdata SET extra = 9 WHERE {FIRST}")
    assert "rows were changed" in audited(database)["postgres"]
    assert database.query(KEPT) == [(None, None)]


def test_on_a_server_with_another_hash_the_digest_is_the_one_of_every_database(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(session, "KNOWN_HASH", 0)
    database.load()
    [(digest, own)] = database.query(KEPT)
    assert (digest, own) == (database.warehouse().held_month(APRIL).digest, None)
    assert values_as_loaded(database).passed
    database.query(f"UPDATE green_tripdata SET extra = 9 WHERE {FIRST}")
    assert not values_as_loaded(database).passed


@pytest.mark.parametrize(
    "change",
    [
        "extra = '-0'",
        "lpep_dropoff_datetime = lpep_dropoff_datetime + interval '1 microsecond'",
        "passenger_count = NULL",
        "store_and_fwd_flag = ''",
    ],
)
def test_a_small_change_of_one_row_is_noticed(database: Database, change: str) -> None:
    database.load()
    database.query("UPDATE green_tripdata SET extra = 0, store_and_fwd_flag = NULL")
    before = database.warehouse().measure(APRIL).digests
    database.query(f"UPDATE green_tripdata SET {change} WHERE {FIRST}")
    assert database.warehouse().measure(APRIL).digests.conflict(before)


def test_two_rows_that_swap_a_value_are_noticed(database: Database) -> None:
    database.load()
    fares = "UPDATE green_tripdata SET fare_amount = CASE WHEN {} THEN {} ELSE {} END"
    database.query(fares.format(FIRST, 1.5, 2.5))
    before = database.warehouse().measure(APRIL).digests
    database.query(
        "UPDATE green_tripdata SET fare_amount = 4 - fare_amount WHERE ctid IN "
        "((SELECT min(ctid) FROM green_tripdata WHERE fare_amount = 1.5), "
        "(SELECT min(ctid) FROM green_tripdata WHERE fare_amount = 2.5))"
    )
    assert database.query("SELECT count(*) FROM green_tripdata WHERE fare_amount = 1.5") == [(1,)]
    assert database.warehouse().measure(APRIL).digests.conflict(before)
