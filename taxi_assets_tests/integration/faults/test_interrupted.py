"""Ctrl-C: what is done stays, the month that was on is as before, and a second run goes on."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable
from pathlib import Path

import pexpect
import pytest

from taxi_assets.trips.green import GREEN
from taxi_assets_tests.command_line import (
    DEADLINE_SECONDS,
    DataFolder,
    rows_in,
    taxi_assets,
    wait_for,
)
from taxi_assets_tests.faulty_server import Reply, ServedFile, faulty_server
from taxi_assets_tests.integration.faults.launcher import Action, Fault
from taxi_assets_tests.integration.faults.processes import Ended, Processes
from taxi_assets_tests.published import Mirror, csv_month

MONTHS = ("2020-04", "2020-05", "2020-06")
FILES = {month: csv_month(GREEN, 20 + number) for number, month in enumerate(MONTHS)}
INSERTED_ROWS = 1_000_000

INTERRUPTED = 130

_COLOURS = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")

STEPS_PER_MONTH = 3
VERIFY_COMPLETE = "dagster._core.execution.plan.active:ActiveExecution.verify_complete"
COMMAND = str(Path(sys.executable).with_name("taxi-assets"))


def interrupt_when(reached: Callable[[], object], *command: str) -> Ended:
    """Run a command in a terminal, and press Ctrl-C there when something holds."""
    program, *arguments = command
    terminal = pexpect.spawn(
        program,
        arguments,
        env=os.environ,
        encoding="utf-8",
        codec_errors="replace",  # The terminal's ^C may come in the midst of a character.
        dimensions=(40, 200),
        timeout=DEADLINE_SECONDS,
    )
    try:
        wait_for(lambda: reached() or not terminal.isalive(), "the moment to press Ctrl-C")
        terminal.sendintr()
        terminal.expect(pexpect.EOF)
        text = terminal.before
    finally:
        terminal.close(force=True)
    return Ended(terminal.exitstatus, " ".join(_COLOURS.sub("", text).split()))


def assert_says_how_to_go_on(ended: Ended, done: str) -> None:
    assert ended.exit_code == INTERRUPTED, ended.text
    assert re.search(f"Interrupted: {done} done", ended.text), ended.text
    assert "un the same command again" in ended.text
    assert "Trace" not in ended.text
    assert "failed" not in ended.text


def assert_holds(data: DataFolder, *months: str) -> None:
    filenames = [f"green_tripdata_{month}.csv" for month in months]
    assert sorted(data.ledger()) == filenames
    for month, filename in zip(months, filenames, strict=True):
        assert data.rows(GREEN, filename) == rows_in(FILES[month], GREEN)


def test_ctrl_c_during_a_download(data: DataFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    served = [ServedFile(FILES[month], f'"{month}"') for month in MONTHS]
    half = len(served[1].body) // 2
    part = data.lake / ".arriving" / "green" / "green_tripdata_2020-05.csv.gz"
    replies = [Reply(file=served[0]), Reply(file=served[1], stall_after=half)]
    with faulty_server(served[0], *replies) as server:
        monkeypatch.setenv("TAXI_CSV_BASE_URL", f"http://{server.address}")
        command = (COMMAND, "load", "green", MONTHS[0], MONTHS[-1])

        ended = interrupt_when(lambda: part.exists() and part.stat().st_size == half, *command)

        assert_says_how_to_go_on(ended, "1 of 3")
        assert_holds(data, MONTHS[0])
        assert data.debris() == []
        server.replies += [Reply(file=file) for file in served]
        again = taxi_assets(*command[1:])
        assert again.exit_code == 0, again.text
        assert "green 2020-04 unchanged" in again.text
        assert "green 2020-05 loaded" in again.text
        assert_holds(data, *MONTHS)


def test_ctrl_c_while_the_database_takes_rows_in(
    data: DataFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TAXI_SOURCE", "sample")
    monkeypatch.setenv("TAXI_SAMPLE_ROWS", "20")
    assert taxi_assets("load", "green", "2020-04", "2020-05").exit_code == 0
    before = data.ledger()
    size_bytes = data.duckdb_file.stat().st_size
    monkeypatch.setenv("TAXI_SAMPLE_ROWS", str(INSERTED_ROWS))

    # Rows of a long insert are in the file long before they are committed.
    ended = interrupt_when(
        lambda: data.duckdb_file.stat().st_size > 2 * size_bytes,
        *(COMMAND, "load", "green", "2020-04", "2020-05"),
    )

    assert_says_how_to_go_on(ended, "0 of 2")
    assert data.ledger() == before
    assert data.query("SELECT count(*) FROM green_tripdata") == [(40,)]
    assert data.debris() == []
    again = taxi_assets("load", "green", "2020-04")
    assert again.exit_code == 0, again.text
    assert data.query("SELECT count(*) FROM green_tripdata") == [(INSERTED_ROWS + 20,)]


@pytest.mark.parametrize(
    "moment",
    [
        Fault(Action.INTERRUPT, VERIFY_COMPLETE, call=STEPS_PER_MONTH),
        Fault(Action.INTERRUPT, "taxi_assets.commands.terminal:MonthProgress.end"),
    ],
    ids=["while Dagster ends a run", "between two runs"],
)
def test_ctrl_c_behind_the_last_step_of_a_month_is_not_lost(
    data: DataFolder,
    mirror: Mirror,
    processes: Processes,
    moment: Fault,
) -> None:
    for month in MONTHS:
        mirror.publish(f"green_tripdata_{month}.csv.gz", FILES[month])

    ended = processes.load(MONTHS[0], MONTHS[-1], fault=moment).end()

    assert_says_how_to_go_on(ended, "[01] of 3")
    assert_holds(data, MONTHS[0])
    assert taxi_assets("load", "green", MONTHS[0], MONTHS[-1]).exit_code == 0
    assert_holds(data, *MONTHS)
