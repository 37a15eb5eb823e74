"""A load that is killed: before and after are the only states that anybody can find."""

from __future__ import annotations

import signal

import dagster as dg
import pytest

from taxi_assets.trips.green import GREEN
from taxi_assets_tests.command_line import DataFolder, sha256, taxi_assets, wait_for
from taxi_assets_tests.faulty_server import Reply, ServedFile, faulty_server
from taxi_assets_tests.integration.faults.launcher import Action, Fault
from taxi_assets_tests.integration.faults.months import FILENAME, MONTH, NAME, NEW, OLD, rows
from taxi_assets_tests.integration.faults.processes import Processes
from taxi_assets_tests.published import Mirror

COMMIT = "duckdb:DuckDBPyConnection.commit"
BEFORE_THE_COMMIT = {
    "with the file verified but not published": Fault(
        Action.KILL, "taxi_assets.lake.folder:_FolderArrival.publish"
    ),
    "with the file published but not its note": Fault(
        Action.KILL, "taxi_assets.lake.folder:_write_note"
    ),
    "with the note drafted": Fault(Action.KILL, "pathlib:Path.replace", call=2),
    "with the text being unzipped": Fault(Action.KILL, "taxi_assets.rows.reading:Rows"),
    "with the new rows inserted": Fault(
        Action.KILL, "taxi_assets.warehouse.duckdb.replace_month:_audit"
    ),
    "just before the commit": Fault(Action.KILL, COMMIT),
}
AFTER_THE_COMMIT = Fault(Action.KILL, COMMIT, after=True)


def assert_table_is(data: DataFolder, published: bytes) -> None:
    assert data.rows(GREEN, FILENAME) == rows(published)
    assert data.ledger() == {FILENAME: (sha256(published), rows(published).total())}


def assert_the_next_load_works(data: DataFolder) -> None:
    answer = taxi_assets("load", "green", MONTH)
    assert answer.exit_code == 0, answer.text
    assert_table_is(data, NEW)
    assert (data.lake / "green" / NAME).read_bytes() == NEW
    assert data.rows(GREEN, FILENAME, "green_tripdata_ext") == rows(NEW)
    assert data.debris() == []


@pytest.mark.parametrize("fault", BEFORE_THE_COMMIT.values(), ids=BEFORE_THE_COMMIT)
def test_a_load_killed_before_the_commit_leaves_the_old_month(
    loaded: DataFolder, processes: Processes, fault: Fault
) -> None:
    killed = processes.load(MONTH, fault=fault).end()

    assert killed.exit_code == -signal.SIGKILL, killed.text
    assert_table_is(loaded, OLD)
    assert (loaded.lake / "green" / NAME).read_bytes() in (OLD, NEW)
    assert_the_next_load_works(loaded)


def test_a_load_killed_after_the_commit_leaves_the_new_month(
    loaded: DataFolder, processes: Processes
) -> None:
    killed = processes.load(MONTH, fault=AFTER_THE_COMMIT).end()

    assert killed.exit_code == -signal.SIGKILL, killed.text
    assert_table_is(loaded, NEW)
    assert_the_next_load_works(loaded)


def test_a_first_load_killed_after_the_commit_still_gets_its_external_table(
    data: DataFolder, processes: Processes, mirror: Mirror
) -> None:
    mirror.publish(NAME, NEW)
    killed = processes.load(MONTH, fault=AFTER_THE_COMMIT).end()

    assert killed.exit_code == -signal.SIGKILL, killed.text
    assert_the_next_load_works(data)


def test_a_killed_load_does_not_count_as_running_for_ever(
    data: DataFolder, processes: Processes, mirror: Mirror
) -> None:
    mirror.publish(NAME, NEW)
    killed = processes.load(MONTH, fault=Fault(Action.KILL, COMMIT)).end()
    assert killed.exit_code == -signal.SIGKILL, killed.text

    assert_the_next_load_works(data)

    with dg.DagsterInstance.from_config(str(data.folder / "dagster")) as instance:
        states = [run.status for run in instance.get_runs()]
    assert states == [dg.DagsterRunStatus.SUCCESS, dg.DagsterRunStatus.FAILURE]


def test_a_load_killed_while_it_downloads_leaves_the_old_month(
    loaded: DataFolder, processes: Processes, monkeypatch: pytest.MonkeyPatch
) -> None:
    half = len(NEW) // 2
    part = loaded.lake / ".arriving" / "green" / NAME
    with faulty_server(ServedFile(NEW), Reply(stall_after=half)) as server:
        monkeypatch.setenv("TAXI_CSV_BASE_URL", f"http://{server.address}")
        process = processes.load(MONTH)
        wait_for(lambda: part.exists() and part.stat().st_size == half, "half of the file")
        process.kill()
        assert process.end().exit_code == -signal.SIGKILL

        assert_table_is(loaded, OLD)
        assert (loaded.lake / "green" / NAME).read_bytes() == OLD
        assert_the_next_load_works(loaded)
