"""An audit says of each side whether it is what the file says, and a repair brings that back."""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import dagster as dg
import duckdb
import pytest

from taxi_assets.automation.audits import AUDIT_JOB, audited
from taxi_assets.automation.month_outcomes import MonthOutcome, State
from taxi_assets.definitions import build_definitions
from taxi_assets.lake.fetching import land_month
from taxi_assets.lake.folder import FolderLake
from taxi_assets.lake.landing import lake_name
from taxi_assets.source.catalog import Catalog
from taxi_assets.trips.green import GREEN
from taxi_assets.warehouse.interface import Attempt
from taxi_assets.warehouse.month_assets import load_month
from taxi_assets.warehouse.registry import warehouses_of
from taxi_assets_tests.integration.equality.project import Project
from taxi_assets_tests.published import Mirror, csv_month, line, lines

MONTH = "2020-04"
NAME = "green_tripdata_2020-04.csv"
SOUND = {"lake: file": "proved", "lake: note": "proved", "duckdb: rows": "proved"}


def audit(project: Project, repair: bool = False, in_a_run: bool = True) -> MonthOutcome:
    """Audit April; a repair loads it in a run, or as the run's step does."""
    settings, file = project.settings, project.file("green", MONTH)
    lake, catalog = FolderLake(settings.lake_folder), Catalog(settings)

    def load_again() -> MonthOutcome:
        if in_a_run:
            return project.load_again("green", MONTH)
        [warehouse] = warehouses_of(settings)
        load_month(warehouse, lake, catalog, file, Attempt("a repair"), force=True)
        return MonthOutcome(str(file), State.LOADED)

    return audited(lake, warehouses_of(settings), catalog, file, load_again if repair else None)


def states(outcome: MonthOutcome) -> dict[str, str]:
    """What is said of each side."""
    assert outcome.message in {
        "",
        "fetched again",
        "loaded again",
        "fetched again and loaded again",
    }
    return {f"{c.asset}: {c.name}": c.reason.partition(":")[0] for c in outcome.checks}


def reason(outcome: MonthOutcome, side: str) -> str:
    """Why."""
    return next(c.reason for c in outcome.checks if f"{c.asset}: {c.name}" == side)


def change(project: Project, sql: str) -> None:
    """Change the database by hand."""
    with duckdb.connect(project.settings.duckdb_file) as connection:
        connection.execute(sql)


def path_of(project: Project) -> Path:
    """The file in the lake."""
    return FolderLake(project.settings.lake_folder).path(lake_name(project.file("green", MONTH)))


def change_note(project: Project, change: Callable[[dict[str, object]], object]) -> None:
    """Change the note in the lake by hand."""
    path = path_of(project).with_name(f"{path_of(project).name}.json")
    note = json.loads(path.read_bytes())
    change(note["landed"])
    path.write_text(json.dumps(note))


def flip_a_bit(project: Project, place: int = -20) -> None:
    """Change a bit of the file; its size and its time stay."""
    path = path_of(project)
    status, data = path.stat(), bytearray(path.read_bytes())
    data[place] ^= 1
    path.write_bytes(data)
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))


@pytest.mark.parametrize(
    ("sql", "found"),
    [
        ("UPDATE green_tripdata SET tip_amount = 99 WHERE rowid = 3", "rows were changed"),
        ("DELETE FROM green_tripdata WHERE rowid = 3", "rows were changed"),
        ("DELETE FROM green_tripdata", "only the ledger is left: 30 rows"),
        ("UPDATE tripdata_files SET sha256 = 'abc'", "the ledger was changed: its sha256"),
        ("UPDATE tripdata_files SET digest = 'abc'", "the ledger was changed: its digest"),
        ("UPDATE tripdata_files SET rows = 31", "the ledger was changed: its rows"),
        ("UPDATE tripdata_files SET month = '2020-06'", "the ledger was changed: its month"),
        ("UPDATE tripdata_files SET jagged_rows = 1", "the ledger was changed: its jagged_rows"),
        ("UPDATE tripdata_files SET left_out = '[\"x\"]'", "the ledger was changed: its left_out"),
        ("UPDATE tripdata_files SET left_out = 'x'", "the ledger was changed: its left_out"),
        (
            "UPDATE tripdata_files SET engine_digest = regexp_replace(engine_digest, '.$', 'x')",
            "the ledger was changed: its engine_digest",
        ),
    ],
)
def test_a_changed_table_and_a_changed_ledger_are_told_apart_and_repaired(
    loaded: Project, sql: str, found: str
) -> None:
    change(loaded, sql)
    outcome = audit(loaded)
    assert outcome.state is State.FAILED
    assert states(outcome) == {**SOUND, "duckdb: rows": "wrong"}
    assert found in reason(outcome, "duckdb: rows")

    assert states(audit(loaded, repair=True, in_a_run=False)) == SOUND


