"""A hundred months by a real daemon, and what wants the same month: each is loaded once, or named.

The daemon, the code server and their queue are those of a server.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from taxi_assets.trips.dataset import Dataset
from taxi_assets.trips.green import GREEN
from taxi_assets.trips.month import Month
from taxi_assets.trips.yellow import YELLOW
from taxi_assets_tests.backfill_lab import BackfillLab, backfill_lab
from taxi_assets_tests.command_line import sha256
from taxi_assets_tests.fake_source import Publication, name_of
from taxi_assets_tests.ui import command

pytestmark = pytest.mark.long

PUBLISHED = datetime(2025, 5, 1, tzinfo=UTC)
FIRST = Month.parse("2014-01")
MONTHS = [str(FIRST.plus(number)) for number in range(100)]
BOTH_WANT = MONTHS[60:]
BAD = MONTHS[7::20]  # 5 %, two of them in the second backfill, too
LONGEST_SECONDS = 1_500
_DAGSTER = (sys.executable, "-m", "dagster")
EACH_MINUTE = """
type: taxi_assets.components.TripPipeline
attributes:
  taxi: green
  months: {first: "2013-11", last: "2013-12"}
  warehouses: [duckdb]
  schedule: "* * * * *"
"""


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BackfillLab]:
    folder = tmp_path_factory.mktemp("many") / "data"
    with backfill_lab(folder, TAXI_SOURCE="parquet") as running:
        yield running


@pytest.fixture
def scheduled(tmp_path: Path) -> Iterator[BackfillLab]:
    """One of its own, with a schedule that ticks each minute."""
    pipelines = tmp_path / "pipelines"
    pipelines.mkdir()
    (pipelines / "early.yaml").write_text(EACH_MINUTE)
    settings = {"TAXI_SOURCE": "parquet", "TAXI_PIPELINES": str(pipelines)}
    with backfill_lab(tmp_path / "data", **settings) as running:
        yield running


def publish(lab: BackfillLab, dataset: Dataset, months: Sequence[str], bad: Sequence[str]) -> None:
    for month in months:
        name = lab.source.publish(dataset, month, PUBLISHED)
        if month in bad:
            lab.source.files[name] = Publication(b"<html>", '"bad"', "")


def begin(lab: BackfillLab, months: Sequence[str], *options: str) -> subprocess.Popen[str]:
    """A backfill whose end somebody waits for."""
    return subprocess.Popen(
        [command(), "backfill", "green", months[0], months[-1], "--wait", "--json", *options],
        cwd=lab.data.folder,
        env=dict(lab.services.environment),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def states(waiting: subprocess.Popen[str]) -> dict[str, str]:
    """What the command says of each month once the backfill is over."""
    said, error = waiting.communicate(timeout=LONGEST_SECONDS)
    assert said, error
    outcomes: list[dict[str, Any]] = json.loads(said)
    found = {outcome["name"].removeprefix("green "): outcome["state"] for outcome in outcomes}
    assert len(found) == len(outcomes)
    assert waiting.returncode == (1 if "failed" in found.values() else 0)
    return found


def assert_never_twice_at_once(lab: BackfillLab) -> None:
    """No two runs of a month overlap."""
    times = defaultdict(list)
    for record in lab.instance.get_run_records():
        tags = record.dagster_run.tags
        assert record.start_time
        assert record.end_time
        times[tags["taxi"], tags["dagster/partition"]].append((record.start_time, record.end_time))
    for month, runs in times.items():
        runs.sort()
        for (_, end), (next_begins, _) in pairwise(runs):
            assert end <= next_begins, f"two runs of {month} at once: {runs}"


def held(lab: BackfillLab, dataset: Dataset) -> dict[str, str]:
    """The hash of the file that the ledger names for each month, once each."""
    lines = lab.data.query(
        f"SELECT month, sha256 FROM tripdata_files WHERE taxi = '{dataset.taxi}'"
    )
    found = {str(month): str(hashed) for month, hashed in lines}
    assert len(found) == len(lines)
    return found


def served(lab: BackfillLab, dataset: Dataset, months: Sequence[str]) -> dict[str, str]:
    files = lab.source.files
    return {month: sha256(files[name_of(dataset, month)].body) for month in months}


def test_two_backfills_that_overlap_load_each_month_once_and_name_those_that_fail(
    lab: BackfillLab,
) -> None:
    publish(lab, GREEN, MONTHS, BAD)
    lab.source.release(*(name_of(GREEN, month) for month in MONTHS))

    waiting = begin(lab, MONTHS), begin(lab, BOTH_WANT)
    first, second = map(states, waiting)

    good = [month for month in MONTHS if month not in BAD]
    assert (sorted(first), sorted(second)) == (MONTHS, BOTH_WANT)
    for month in MONTHS:
        came = sorted(found[month] for found in (first, second) if month in found)
        expected = ["failed"] * 2 if month in BAD else ["loaded", "unchanged"]
        assert came == expected[: len(came)], month
    assert held(lab, GREEN) == served(lab, GREEN, good)
    assert_never_twice_at_once(lab)

    publish(lab, GREEN, BAD, [])
    assert states(begin(lab, MONTHS, "--failed")) == dict.fromkeys(BAD, "loaded")
    assert held(lab, GREEN) == served(lab, GREEN, MONTHS)
    assert lab.data.debris() == []


def test_what_a_backfill_and_the_watch_both_want_is_loaded_once(lab: BackfillLab) -> None:
    newest = str(Month.of(datetime.now(UTC).date()).plus(-3))
    in_the_way = "2024-01", "2024-02"
    looked_at = [str(Month.parse(newest).plus(number)) for number in range(-24, 4)]
    publish(lab, GREEN, [*in_the_way, newest], [])
    publish(lab, YELLOW, [newest], [])
    lab.source.release(*(name_of(each, m) for each in (GREEN, YELLOW) for m in looked_at[2:]))
    lab.backfill(*in_the_way)
    lab.wait_for_downloads(2)  # what is asked for now waits in the queue

    wanted = lab.backfill(newest, newest)
    lab.wait_for(lambda: lab.runs(wanted), "the backfill's run")
    switch_on(lab, "republished_green")
    lab.wait_for(lambda: said(lab, "republished_green"), "a tick of the watch")
    waiting = ", ".join((*in_the_way, newest))
    assert f"being loaded: {waiting}" in said(lab, "republished_green")

    switch_on(lab, "republished_yellow")
    lab.wait_for(lambda: said(lab, "republished_yellow"), "a tick of the watch")
    later = lab.backfill(newest, newest, "yellow")
    lab.wait_for(lambda: lab.runs(later), "the backfill's run")
    lab.source.release()
    for backfill in (wanted, later):
        lab.wait_for(lambda backfill=backfill: lab.over(backfill), "its end")  # type: ignore[misc]

    for dataset, runs in ((GREEN, 1), (YELLOW, 2)):
        tags = {"taxi": dataset.taxi, "dagster/partition": newest}
        found = lab.instance.get_runs(dg.RunsFilter(tags=tags))
        assert [run.status for run in found] == [dg.DagsterRunStatus.SUCCESS] * runs
        assert held(lab, dataset)[newest] == served(lab, dataset, [newest])[newest]
    assert_never_twice_at_once(lab)


def test_what_a_backfill_and_a_schedule_both_want_is_loaded_once(
    scheduled: BackfillLab,
) -> None:
    lab = scheduled
    in_the_way, first, second = ("2024-03", "2024-04"), "2013-11", "2013-12"
    publish(lab, GREEN, [*in_the_way, first, second], [])
    lab.source.release(name_of(GREEN, first), name_of(GREEN, second))
    blocking = lab.backfill(*in_the_way)
    lab.wait_for_downloads(2)  # what is asked for now waits in the queue

    before = lab.backfill(first, first)
    lab.wait_for(lambda: lab.runs(before), "the backfill's run")
    schedule = "pipeline_early_schedule"
    switch_on(lab, schedule, "schedule")
    lab.wait_for(lambda: said(lab, schedule), "a tick of the schedule")
    after = lab.backfill(second, second)
    lab.wait_for(lambda: lab.runs(after), "the backfill's run")
    lab.source.release(*(name_of(GREEN, month) for month in in_the_way))
    for backfill in (blocking, before, after):
        lab.wait_for(lambda backfill=backfill: lab.over(backfill), "its end")  # type: ignore[misc]

    (its_run,) = lab.instance.get_runs(dg.RunsFilter(tags={"dagster/schedule_name": schedule}))
    assert its_run.tags["dagster/partition"] == second
    assert its_run.status is dg.DagsterRunStatus.SUCCESS
    assert lab.states(before) + lab.states(after) == [dg.DagsterRunStatus.SUCCESS] * 2
    there = held(lab, GREEN)
    assert {month: there[month] for month in (first, second)} == served(lab, GREEN, [first, second])
    assert_never_twice_at_once(lab)


def switch_on(lab: BackfillLab, name: str, kind: str = "sensor") -> None:
    """As the UI's switch does."""
    done = subprocess.run(
        [*_DAGSTER, kind, "start", name, "-w", str(lab.services.workspace)],
        cwd=lab.data.folder,
        env=dict(lab.services.environment),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def said(lab: BackfillLab, name: str) -> str:
    """What a sensor's or schedule's ticks gave as their reason, or the runs they asked for."""
    ticks = [
        tick
        for state in lab.instance.all_instigator_state()
        if state.instigator_name == name
        for tick in lab.instance.get_ticks(state.instigator_origin_id, state.selector_id)
    ]
    return "; ".join(tick.skip_reason or " ".join(tick.run_ids) for tick in ticks)
