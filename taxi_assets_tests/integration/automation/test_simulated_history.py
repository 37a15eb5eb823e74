"""Three years of daily operation, with all jobs: what the history takes, and how quick it stays."""

from __future__ import annotations

import os
import sqlite3
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
from dagster_graphql.test.utils import execute_dagster_graphql

from taxi_assets.trips.green import GREEN
from taxi_assets.trips.month import Month
from taxi_assets.trips.yellow import YELLOW
from taxi_assets_tests.simulation.world import World, world

pytestmark = [pytest.mark.long, pytest.mark.filterwarnings("ignore::DeprecationWarning")]

START = datetime(2023, 1, 10, 2, tzinfo=UTC)
DAYS = int(os.environ.get("SIMULATION_DAYS", "1095"))
EARLY_DAY = 90
LAG = timedelta(days=60)
REISSUE_EACH_DAYS = 20
MOST_BYTES = 200e6
LONGEST_PAGE_SECONDS = 2.0  # of a page that the UI asks for every few seconds

PAGES = {
    "runs": """{ runsOrError(limit: 30) { ... on Runs { count results {
        id status jobName startTime endTime tags { key value } } } } }""",
    "assets": """{ assetNodes { assetKey { path } assetMaterializations(limit: 1) { timestamp }
        partitionStats { numMaterialized numFailed numPartitions } } }""",
    "partitions": """{ assetNodeOrError(assetKey: {path: ["duckdb", "green_tripdata"]}) {
        ... on AssetNode { partitionKeys assetPartitionStatuses {
        ... on TimePartitionStatuses { ranges { status startKey } } } } } }""",
    "checks": """{ assetNodeOrError(assetKey: {path: ["duckdb", "green_tripdata"]}) {
        ... on AssetNode { assetChecksOrError { ... on AssetChecks { checks {
        name executionForLatestMaterialization { status } } } } } } }""",
    "ticks": """{ sensorOrError(sensorSelector: {repositoryName: "__repository__",
        repositoryLocationName: "taxi_assets", sensorName: "alerts"}) {
        ... on Sensor { sensorState { ticks(limit: 25) { timestamp status skipReason } } } } }""",
}
"""What the UI asks of its pages."""

A_WEEK_OF_TICKS = """
WITH RECURSIVE earlier(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM earlier WHERE n < 7 * 2880),
last AS (SELECT * FROM job_ticks WHERE tick_body LIKE '%"alerts"%' ORDER BY id DESC LIMIT 1)
INSERT INTO job_ticks (job_origin_id, selector_id, status, type, timestamp, tick_body)
SELECT job_origin_id, selector_id, status, type, datetime(timestamp, (n * -30) || ' seconds'),
    tick_body
FROM last, earlier
"""
"""The sensor of alerts ticks each half minute, and here twice a day."""


@pytest.fixture
def years(settings_env: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """A whole deployment of both taxis, empty."""
    with world(START, monkeypatch, (GREEN, YELLOW), whole=True) as found:
        yield found


def plan(years: World) -> Mapping[int, list[Callable[[], object]]]:
    """A month of each taxi every month, and now and then one is published anew."""
    found: dict[int, list[Callable[[], object]]] = defaultdict(list)
    end = START + timedelta(days=DAYS)
    for month in Month(2022, 10).through(Month.of(end.date())):
        day = max(1, (month.end.replace(tzinfo=UTC) + LAG - START).days)
        for taxi in (GREEN, YELLOW):
            found[day].append(partial(years.site.publish, taxi, str(month), START))
    for number, day in enumerate(range(30, DAYS, REISSUE_EACH_DAYS)):
        taxi = (GREEN, YELLOW)[number % 2]
        at = START + timedelta(days=day)
        found[day].append(partial(years.site.publish, taxi, "2022-10", at, 4 + number % 30))
    return found


def page_seconds(years: World) -> dict[str, float]:
    """How long the answer for each page takes, the better one of two."""
    found: dict[str, float] = {}
    for _ in range(2):
        for page, query in PAGES.items():
            request = years.deployment.workspace.create_request_context()
            begin = time.perf_counter()
            answer = execute_dagster_graphql(request, query).data
            seconds = time.perf_counter() - begin
            assert all(answer.values()), answer
            found[page] = min(seconds, found.get(page, seconds))
    return found


def size_bytes(folder: Path) -> int:
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())


def test_three_years_take_less_than_200_mb_and_pages_stay_quick(years: World) -> None:
    home, events = Path(os.environ["DAGSTER_HOME"]), plan(years)
    early: dict[str, float] = {}
    for day in range(1, DAYS):
        years.pass_day(*events.get(day, ()))
        if day == EARLY_DAY:
            early = page_seconds(years)
        if day % 365 == 0:
            print(f"after {day} days {size_bytes(home) / 1e6:.1f} MB", flush=True)  # noqa: T201
    with closing(sqlite3.connect(home / "schedules" / "schedules.db")) as ticks, ticks:
        ticks.execute(A_WEEK_OF_TICKS)

    late, taken = page_seconds(years), size_bytes(home)
    for page, seconds in late.items():
        print(f"{page}: {early.get(page, 0):.3f} s, then {seconds:.3f} s")  # noqa: T201
    print(f"{taken / 1e6:.1f} MB")  # noqa: T201 - the figures of the docs
    assert years.stale_months() == {}
    assert taken < MOST_BYTES
    assert max(late.values()) < LONGEST_PAGE_SECONDS
