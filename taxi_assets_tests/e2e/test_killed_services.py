"""Backfills by a real daemon and code server, which are killed in mid-work, and one cancelled."""

from __future__ import annotations

import os
import signal
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest

from taxi_assets.trips.green import GREEN
from taxi_assets_tests.backfill_lab import BackfillLab, backfill_lab, file_of
from taxi_assets_tests.command_line import taxi_assets

MONTHS = ("2020-01", "2020-02", "2020-03")
OLDEST, MIDDLE, NEWEST = MONTHS
LATER = ("2020-04", "2020-05")
SUCCESS, FAILURE = dg.DagsterRunStatus.SUCCESS, dg.DagsterRunStatus.FAILURE
CANCELED = dg.DagsterRunStatus.CANCELED


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BackfillLab]:
    with backfill_lab(tmp_path_factory.mktemp("services") / "data") as running:
        yield running


def test_a_backfill_ends_complete_whatever_is_killed_meanwhile(lab: BackfillLab) -> None:
    for month in MONTHS:
        lab.publish(month, rows=40)
    backfill = lab.backfill(OLDEST, NEWEST)

    # A run's process, while it fetches its month.
    lab.wait_for_downloads(2)
    (run,) = lab.runs(backfill, NEWEST)
    process = lab.process_of(run)
    assert "forkserver" in Path(f"/proc/{_parent(process)}/cmdline").read_text()
    os.kill(process, signal.SIGKILL)
    lab.wait_for(lambda: lab.states(backfill).count(FAILURE) == 1, "its failure to be noticed")

    # The code server, with the runs in its container: two again, whichever months they are.
    lab.wait_for_downloads(2)
    lab.services.kill("code")
    lab.services.start("code")
    lab.wait_for(lambda: lab.states(backfill).count(FAILURE) == 3, "their failures to be noticed")

    # The daemon: what runs goes on, and what is queued waits for another one.
    lab.wait_for_downloads(2)
    lab.services.kill("daemon")
    lab.source.release(*map(file_of, MONTHS))
    lab.wait_for(lambda: lab.states(backfill).count(SUCCESS) == 2, "runs to go on without it")
    lab.services.start("daemon")
    lab.wait_for(
        lambda: all(lab.states(backfill, month)[0] is SUCCESS for month in MONTHS), "every month"
    )
    lab.wait_for(lambda: lab.state(backfill) == "complete", "the backfill's end")

    assert Counter(lab.states(backfill)) == {SUCCESS: 3, FAILURE: 3}
    lab.assert_loaded(MONTHS)
    for month in MONTHS:
        (newest, *_) = lab.runs(backfill, month)
        assert newest.tags["file"] == f"green_tripdata_{month}.csv"


def test_a_cancelled_backfill_stops_and_leaves_other_months_as_they_are(lab: BackfillLab) -> None:
    before = lab.data.ledger()
    rows = lab.data.rows(GREEN, f"green_tripdata_{NEWEST}.csv")
    lab.publish(NEWEST, rows=60)
    for month in LATER:
        lab.publish(month, rows=40)
    arrived = len(lab.source.arrived)
    backfill = lab.backfill(NEWEST, LATER[-1])
    lab.wait_for_downloads(2)
    processes = [lab.process_of(run) for month in LATER for run in lab.runs(backfill, month)]

    answer = taxi_assets("backfills", "--cancel", backfill)

    assert answer.exit_code == 0, answer.text
    assert f"{backfill} green {NEWEST} to {LATER[-1]} cancel" in answer.text
    assert lab.state(backfill) == "cancelled"
    assert {run.status for run in lab.runs(backfill)} == {CANCELED}
    assert len(lab.runs(backfill)) == len(LATER) + 1
    lab.wait_for(lambda: not any(map(_lives, processes)), "the runs' processes to end")
    assert sorted(lab.source.arrived[arrived:]) == [file_of(month) for month in LATER]
    assert lab.data.ledger() == before
    assert lab.data.rows(GREEN, f"green_tripdata_{NEWEST}.csv") == rows
    assert lab.data.debris() == []
    assert "cancelled: 0 of 3 months loaded; cancelled: " in taxi_assets("backfills").text


def test_nothing_of_a_backfill_is_made_or_started_after_it_was_cancelled(lab: BackfillLab) -> None:
    year = [f"2019-{number:02}" for number in range(1, 13)]
    for month in (*year, "2020-06"):
        lab.publish(month, rows=20)
    backfill = lab.backfill(year[0], year[-1])
    lab.wait_for(lambda: lab.runs(backfill), "the first run")  # it is submitting the others

    answer = taxi_assets("backfills", "--cancel", backfill)
    after = {run.run_id: run.status for run in lab.runs(backfill)}

    assert answer.exit_code == 0, answer.text
    lab.source.release()
    other = lab.backfill("2020-06", "2020-06")
    lab.wait_for(lambda: lab.state(other) == "complete", "another backfill to be loaded")
    assert {run.run_id: run.status for run in lab.runs(backfill)} == after
    assert set(after.values()) == {CANCELED}
    assert "failed" not in taxi_assets("backfills").text


@pytest.mark.long
def test_runs_whose_fork_server_is_killed_end_with_it_and_are_made_again(lab: BackfillLab) -> None:
    months = ("2020-11", "2020-12")
    for month in months:
        lab.publish(month, rows=20)
    backfill = lab.backfill(*months)
    lab.wait_for_downloads(2)
    processes = [lab.process_of(run) for run in lab.runs(backfill)]
    (fork_server,) = {_parent(pid) for pid in processes}

    os.kill(fork_server, signal.SIGKILL)

    lab.wait_for(lambda: lab.states(backfill).count(FAILURE) == 2, "their failures to be noticed")
    assert not any(map(_lives, processes))
    lab.source.release(*map(file_of, months))
    lab.wait_for(lambda: lab.state(backfill) == "complete", "the backfill's end")
    assert Counter(lab.states(backfill)) == {SUCCESS: 2, FAILURE: 2}
    lab.assert_loaded(months)


def _parent(pid: int) -> int:
    return int(_status(pid)[1])


def _lives(pid: int) -> bool:
    """Whether it still works: a dead process that nobody asked for its end is a zombie."""
    try:
        return _status(pid)[0] != "Z"
    except FileNotFoundError:
        return False


def _status(pid: int) -> list[str]:
    """State, parent and more of a process, as Linux tells them."""
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
