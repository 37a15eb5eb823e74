"""The report as its reader sees it, in a real browser without a network."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest import mock

import duckdb
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from taxi_assets_tests.command_line import taxi_assets
from taxi_assets_tests.ui import chromium, require_chromium

ROWS = 300
HOSTILE = "<script>document.title='taken'</script>"
PHONE_PIXELS = 375
SIZES = {"phone": (PHONE_PIXELS, 800), "desk": (1200, 900)}


@pytest.fixture(scope="module")
def browser(report: Path) -> Iterator[Browser]:
    """A browser, started once the report is made: its event loop would be in Dagster's way."""
    assert report.exists()
    with chromium(require_chromium()) as running:
        yield running


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The report of two synthetic months, one of them with a line of the ledger that bites."""
    require_chromium()
    folder = tmp_path_factory.mktemp("report")
    ours = {"TAXI_DATA_DIR": str(folder), "TAXI_SOURCE": "sample", "TAXI_SAMPLE_ROWS": str(ROWS)}
    with mock.patch.dict(os.environ, {**ours, "DAGSTER_HOME": str(folder / "dagster")}):
        for arguments in (("load", "green", "2020-04"), ("load", "yellow", "2020-05")):
            assert taxi_assets(*arguments).exit_code == 0
        assert taxi_assets("load", "zones").exit_code == 0
        with duckdb.connect(folder / "taxi.duckdb") as connection:
            connection.execute(
                "UPDATE tripdata_files SET source_url = 'file:///' || ? WHERE taxi = 'green'",
                [HOSTILE],
            )
            connection.execute("UPDATE zones SET Zone = ?", [HOSTILE])
        path = folder / "report.html"
        answer = taxi_assets("report", str(path))
        assert answer.exit_code == 0, answer.text
    return path


@contextmanager
def opened(browser: Browser, path: Path, size: str, scheme: str = "light") -> Iterator[Page]:
    """The page; that nothing goes wrong in it and nothing is fetched is part of every test."""
    wrong: list[str] = []
    width, height = SIZES[size]
    with browser.new_context(
        viewport={"width": width, "height": height},
        color_scheme="dark" if scheme == "dark" else "light",
        offline=True,
    ) as context:
        page = context.new_page()
        page.on("console", lambda message: wrong.append(message.text))
        page.on("pageerror", lambda error: wrong.append(error.message))
        page.on(
            "request",
            lambda request: (
                None if request.url.startswith(("file:", "data:")) else wrong.append(request.url)
            ),
        )
        page.goto(path.as_uri())
        yield page
    assert wrong == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", SIZES)
def test_it_can_be_used_by_everybody(
    browser: Browser, report: Path, size: str, scheme: str
) -> None:
    with opened(browser, report, size, scheme) as page:
        for details in page.locator("summary").all():
            details.click()
        found = Axe().run(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= SIZES[size][0]
    serious = [v for v in found.response["violations"] if v["impact"] in ("serious", "critical")]
    assert serious == [], found.generate_report()


def test_it_tells_the_rows_of_each_month_and_where_they_are_from(
    browser: Browser, report: Path
) -> None:
    with opened(browser, report, "desk") as page:
        coverage = page.get_by_role("region", name="Rows of each month")
        green = coverage.get_by_role("row", name="green 2020-04")
        assert green.get_by_role("cell").all_inner_texts() == [
            "synthetic", "300", "300", "–", "ok",
        ]  # fmt: skip
        loads = page.get_by_role("region", name="Loads, as the ledger has them")
        assert "sample://yellow" in loads.inner_text()


def test_every_chart_has_its_numbers_as_a_table(browser: Browser, report: Path) -> None:
    with opened(browser, report, "desk") as page:
        figures = page.locator("figure")
        assert figures.count() == 7
        for figure in figures.all():
            assert figure.locator("svg").is_visible()
            figure.locator("summary").click()
            assert figure.locator("table").is_visible()
            assert figure.locator("tbody tr").count() > 0
        days = page.get_by_role("region", name="Trips by day of pickup")
        numbers = days.get_by_role("cell").all_inner_texts()
        listed = sum(int(text) for text in numbers if text != "–")
        outside = page.locator("#rows ~ figure tbody tr td:last-child").all_inner_texts()
        assert listed + sum(map(int, outside)) == 2 * ROWS


def test_it_says_how_the_checks_ended(browser: Browser, report: Path) -> None:
    with opened(browser, report, "desk") as page:
        checks = page.get_by_role("region", name="Months by how a check ended last")
        row = checks.get_by_role("row", name="rows_match_file duckdb/green_tripdata")
        assert row.get_by_role("cell").all_inner_texts()[1:3] == ["1", "0"]


def test_what_files_and_tables_hold_is_text_and_no_code(browser: Browser, report: Path) -> None:
    with opened(browser, report, "desk") as page:
        assert page.title() == "NYC taxi trips: what is loaded"
        assert page.locator("script").count() == 0
        loads = page.get_by_role("region", name="Loads, as the ledger has them")
        assert HOSTILE in loads.inner_text()
        assert HOSTILE in str(page.locator("svg").last.text_content())


def test_on_paper_it_is_dark_on_white(browser: Browser, report: Path) -> None:
    with opened(browser, report, "desk", "dark") as page:
        page.emulate_media(media="print", color_scheme="dark")
        colour = page.evaluate("getComputedStyle(document.body).backgroundColor")
        assert colour == "rgb(255, 255, 255)"
        assert page.locator("nav").is_hidden()
