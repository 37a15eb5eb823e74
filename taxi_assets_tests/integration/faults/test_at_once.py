"""Several processes that want the same month or the same database."""

from __future__ import annotations

import logging
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from taxi_assets.trips.green import GREEN
from taxi_assets_tests.command_line import DataFolder, sha256, taxi_assets
from taxi_assets_tests.integration.faults.launcher import Action, Fault
from taxi_assets_tests.integration.faults.months import FILENAME, MONTH, NAME, NEW, OLD, rows
from taxi_assets_tests.integration.faults.processes import Processes
from taxi_assets_tests.published import Mirror

OTHER_MONTH = "2020-05"
OTHER_NAME = f"green_tripdata_{OTHER_MONTH}.csv.gz"
OTHER_FILENAME = f"green_tripdata_{OTHER_MONTH}.csv"

BEFORE_ANYTHING_IS_MADE = Fault(Action.HOLD, "taxi_assets.commands.session:open_instance")
AT_THE_COMMIT = Fault(Action.HOLD, "duckdb:DuckDBPyConnection.commit")
HOLD_OPEN = (
    "import duckdb, sys; c = duckdb.connect(sys.argv[1]); print('open', flush=True); input()"
)


@contextmanager
def when_logged(words: str, act: Callable[[], None]) -> Iterator[None]:
    """Act as soon as somebody logs the words."""

    class Watcher(logging.Handler):
        acted = False

        def emit(self, record: logging.LogRecord) -> None:
            if words in record.getMessage() and not self.acted:
                self.acted = True
                act()

    watcher = Watcher()
    waiting = [logging.getLogger(name) for name in ("taxi_assets", "filelock")]
    levels = [logger.level for logger in waiting]
    for logger in waiting:
        logger.addHandler(watcher)
        logger.setLevel(logging.DEBUG)
    try:
        yield
    finally:
        for logger, level in zip(waiting, levels, strict=True):
            logger.removeHandler(watcher)
            logger.setLevel(level)
    assert watcher.acted, f"nobody said {words!r}"


class ForeignProgram:
    """A program that knows nothing of taxi_assets and has the database open."""

    def __init__(self, data: DataFolder) -> None:
        self._popen = subprocess.Popen(
            [sys.executable, "-c", HOLD_OPEN, data.duckdb_file],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._popen.stdout is not None
        assert self._popen.stdout.readline() == "open\n"
        self.pid = self._popen.pid

    def end(self) -> None:
        """Let it close the database, unless it did."""
        if self._popen.returncode is None:
            self._popen.communicate("\n")


@pytest.fixture
def program(loaded: DataFolder) -> Iterator[ForeignProgram]:
    foreign = ForeignProgram(loaded)
    yield foreign
    foreign.end()


def test_first_loads_of_a_month_at_once_all_succeed(
    data: DataFolder, mirror: Mirror, processes: Processes
) -> None:
    mirror.publish(NAME, NEW)
    loads = [processes.load(MONTH, fault=BEFORE_ANYTHING_IS_MADE) for _ in range(3)]
    for load in loads:
        load.wait_for_fault()
    for load in loads:
        load.go_on.set()

    for load in loads:
        ended = load.end()
        assert ended.exit_code == 0, ended.text

    assert data.rows(GREEN, FILENAME) == rows(NEW)
    assert data.ledger() == {FILENAME: (sha256(NEW), rows(NEW).total())}
    assert data.debris() == []
    # What they made together also serves the next one.
    assert "unchanged" in taxi_assets("load", "green", MONTH).text


def test_two_months_at_once_both_succeed(
    loaded: DataFolder, mirror: Mirror, processes: Processes
) -> None:
    mirror.publish(OTHER_NAME, OLD)

    for process in [processes.load(MONTH), processes.load(OTHER_MONTH)]:
        ended = process.end()
        assert ended.exit_code == 0, ended.text

    assert loaded.rows(GREEN, FILENAME) == rows(NEW)
    assert loaded.rows(GREEN, OTHER_FILENAME) == rows(OLD)
    assert len(loaded.ledger()) == 2
    assert loaded.debris() == []


def test_a_load_waits_for_another_one_and_then_finds_its_work_done(
    loaded: DataFolder, processes: Processes
) -> None:
    other = processes.load(MONTH, fault=AT_THE_COMMIT)
    other.wait_for_fault()

    with when_logged("not acquired", other.go_on.set):
        answer = taxi_assets("load", "green", MONTH)

    assert answer.exit_code == 0, answer.text
    assert other.end().exit_code == 0
    assert loaded.rows(GREEN, FILENAME) == rows(NEW)
    assert len(loaded.ledger()) == 1


def test_a_load_says_so_when_another_one_takes_longer_than_it_waits(
    loaded: DataFolder, processes: Processes, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = processes.load(MONTH, fault=AT_THE_COMMIT)
    other.wait_for_fault()
    monkeypatch.setenv("TAXI_DUCKDB_WAIT_SECONDS", "0.3")

    answer = taxi_assets("load", "green", MONTH)

    assert answer.exit_code == 1
    assert f"{loaded.duckdb_file} is still held by another load or check after 0.3 s" in answer.text
    assert "raise TAXI_DUCKDB_WAIT_SECONDS" in answer.text
    assert "Trace" not in answer.text
    other.go_on.set()
    assert other.end().exit_code == 0
    assert loaded.rows(GREEN, FILENAME) == rows(NEW)


def test_a_load_waits_for_a_foreign_program_that_has_the_database_open(
    loaded: DataFolder, program: ForeignProgram
) -> None:
    with when_logged("waiting for", program.end):
        answer = taxi_assets("load", "green", MONTH)

    assert answer.exit_code == 0, answer.text
    assert loaded.rows(GREEN, FILENAME) == rows(NEW)


def test_a_load_names_the_foreign_program_that_it_waited_for_in_vain(
    loaded: DataFolder, program: ForeignProgram, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TAXI_DUCKDB_WAIT_SECONDS", "1")

    answer = taxi_assets("load", "green", MONTH)

    assert answer.exit_code == 1
    assert f"PID {program.pid}" in answer.text
    assert "after 1 s" in answer.text
    assert "close the program that has it open" in answer.text
    assert "Trace" not in answer.text
    program.end()
    assert loaded.rows(GREEN, FILENAME) == rows(OLD)
    assert taxi_assets("load", "green", MONTH).exit_code == 0
    assert loaded.rows(GREEN, FILENAME) == rows(NEW)
