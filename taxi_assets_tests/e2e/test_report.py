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
SIZES = {"phone": (390, 800), "desk": (1280, 900), "paper": (794, 1123)}
"""Width and height in pixels; that of paper is A4's."""
OPEN = (
    "(most) => [...document.querySelectorAll('details')].slice(0, most).map((e) => e.open = true)"
)
LOST = """
(width) => [...document.querySelectorAll("body *")].filter((each) => {
    const box = each.getBoundingClientRect();
    const hidden = each.closest(".unseen, .skip, svg, thead") || !each.checkVisibility();
    const cut = ["auto", "scroll", "hidden"].includes(getComputedStyle(each).overflowX);
    return !hidden && (box.right > width + 1 || box.left < -1 || cut);
}).map((each) => each.outerHTML.slice(0, 100))
"""
"""What runs past the frame or stands in a box that scrolls."""


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


@pytest.mark.parametrize(
    ("size", "scheme"),
    [
        ("phone", "light"),
        ("desk", "dark"),
        pytest.param("phone", "dark", marks=pytest.mark.long),
        pytest.param("desk", "light", marks=pytest.mark.long),
    ],
)
def test_it_can_be_used_by_everybody(
    browser: Browser, report: Path, size: str, scheme: str
) -> None:
    with opened(browser, report, size, scheme) as page:
        # Wide tables and narrow ones are all alike: some are enough for axe, which takes long.
        page.evaluate(OPEN, 3)
        found = Axe().run(page)
        page.evaluate(OPEN, 1_000)
        assert page.evaluate("document.documentElement.scrollWidth") <= SIZES[size][0]
        assert page.evaluate(LOST, SIZES[size][0]) == []
    serious = [v for v in found.response["violations"] if v["impact"] in ("serious", "critical")]
    assert serious == [], found.generate_report()


def test_what_happened_comes_first_and_the_proof_last(browser: Browser, report: Path) -> None:
    with opened(browser, report, "phone") as page:
        sections = page.get_by_role("heading", level=2).all_inner_texts()
        taxis = page.get_by_role("heading", level=3).all_inner_texts()
        first = page.locator(".told li").first
        assert first.inner_text().startswith(f"{ROWS} trips in May 2020, 10 a day.")
        box = first.bounding_box()
        assert box is not None
        assert box["y"] < 2 * SIZES["phone"][1]
    assert sections[0] == "What happened"
    assert sections[-4:] == [
        "Coverage",
        "The course's homework",
        "State of the checks",
        "When each month was loaded from what",
    ]
    assert taxis == ["Yellow taxi, May 2020", "Green taxi, April 2020"]


def test_it_tells_the_rows_of_each_month_and_where_they_are_from(
    browser: Browser, report: Path
) -> None:
    with opened(browser, report, "desk") as page:
        coverage = page.get_by_role("table", name="Rows of each month")
        green = coverage.get_by_role("row", name="green 2020-04")
        assert green.get_by_role("cell").all_inner_texts() == [
            "synthetic", "300", "300", "–", "ok",
        ]  # fmt: skip
        loads = page.get_by_role("table", name="Loads, as the ledger has them")
        assert "sample://yellow" in loads.inner_text()


def test_every_chart_has_its_numbers_and_words_for_them(browser: Browser, report: Path) -> None:
    with opened(browser, report, "desk") as page:
        figures = page.locator("figure")
        assert figures.count() > 2 * 8
        for figure in figures.all():
            drawing = figure.get_by_role("img")
            assert drawing.is_visible()
            assert "The numbers follow as a table" in str(drawing.locator("desc").text_content())
            figure.locator("summary").click()
            assert figure.locator("table").is_visible()
            assert figure.locator("tbody tr").count() > 0
        days = page.get_by_role("table", name="Green taxi: trips of each day")
        listed = sum(map(int, days.locator("tbody td.number").all_inner_texts()))
        months = page.get_by_role("table", name="Green taxi: figures of each month")
        outside = months.get_by_role("row", name="2020-04").get_by_role("cell").nth(-2)
        assert listed + int(outside.inner_text()) == ROWS


def test_maps_show_every_zone_and_the_busiest_stand_beside(browser: Browser, report: Path) -> None:
    with opened(browser, report, "desk") as page:
        pickups = page.get_by_role("img", name="Green taxi, April 2020: map of pickups")
        assert pickups.is_visible()
        assert pickups.locator("use").count() == 263
        hints = pickups.locator("use title").all_text_contents()
        assert len(hints) == 263
        assert any(hint.endswith(" trips") for hint in hints)
        beside = page.get_by_role("table", name="Green taxi, April 2020: the 10 busiest zones")
        assert beside.is_visible()
        assert beside.locator("tbody tr").count() == 10


def test_on_a_phone_the_homeworks_verdict_is_in_sight(browser: Browser, report: Path) -> None:
    with opened(browser, report, "phone") as page:
        homework = page.get_by_role("table", name="Answers of the course's homework")
        verdict = homework.get_by_role("cell", name="cannot be told yet").first
        box = verdict.bounding_box()
        assert box is not None
        assert 0 <= box["x"] < box["x"] + box["width"] <= SIZES["phone"][0]


def test_it_says_how_the_checks_ended(browser: Browser, report: Path) -> None:
    with opened(browser, report, "desk") as page:
        checks = page.get_by_role("table", name="Months by how a check ended last")
        row = checks.get_by_role("row", name="rows_match_file duckdb/green_tripdata")
        assert row.get_by_role("cell").all_inner_texts()[1:3] == ["1", "0"]


def test_what_files_and_tables_hold_is_text_and_no_code(browser: Browser, report: Path) -> None:
    with opened(browser, report, "desk") as page:
        assert page.title() == "NYC taxi trips: what happened"
        assert page.locator("script").count() == 0
        loads = page.get_by_role("table", name="Loads, as the ledger has them")
        assert HOSTILE in loads.inner_text()
        assert HOSTILE in page.locator(".told").first.inner_text()
        assert HOSTILE in str(page.locator("#places ~ .parts svg").first.text_content())


def test_on_paper_it_is_dark_on_white_and_whole(browser: Browser, report: Path) -> None:
    with opened(browser, report, "paper", "dark") as page:
        page.emulate_media(media="print", color_scheme="dark")
        colour = page.evaluate("getComputedStyle(document.body).backgroundColor")
        assert colour == "rgb(255, 255, 255)"
        assert page.locator("nav").is_hidden()
        assert page.evaluate(LOST, SIZES["paper"][0]) == []
        for cell in page.locator("details tr:last-child td:last-child").all():
            box = cell.bounding_box()
            assert cell.is_visible(), "closed on the screen, open on paper"
            assert box is not None
            assert box["height"] > 0