@pytest.mark.parametrize("changed", ["green_tripdata SET tip_amount", "tripdata_files SET rows"])
def test_checks_pass_after_a_repair_by_a_run(loaded: Project, changed: str) -> None:
    assert states(audit(loaded)) == SOUND
    change(loaded, f"UPDATE {changed} = 99")
    assert states(audit(loaded, repair=True)) == SOUND
    assert loaded.check("green", MONTH).failed_checks == ()


@pytest.mark.parametrize(
    ("changed", "found"),
    [
        (lambda note: note.update(sha256="abc"), "its sha256 is abc"),
        (lambda note: note["facts"].update(rows=31), "it says rows is 31, and the file has 30"),
        (lambda note: note["facts"].update(rows=0), "it says rows is 0, and the file has 30"),
        (lambda note: note["facts"].update(left_out=["x"]), "it says left_out is ('x',)"),
        (lambda note: note.update(size_bytes=5), "it says size_bytes is 5"),
        (lambda note: note.update(name="green/x.csv.gz"), "it says name is green/x.csv.gz"),
        (lambda note: note["digests"].update(digest="abc"), "its digest is not that of"),
        (lambda note: note.clear(), "there is no note of the file"),
    ],
    ids=["sha256", "rows", "no rows", "left out", "size", "name", "digest", "no note"],
)
def test_a_changed_note_is_told_and_repaired(
    loaded: Project, changed: Callable[[dict[str, object]], object], found: str
) -> None:
    change_note(loaded, changed)
    outcome = audit(loaded)
    assert states(outcome) == {**SOUND, "lake: note": "wrong"}
    assert found in reason(outcome, "lake: note")
    assert states(audit(loaded, repair=True, in_a_run=False)) == SOUND


def test_a_damaged_file_is_told_and_fetched_again(loaded: Project) -> None:
    flip_a_bit(loaded)
    outcome = audit(loaded)
    assert states(outcome) == {"lake: file": "wrong", "duckdb: rows": "not proved"}
    assert f"{NAME}.gz is damaged: its sha256 is " in reason(outcome, "lake: file")
    assert "30 rows as the ledger says" in reason(outcome, "duckdb: rows")
    assert states(audit(loaded, repair=True)) == SOUND


def test_a_file_that_holds_no_month_is_told_whatever_its_note_says(loaded: Project) -> None:
    data = gzip.compress(b"<html>gone</html>")
    path_of(loaded).write_bytes(data)
    change_note(loaded, lambda note: note.update(sha256=hashlib.sha256(data).hexdigest()))
    assert states(audit(loaded)) == {"lake: file": "wrong", "duckdb: rows": "not proved"}


def test_a_damaged_file_that_the_source_has_not_leaves_the_table(loaded: Project) -> None:
    flip_a_bit(loaded)
    loaded.mirror.path(f"{NAME}.gz").unlink()
    assert states(audit(loaded, repair=True)) == {
        "lake: file": "wrong",
        "duckdb: rows": "not proved",
    }
    assert loaded.query("SELECT count(*) FROM green_tripdata") == [(30,)]


def test_without_its_file_a_month_is_not_proved_and_a_changed_one_is_wrong(
    loaded: Project,
) -> None:
    path_of(loaded).unlink()
    assert states(audit(loaded)) == {"lake: file": "not proved", "duckdb: rows": "not proved"}
    change(loaded, "UPDATE green_tripdata SET tip_amount = 99 WHERE rowid = 3")
    outcome = audit(loaded)
    assert states(outcome) == {"lake: file": "not proved", "duckdb: rows": "wrong"}
    assert "not those that the ledger says" in reason(outcome, "duckdb: rows")
    assert states(audit(loaded, repair=True)) == SOUND


def test_changed_rows_are_told_without_their_file_even_if_no_audit_ran_before(
    project: Project, mirror: Mirror
) -> None:
    mirror.publish(f"{NAME}.gz", csv_month(GREEN, lines(GREEN, 30)))
    project.load("green", MONTH)
    path_of(project).unlink()
    assert states(audit(project))["duckdb: rows"] == "not proved"
    change(project, "UPDATE green_tripdata SET tip_amount = 99 WHERE rowid = 3")
    assert states(audit(project))["duckdb: rows"] == "wrong"


def test_a_lake_that_may_only_be_read_is_audited(loaded: Project) -> None:
    locks = loaded.settings.lake_folder / ".arriving"
    shutil.rmtree(locks)
    locks.touch()
    assert states(audit(loaded)) == SOUND


def test_the_lakes_note_tells_changed_rows_whose_digest_in_the_ledger_is_of_no_use(
    loaded: Project,
) -> None:
    change(loaded, "UPDATE tripdata_files SET digest = NULL, engine_digest = 'DuckDB 0.1/1 abc'")
    change_note(loaded, lambda note: note["digests"].update(digest=None))  # type: ignore[attr-defined]
    assert loaded.check("green", MONTH).failed_checks == ()
    change(loaded, "UPDATE green_tripdata SET tip_amount = 99 WHERE rowid = 3")
    [failed] = loaded.check("green", MONTH).failed_checks
    assert (failed.name, "the note in the lake has another digest" in failed.reason) == (
        "values_as_loaded",
        True,
    )


