"""Makes the pictures of the UI in ``docs``, graph, run, partitions and backfill: `make picture`.

It starts the UI as `make dev` does, in a temporary folder, loads a synthetic month of each taxi and
the zones, then a quarter of green as a backfill, and takes the pictures in headless Chromium,
which must be installed. Run it again when assets come, go or change their descriptions.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
from pathlib import Path

import click
from playwright.sync_api import FloatRect, Page, expect

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from taxi_assets_tests.ui import (  # noqa: E402
    DevServer,
    chromium,
    command,
    dev_server,
    find_chromium,
    wait_until,
)

GRAPH = ROOT / "docs" / "asset-graph.png"
RUN = ROOT / "docs" / "run.png"
PARTITIONS = ROOT / "docs" / "partitions.png"
BACKFILL = ROOT / "docs" / "backfill.png"
MONTH = "2024-01"
RANGE = ("2023-10", "2023-12")
BACKFILL_SECONDS = 600
MARGIN_PIXELS = 16
SHOWN_MS = 60_000

# Wide enough for the graph at full size, where Dagster draws every node with its details; more
# device pixels than the README's 800 for screens that have them.
WIDTH, HEIGHT, SCALE = 2000, 1800, 1.5
PAGE_WIDTH, PAGE_HEIGHT = 1280, 640
RUN_HEIGHT = 820
"""The chart of a run has a third of the height."""

# What a node tells, as chosen in the graph's "Choose Asset Facets". The rest changes with time.
BROWSER_SETTINGS = """
localStorage.setItem("asset-node-facets", '["description","checks","status","kind-tag"]');
localStorage.setItem("asset-graph-direction", '"horizontal"');
"""


def main() -> None:
    """Make the picture anew."""
    executable = find_chromium()
    if executable is None:
        raise SystemExit("no Chromium here; on Debian: apt install chromium")
    with (
        tempfile.TemporaryDirectory() as folder,
        dev_server(Path(folder) / "data") as server,
        chromium(executable) as browser,
        browser.new_context(
            base_url=server.url,
            viewport={"width": WIDTH, "height": HEIGHT},
            device_scale_factor=SCALE,
            color_scheme="light",
        ) as context,
    ):
        load(server)
        context.add_init_script(BROWSER_SETTINGS)
        context.set_default_timeout(SHOWN_MS)
        page = context.new_page()
        open_graph(page)
        page.screenshot(path=GRAPH, clip=frame(page))
        page.set_viewport_size({"width": PAGE_WIDTH, "height": RUN_HEIGHT})
        open_run(page, server)
        page.screenshot(path=RUN, scale="css")
        backfill = load_range(server)
        page.set_viewport_size({"width": PAGE_WIDTH, "height": PAGE_HEIGHT})
        open_partitions(page)
        page.screenshot(path=PARTITIONS)
        open_backfill(page, backfill)
        page.screenshot(path=BACKFILL)
    for picture in (GRAPH, RUN, PARTITIONS, BACKFILL):
        click.echo(f"{picture}: {picture.stat().st_size / 1000:.0f} kB")


def load(server: DevServer) -> None:
    """Load what the picture shows as loaded."""
    server.run("load", "all", MONTH)
    server.run("load", "zones")


def load_range(server: DevServer) -> str:
    """Load a range as a backfill, which the pages show; its id."""
    said = subprocess.run(  # noqa: S603
        [command(), "backfill", "green", *RANGE, "--wait"],
        cwd=server.data_dir,
        env=server.environment,
        check=True,
        capture_output=True,
        text=True,
        timeout=BACKFILL_SECONDS,
    ).stdout
    found = re.search(r"backfill (\w+):", said)
    assert found is not None, said
    return found[1]


def open_run(page: Page, server: DevServer) -> None:
    """Open the run that loaded a month of green: its steps as a Gantt chart, and its log."""
    found = server.graphql(
        'query { runsOrError(filter: {pipelineName: "load_green"}) '
        "{ ... on Runs { results { runId } } } }"
    )
    page.goto(f"/runs/{found['runsOrError']['results'][0]['runId']}")
    expect(page.get_by_text("duckdb__green_tripdata").first).to_be_visible()
    expect(page.get_by_text("RUN_SUCCESS").first).to_be_visible()
    page.wait_for_load_state("networkidle")


def open_partitions(page: Page) -> None:
    """Open the months of a table."""
    page.goto(f"/assets/duckdb/green_tripdata?view=partitions&partition={MONTH}")
    expect(page.get_by_text("Materialized", exact=True).first).to_be_visible()
    page.wait_for_load_state("networkidle")


def open_backfill(page: Page, backfill: str) -> None:
    """Open the page of a backfill that is over."""
    page.goto(f"/runs/b/{backfill}")
    expect(page.get_by_text("Succeeded").first).to_be_visible(timeout=BACKFILL_SECONDS * 1000)
    page.wait_for_load_state("networkidle")


def open_graph(page: Page) -> None:
    """Open the graph, all groups expanded, and wait until every node shows its state."""
    expect.set_options(timeout=SHOWN_MS)
    page.goto("/asset-groups")
    expect(page.locator("foreignObject").first).to_be_visible()
    page.keyboard.press("Alt+KeyE")  # "Expand all groups" of the graph's menu
    expect(page.locator("foreignObject").get_by_text("Passed").nth(1)).to_be_visible()
    expect(page.locator("foreignObject").get_by_text("Materialized").nth(1)).to_be_visible()


def frame(page: Page) -> FloatRect:
    """Where the graph is, once it has stopped moving."""
    seen: list[FloatRect] = []

    def settled() -> bool:
        seen.append(_groups(page))
        return seen[-2:-1] == seen[-1:]

    wait_until(settled, SHOWN_MS / 1000, "the graph to stand still")
    return seen[-1]


def _groups(page: Page) -> FloatRect:
    boxes = [
        box for each in page.locator("foreignObject.group").all() if (box := each.bounding_box())
    ]
    left = min(box["x"] for box in boxes) - MARGIN_PIXELS
    top = min(box["y"] for box in boxes) - MARGIN_PIXELS
    right = max(box["x"] + box["width"] for box in boxes) + MARGIN_PIXELS
    bottom = max(box["y"] + box["height"] for box in boxes) + MARGIN_PIXELS
    return {"x": left, "y": top, "width": right - left, "height": bottom - top}


if __name__ == "__main__":
    main()
