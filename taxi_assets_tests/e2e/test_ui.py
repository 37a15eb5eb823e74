"""What a person sees and does in Dagster's UI, in a real browser, on synthetic trips."""

from __future__ import annotations

import re
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from typing import Any

import duckdb
import pytest
from playwright.sync_api import Browser, ConsoleMessage, Locator, Page, expect

from taxi_assets.trips.datasets import DATASETS, chosen_datasets
from taxi_assets.warehouse.check_list import checks_of
from taxi_assets_tests.ui import DevServer, chromium, dev_server, require_chromium, wait_until

SAMPLE_ROWS = 500
SHOWN_MS = 30_000
RUN_SECONDS = 90
BACKFILL_SECONDS = 180  # the backfill daemon looks every 30 s only
POOL = "duckdb"

EDGES = "{ assetNodes { assetKey { path } dependencyKeys { path } } }"
RUNS = """
{ runsOrError { ... on Runs { results {
    status jobName tags { key value } stepStats { stepKey startTime endTime }
} } } }
"""
LAUNCH = """
mutation($of: ExecutionParams!) { launchRun(executionParams: $of) {
    ... on LaunchRunSuccess { run { runId } }
} }
"""
SUMMARIZE = {
    "repositoryName": "__repository__",
    "repositoryLocationName": "taxi_assets",
    "jobName": "summarize",
}
LIMIT = """
mutation ($pool: String!, $limit: Int!) {
  setConcurrencyLimit(concurrencyKey: $pool, limit: $limit)
}
"""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DevServer]:
    require_chromium()
    with dev_server(tmp_path_factory.mktemp("ui"), SAMPLE_ROWS) as running:
        yield running


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium(require_chromium()) as running:
        yield running


@pytest.fixture
def page(server: DevServer, browser: Browser) -> Iterator[Page]:
    """A fresh page; that the UI reports no error in it is part of every test."""
    errors: list[str] = []

    def note(message: ConsoleMessage) -> None:
        if message.type == "error":
            errors.append(message.text)

    expect.set_options(timeout=SHOWN_MS)
    with browser.new_context(
        base_url=server.url, viewport={"width": 1400, "height": 900}
    ) as context:
        context.set_default_timeout(SHOWN_MS)
        page = context.new_page()
        page.on("console", note)
        page.on("pageerror", lambda error: errors.append(error.message))
        yield page
    assert errors == []


def test_the_graph_leads_from_source_to_table_for_each_taxi(server: DevServer, page: Page) -> None:
    edges = {
        "/".join(node["assetKey"]["path"]): [
            "/".join(key["path"]) for key in node["dependencyKeys"]
        ]
        for node in server.graphql(EDGES)["assetNodes"]
    }
    for dataset in chosen_datasets(None):
        assert edges[f"duckdb/{dataset.table}"] == [f"lake/{dataset.table}"]
        assert edges[f"lake/{dataset.table}"] == [f"source/{dataset.table}"]
        assert edges[f"source/{dataset.table}"] == []

    page.goto("/asset-groups")
    graph = page.locator("svg").filter(has=page.locator("foreignObject"))
    expect(graph.get_by_text("duckdb", exact=True)).to_be_visible()
    page.keyboard.press("Alt+KeyE")  # "Expand all groups" of the graph's menu
    for dataset in chosen_datasets(None):
        stages = graph.get_by_text(dataset.table, exact=True)
        expect(stages).to_have_count(3)
        assert len({_left(stage) for stage in stages.all()}) == 3
    source, lake, table = (
        _left(graph.get_by_text(stage, exact=True)) for stage in ("source", "lake", "duckdb")
    )
    assert source < lake < table


def test_a_month_is_materialized_by_clicking_and_its_checks_turn_green(
    server: DevServer, page: Page
) -> None:
    _launch(page, "load_green", "2020-08", "Launch 1 run")
    (run,) = _finished_runs(server, ["2020-08"])
    assert run["status"] == "SUCCESS"

    _expect_materialized(page, "green_tripdata", "2020-08")
    expect(page.get_by_role("row", name="dagster/partition_row_count")).to_contain_text(
        str(SAMPLE_ROWS)
    )
    page.get_by_role("tab", name="Checks").click()
    checks = len(checks_of(DATASETS["green"]))
    # Freshness is for backfills and a job of its own.
    expect(page.get_by_text(f"Checks ({checks + 1})")).to_be_visible()
    expect(page.get_by_text("Succeeded", exact=True)).to_have_count(checks)
    page.get_by_text("rows_match_file", exact=True).locator("visible=true").first.click()
    expect(page.get_by_text("Passed", exact=True)).to_be_visible()
    expect(page.get_by_text(f"{SAMPLE_ROWS} rows in the table")).to_be_visible()

    assert _rows_by_file(server)["green_tripdata_2020-08.synthetic.csv"] == SAMPLE_ROWS