def test_rows_that_no_ledger_knows_are_never_called_right(loaded: Project) -> None:
    change(loaded, "DELETE FROM tripdata_files")
    for repair in (False, True):
        assert states(audit(loaded, repair))["duckdb: rows"] == "not proved"


def test_another_version_in_the_lake_is_told_and_loaded(loaded: Project) -> None:
    loaded.mirror.publish(f"{NAME}.gz", csv_month(GREEN, lines(GREEN, 29)))
    lake, file = FolderLake(loaded.settings.lake_folder), loaded.file("green", MONTH)
    land_month(lake, Catalog(loaded.settings), file)
    assert states(audit(loaded))["duckdb: rows"] == "outdated"
    assert loaded.check("green", MONTH).failed_checks == ()

    assert states(audit(loaded, repair=True)) == SOUND
    assert loaded.query("SELECT count(*) FROM green_tripdata") == [(29,)]


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE tripdata_files SET digest = NULL, engine_digest = NULL",
        "UPDATE tripdata_files SET digest = NULL, engine_digest = 'DuckDB 0.1/20 0123456789abcdef'",
        "ALTER TABLE tripdata_files DROP digest; ALTER TABLE tripdata_files DROP engine_digest",
    ],
    ids=["none", "of another DuckDB", "a ledger of an older version"],
)
def test_an_audit_keeps_the_digests_that_were_not_kept_before(loaded: Project, sql: str) -> None:
    change(loaded, sql)
    change_note(loaded, lambda note: note.pop("digests"))
    assert "values_as_loaded" in [check.name for check in loaded.check("green", MONTH).warnings]
    assert states(audit(loaded)) == SOUND
    checked = loaded.check("green", MONTH)
    assert "values_as_loaded" not in [check.name for check in checked.warnings]
    assert checked.failed_checks == ()
    change(loaded, "UPDATE green_tripdata SET tip_amount = 99 WHERE rowid = 3")
    assert [c.name for c in loaded.check("green", MONTH).failed_checks] == ["values_as_loaded"]


def test_a_month_with_rejected_rows_is_proved(project: Project, mirror: Mirror) -> None:
    rows = [*lines(GREEN, 5), line(GREEN, extra="x"), *lines(GREEN, 3)]
    mirror.publish(f"{NAME}.gz", csv_month(GREEN, rows))
    lenient = project.having(TAXI_MAX_REJECTED_ROWS="2")
    assert lenient.load("green", MONTH).state is State.LOADED
    assert states(audit(lenient)) == SOUND
    change(lenient, "UPDATE tripdata_files SET rows = rows + 1")
    assert states(audit(lenient)) == {**SOUND, "duckdb: rows": "wrong"}
    change(lenient, "UPDATE green_tripdata SET tip_amount = 99 WHERE rowid = 3")
    assert states(audit(lenient))["duckdb: rows"] == "wrong"


@pytest.mark.parametrize(
    "sql",
    [
        "DELETE FROM tripdata_rejects",
        "INSERT INTO tripdata_rejects SELECT * REPLACE (line + 1 AS line) FROM tripdata_rejects",
    ],
    ids=["deleted", "added"],
)
def test_changed_rejects_are_told_and_repaired(project: Project, mirror: Mirror, sql: str) -> None:
    rows = [*lines(GREEN, 5), line(GREEN, extra="x"), *lines(GREEN, 3)]
    mirror.publish(f"{NAME}.gz", csv_month(GREEN, rows))
    lenient = project.having(TAXI_MAX_REJECTED_ROWS="2")
    lenient.load("green", MONTH)
    change(lenient, sql)
    assert "values_as_loaded" in [c.name for c in lenient.check("green", MONTH).failed_checks]
    outcome = audit(lenient)
    assert states(outcome) == {**SOUND, "duckdb: rows": "wrong"}
    assert "tripdata_rejects was changed" in reason(outcome, "duckdb: rows")
    assert states(audit(lenient, repair=True)) == SOUND


def test_the_job_fails_where_a_month_is_not_what_its_file_says(loaded: Project) -> None:
    job = build_definitions(loaded.settings).resolve_job_def(AUDIT_JOB)

    def run() -> dg.ExecuteInProcessResult:
        return job.execute_in_process(instance=loaded.instance, raise_on_error=False)

    assert run().success
    change(loaded, "UPDATE green_tripdata SET tip_amount = 99 WHERE rowid = 3")
    failed = run()
    assert not failed.success
    [event] = failed.filter_events(lambda event: event.is_step_failure)
    assert "1 months are not what their files say: green 2020-04" in str(
        event.step_failure_data.error
    )
