"""Pages of other sites, in a real browser, try to make the UI of `taxi-assets dev` do something."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from urllib.parse import urlencode

import pytest
import requests
from playwright.sync_api import Browser, Page

from taxi_assets_tests.other_site import LIMIT, REBOUND, attempt, other_site, rebound_browser
from taxi_assets_tests.ui import DevServer, dev_server, require_chromium

SAMPLE_ROWS = 100
POOLS = "{ instance { concurrencyLimits { concurrencyKey slotCount } } }"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DevServer]:
    require_chromium()
    with dev_server(tmp_path_factory.mktemp("ui"), SAMPLE_ROWS) as running:
        yield running


@pytest.fixture(scope="module")
def other_port() -> Iterator[int]:
    with other_site() as port:
        yield port


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with rebound_browser() as running:
        yield running


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    with browser.new_context() as context:
        yield context.new_page()


def pools(server: DevServer) -> set[str]:
    limits = server.graphql(POOLS)["instance"]["concurrencyLimits"]
    return {limit["concurrencyKey"] for limit in limits if limit["slotCount"] == 7}


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_a_page_of_another_port_or_site_gets_nothing_done(
    server: DevServer, page: Page, other_port: int, host: str
) -> None:
    page.goto(f"http://{host}:{other_port}/")

    attempt(page, server.url)

    assert pools(server) == set()


def test_a_name_that_was_made_to_point_here_gets_nothing_done(
    server: DevServer, page: Page
) -> None:
    there = f"http://{REBOUND}:{server.port}"
    page.route(f"{there}/", lambda route: route.fulfill(body="<body>", content_type="text/html"))
    page.goto(f"{there}/")

    attempt(page, there)

    assert pools(server) == set()


def test_the_ui_itself_gets_it_done(server: DevServer, page: Page) -> None:
    page.goto(server.url)

    status = page.evaluate(
        """(query) => fetch("/graphql", { method: "POST", body: JSON.stringify({ query }),
             headers: { "Content-Type": "application/json" } }).then((answer) => answer.status)""",
        LIMIT.format(name='"of the ui"'),
    )

    assert status == 200
    assert pools(server) == {"of the ui"}


def test_a_link_of_another_site_leads_on_after_a_click(
    server: DevServer, page: Page, other_port: int
) -> None:
    page.goto(f"http://localhost:{other_port}/")
    page.evaluate("(url) => { location.href = url }", f"{server.url}/runs")
    page.get_by_role("link", name="go on").click()

    page.wait_for_url(f"{server.url}/runs")
    page.get_by_text("Runs").first.wait_for()


def test_questions_are_posted_by_whoever_asks(server: DevServer) -> None:
    query = LIMIT.format(name='"by hand"')
    url = f"{server.url}/graphql"
    assert requests.get(url, params={"query": query}, timeout=30).status_code == 405
    assert requests.head(url, params={"query": query}, timeout=30).status_code == 405
    assert requests.post(f"{url}?{urlencode({'query': query})}", timeout=30).status_code == 415
    foreign = {"Host": "taxi.example.org"}
    answer = requests.post(url, json={"query": query}, headers=foreign, timeout=30)
    assert answer.status_code == 421
    assert "TAXI_UI_HOSTS" in answer.text
    assert "by hand" not in pools(server)


@pytest.mark.parametrize("origin", ["http://127.0.0.1:1", "null", "http://rebound.example"])
def test_a_websocket_of_another_origin_is_closed(server: DevServer, origin: str) -> None:
    with socket.create_connection(("127.0.0.1", server.port), timeout=30) as connection:
        connection.sendall(
            f"GET /graphql HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\nOrigin: {origin}\r\n"
            "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n".encode()
        )
        assert connection.recv(64).startswith(b"HTTP/1.1 403")
