"""Dagster's history locked by another process or on a full disk: told in words, with a remedy."""

from __future__ import annotations

import sqlite3

import dagster as dg
import pytest
from sqlalchemy.exc import OperationalError

from taxi_assets.automation.history_errors import history_errors
from taxi_assets.automation.month_outcomes import recorded_outcome
from taxi_assets.errors import StorageError, WarehouseUnavailableError
from taxi_assets.settings import read_settings
from taxi_assets_tests.command_line import DataFolder, taxi_assets


def test_a_history_that_another_process_holds_is_told_in_words(
    data: DataFolder, instance: dg.DagsterInstance
) -> None:
    runs = data.folder / "dagster" / "history" / "runs.db"
    instance.dispose()  # which holds it as well
    with sqlite3.connect(runs, isolation_level=None) as other:
        other.execute("PRAGMA locking_mode = EXCLUSIVE")
        other.execute("BEGIN EXCLUSIVE")
        answer = taxi_assets("backfills")
        other.execute("ROLLBACK")

    assert answer.exit_code == 1
    assert f"Dagster's history in {data.folder / 'dagster'}: database is locked" in answer.text
    assert "What to do: another process holds it" in answer.text
    assert "Traceback" not in answer.text


def test_a_history_without_room_is_told_in_words(data: DataFolder) -> None:
    full = sqlite3.OperationalError("database or disk is full")
    with (
        pytest.raises(StorageError, match="disk is full") as told,
        history_errors(read_settings()),
    ):
        raise OperationalError("INSERT INTO runs", {}, full)
    assert told.value.remedy.startswith("free some space")


@pytest.mark.parametrize("text", [b"no database" * 1000, None], ids=["other text", "damaged"])
def test_a_history_that_is_damaged_is_told_in_words(data: DataFolder, text: bytes | None) -> None:
    assert taxi_assets("backfills").exit_code == 0
    runs = data.folder / "dagster" / "history" / "runs.db"
    kept = runs.read_bytes()
    runs.write_bytes(text or kept[:4096] + b"x" * (len(kept) - 4096))

    answer = taxi_assets("backfills")

    assert answer.exit_code == 1
    assert f"Dagster's history in {data.folder / 'dagster'}: " in answer.text
    assert "What to do: restore that folder from a back-up" in answer.text


def test_a_history_whose_server_is_away_is_told_in_words(
    data: DataFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(
        "TAXI_DAGSTER_POSTGRES_DSN", "postgresql://dagster:s3cret@127.0.0.1:1/dagster"
    )

    answer = taxi_assets("backfills")

    assert answer.exit_code == 1
    assert "Dagster's history cannot be reached" in answer.text
    assert "Connection refused" in answer.text
    assert "s3cret" not in answer.text
    assert "Traceback" not in answer.text


def test_an_error_that_nobody_foresaw_is_told_without_dagsters_traces(
    instance: dg.DagsterInstance,
) -> None:
    @dg.op
    def fails() -> None:
        raise ZeroDivisionError("a figure is missing")

    @dg.job
    def job() -> None:
        fails()

    result = job.execute_in_process(instance=instance, raise_on_error=False)

    outcome = recorded_outcome(instance, "job", instance.get_run_by_id(result.run_id))
    assert outcome.message == "ZeroDivisionError: a figure is missing"


def test_a_failure_that_is_no_problem_of_the_history_stays_what_it_is(data: DataFolder) -> None:
    with pytest.raises(WarehouseUnavailableError), history_errors(read_settings()):
        raise WarehouseUnavailableError("a warehouse", "start it")


@pytest.mark.parametrize("name", ["sessions", "sessions/databases.lock"])
@pytest.mark.parametrize("command", [("alerts",), ("load", "green", "2020-04"), ("doctor",)])
def test_a_home_that_cannot_be_written_is_told_in_words(
    data: DataFolder, name: str, command: tuple[str, ...]
) -> None:
    home = data.folder / "dagster"
    (home / name).parent.mkdir(parents=True)
    if name == "sessions":
        (home / name).write_text("")  # a file where a folder should be
    else:
        (home / name).mkdir()

    answer = taxi_assets(*command)

    assert answer.exit_code == 1
    assert f"Dagster's history in {home}: {home / name}: " in answer.text
    assert "What to do: let this user write that folder" in answer.text