@pytest.mark.long
def test_months_of_a_backfill_take_turns_in_a_pool_with_one_place(
    server: DevServer, page: Page
) -> None:
    months = ["2020-10", "2020-11"]
    with _closed_pool(server):
        _launch(page, "load_green", f"[{months[0]}...{months[1]}]", "Launch backfill")
        wait_until(lambda: _queued(server) == 2, BACKFILL_SECONDS, "both months to queue")

    runs = _finished_runs(server, months)
    assert [run["status"] for run in runs] == ["SUCCESS", "SUCCESS"]
    turns = sorted(
        (step["startTime"], step["endTime"])
        for run in runs
        for step in run["stepStats"]
        if "duckdb" in step["stepKey"]
    )
    assert len(turns) == 6  # a table, its checks and its freshness, for each month
    assert all(end <= start for (_, end), (start, _) in pairwise(turns))
    rows = _rows_by_file(server)
    assert [rows[f"green_tripdata_{month}.synthetic.csv"] for month in months] == [SAMPLE_ROWS] * 2


def test_a_month_loaded_by_command_is_shown_and_still_is_after_a_restart(
    server: DevServer, page: Page
) -> None:
    server.run("load", "yellow", "2019-05")
    _expect_materialized(page, "yellow_tripdata", "2019-05")
    page.goto("about:blank")
    server.stop(signal.SIGTERM)
    server.start()
    _expect_materialized(page, "yellow_tripdata", "2019-05")


@pytest.mark.long
def test_the_report_s_pictures_are_shown(server: DevServer, page: Page) -> None:
    server.run("load", "green", "2020-03")
    server.run("load", "zones")
    server.graphql(LAUNCH, of={"selector": SUMMARIZE, "mode": "default", "runConfigData": {}})
    wait_until(lambda: _summarized(server), RUN_SECONDS, "the summaries")

    for asset, name in (
        ("summary/coverage", "heat_map"),
        ("duckdb/tripdata_summaries", "map_of_green"),
    ):
        page.goto(f"/assets/{asset}")
        row = page.get_by_role("row").filter(has_text=name)
        row.get_by_text("Show Markdown").first.click()
        picture = page.get_by_role("dialog").locator("img")
        expect(picture).to_be_visible()
        assert picture.evaluate("image => image.decode().then(() => image.naturalWidth)") > 0
    expect(page.get_by_role("dialog")).to_contain_text("Each tone stands for")


def test_the_code_location_loads_without_a_warning(server: DevServer) -> None:
    assert "Started Dagster code server" in server.output()
    assert re.findall(r"^.*\w+Warning\b.*$", server.output(), re.MULTILINE) == []


def _left(element: Locator) -> float:
    box = element.bounding_box()
    assert box is not None
    return box["x"]


def _launch(page: Page, job: str, partitions: str, button: str) -> None:
    """Materialize months from the graph of a job, as a person does."""
    page.goto(f"/locations/taxi_assets/jobs/{job}")
    page.get_by_role("button", name="Materialize all").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("textbox").fill(partitions)
    dialog.get_by_role("textbox").press("Enter")
    dialog.get_by_role("button", name=button, exact=True).click()
    expect(dialog).to_be_hidden()


def _expect_materialized(page: Page, table: str, month: str) -> None:
    """Open the month's place on the page of a DuckDB table, and see that it is there."""
    page.goto(f"/assets/duckdb/{table}?view=partitions&partition={month}")
    expect(page.get_by_text("Materialized", exact=True)).to_be_visible()


def _finished_runs(server: DevServer, months: list[str]) -> list[dict[str, Any]]:
    """The runs of months, once there are as many and all are over."""

    def finished() -> list[dict[str, Any]]:
        runs = [
            run
            for run in server.graphql(RUNS)["runsOrError"]["results"]
            if any(t["key"] == "dagster/partition" and t["value"] in months for t in run["tags"])
        ]
        over = {"SUCCESS", "FAILURE", "CANCELED"}
        return runs if len(runs) == len(months) and {r["status"] for r in runs} <= over else []

    return wait_until(finished, RUN_SECONDS, f"the runs of {months}")


@contextmanager
def _closed_pool(server: DevServer) -> Iterator[None]:
    """Let nobody into the warehouse's pool for a while, so that all who come have to queue."""
    server.graphql(LIMIT, pool=POOL, limit=0)
    try:
        yield
    finally:
        server.graphql(LIMIT, pool=POOL, limit=1)


def _summarized(server: DevServer) -> bool:
    runs = [
        r for r in server.graphql(RUNS)["runsOrError"]["results"] if r["jobName"] == "summarize"
    ]
    assert all(run["status"] not in ("FAILURE", "CANCELED") for run in runs)
    return any(run["status"] == "SUCCESS" for run in runs)


def _queued(server: DevServer) -> int:
    runs = server.graphql(RUNS)["runsOrError"]["results"]
    return sum(run["status"] == "QUEUED" for run in runs)


def _rows_by_file(server: DevServer) -> dict[str, int]:
    with duckdb.connect(str(server.data_dir / "taxi.duckdb"), read_only=True) as connection:
        return dict(
            connection.execute(
                "SELECT filename, count(*) FROM green_tripdata GROUP BY 1"
            ).fetchall()
        )
