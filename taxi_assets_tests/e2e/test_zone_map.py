"""Maps as their reader sees them, in a real browser without a network."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from taxi_assets.report.charts.outlines import Outlines
from taxi_assets.report.charts.zone_map import (
    map_style,
    outlines_of_page,
    zone_change_map,
    zone_map,
)
from taxi_assets_tests.drawn_zones import drawn_twin
from taxi_assets_tests.ui import chromium, require_chromium

PHONE = {"width": 390, "height": 800}
FILL = "element => getComputedStyle(element).fill"
TRIPS = {zone: float(zone * 10) for zone in range(1, 264)}


@pytest.fixture(scope="module")
def shapes(tmp_path_factory: pytest.TempPathFactory) -> Outlines:
    return drawn_twin(tmp_path_factory.mktemp("shapes"))


@pytest.fixture(scope="module")
def html(shapes: Outlines, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A page with two maps that share their outlines."""
    maps = (
        zone_map(shapes, TRIPS, title="Trips in April", unit="trips"),
        zone_change_map(shapes, {7: 50.0, 8: 90.0}, {7: 100.0, 8: 60.0}, title="c", unit="trips"),
    )
    page = tmp_path_factory.mktemp("map") / "page.html"
    page.write_text(
        "<!doctype html><html lang='en'><head><meta charset='utf-8'><title>Maps</title>"
        "<meta name='viewport' content='width=device-width, initial-scale=1'>"
        f"<style>:root {{ color-scheme: light dark }} {map_style()}</style></head><body>"
        f"{outlines_of_page(shapes)}<main><h1>Maps</h1>{maps[0].inline}{maps[1].inline}</main>",
        "utf-8",
    )
    return page


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium(require_chromium()) as running:
        yield running


def fills(page: Page) -> list[str]:
    uses = page.locator("svg.zone-map").first.locator("use")
    return [str(uses.nth(place).evaluate(FILL)) for place in (0, 150, 262)]


def test_a_map_fits_a_phone_and_its_zones_can_be_seen_and_pointed_at(
    browser: Browser, html: Path
) -> None:
    with browser.new_context(viewport=PHONE, offline=True, color_scheme="light") as context:  # type: ignore[arg-type]
        page = context.new_page()
        page.goto(html.as_uri())
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
        first, change = page.get_by_role("img").all()
        assert page.get_by_role("img", name="Trips in April").count() == 1
        zone = first.locator("use").nth(150)
        box = zone.bounding_box()
        assert box is not None
        assert min(box["width"], box["height"]) > 10
        assert (
            page.evaluate(
                "([x, y]) => document.elementFromPoint(x, y).textContent",
                [box["x"] + box["width"] / 2, box["y"] + box["height"] / 2],
            )
            == "Synthetic zone 151 (151): 1,510 trips"
        )
        assert change.locator("use").nth(6).evaluate(FILL) == 'url("#falling-1")'
        light = fills(page)
        page.emulate_media(color_scheme="dark")
        dark = fills(page)
        found = Axe().run(page)
    assert len({*light, *dark}) == 6, "each tone is another one in the dark"
    serious = [v for v in found.response["violations"] if v["impact"] in ("serious", "critical")]
    assert serious == [], found.generate_report()


def test_the_image_for_the_ui_is_drawn_by_itself(browser: Browser, shapes: Outlines) -> None:
    markdown = zone_map(shapes, TRIPS, title="t", unit="trips").markdown
    data = markdown.partition("(")[2].partition(")")[0]
    with browser.new_context(offline=True) as context:
        page = context.new_page()
        page.set_content(f"<canvas width='420' height='500'></canvas><img src='{data}' alt='t'>")
        colours = page.evaluate(
            """async () => {
                const image = document.querySelector('img'); await image.decode();
                const canvas = document.querySelector('canvas').getContext('2d');
                canvas.drawImage(image, 0, 0);
                const bytes = canvas.getImageData(0, 0, 420, 400).data;
                return new Set(Array.from({length: 420 * 400}, (_, at) =>
                    bytes.slice(4 * at, 4 * at + 3).join())).size;
            }"""
        )
    assert colours > 6
