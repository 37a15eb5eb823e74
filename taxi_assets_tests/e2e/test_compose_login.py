"""The login of the stack of docker-compose.yml, and what it keeps out, with a real browser."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
import requests
from playwright.sync_api import Browser, Page, expect

from taxi_assets_tests.compose_stack import ComposeStack, compose_stack
from taxi_assets_tests.other_site import REBOUND, attempt, other_site, rebound_browser

SHOWN_MS = 120_000
POOLS = "{ instance { concurrencyLimits { concurrencyKey slotCount } } }"


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ComposeStack]:
    with compose_stack(tmp_path_factory.mktemp("stack"), sample_rows=100) as running:
        yield running


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with rebound_browser() as running:
        yield running


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page of somebody who is not logged in yet."""
    with browser.new_context() as context:
        context.set_default_timeout(SHOWN_MS)
        expect.set_options(timeout=SHOWN_MS)
        yield context.new_page()


@pytest.fixture(scope="module")
def other_port() -> Iterator[int]:
    with other_site() as port:
        yield port


def set_by_others(stack: ComposeStack) -> list[str]:
    limits = stack.graphql(POOLS)["instance"]["concurrencyLimits"]
    return [limit["concurrencyKey"] for limit in limits if limit["slotCount"] == 7]


def test_nobody_gets_in_without_the_login(stack: ComposeStack) -> None:
    def status(login: tuple[str, str] | None, **headers: str) -> int:
        return requests.get(
            f"{stack.url}/server_info", auth=login, headers=headers, timeout=60
        ).status_code

    assert status(None) == 401
    assert status((stack.login[0], "example-ui-password")) == 401
    assert status(None, Cookie="taxi_assets=e2e") == 401
    assert status(stack.login) == 200
    assert status(stack.login, Origin=stack.url) == 200
    assert status(stack.login, Origin="http://other.example.org") == 403
    assert status(stack.login, Host="evil.example.org") == 421


def test_who_logs_in_comes_to_the_page_that_was_asked_for_until_the_log_out(
    stack: ComposeStack, page: Page
) -> None:
    stack.log_in(page, "/runs?view=backfills")
    expect(page).to_have_url(f"{stack.url}/runs?view=backfills")
    expect(page.get_by_text("Backfills").first).to_be_visible()
    (cookie,) = page.context.cookies(stack.url)
    assert (cookie["sameSite"], cookie["httpOnly"]) == ("Strict", True)
    assert stack.login[1] not in cookie["value"]

    page.goto(f"{stack.url}/login/sign_out")

    expect(page.get_by_role("button", name="Log in")).to_be_visible()
    assert page.goto(f"{stack.url}/server_info").status == 401  # type: ignore[union-attr]


def test_pages_of_other_sites_get_nothing_done_after_the_login(
    stack: ComposeStack, page: Page, other_port: int
) -> None:
    stack.log_in(page)
    for host in ("127.0.0.1", "localhost"):
        page.goto(f"http://{host}:{other_port}/")
        attempt(page, stack.url)
    there = stack.url.replace("127.0.0.1", REBOUND)
    page.route(f"{there}/", lambda route: route.fulfill(body="<body>", content_type="text/html"))
    page.goto(f"{there}/")
    attempt(page, there)

    assert set_by_others(stack) == []


def test_a_link_of_another_site_leads_on_after_a_click(
    stack: ComposeStack, page: Page, other_port: int
) -> None:
    stack.log_in(page)
    page.goto(f"http://localhost:{other_port}/")
    page.evaluate("(url) => { location.href = url }", f"{stack.url}/runs")

    page.get_by_role("link", name="Go on").click()

    expect(page).to_have_url(f"{stack.url}/runs")
    expect(page.get_by_text("Runs").first).to_be_visible()


def test_a_page_of_another_site_logs_nobody_in_or_out(
    stack: ComposeStack, page: Page, other_port: int
) -> None:
    stack.log_in(page)
    page.goto(f"http://127.0.0.1:{other_port}/")
    page.evaluate("(url) => { location.href = url }", f"{stack.url}/login/sign_out")
    expect(page.get_by_text("403 Forbidden").first).to_be_visible()

    assert page.goto(f"{stack.url}/server_info").status == 200  # type: ignore[union-attr]


def test_guesses_at_the_login_are_limited(stack: ComposeStack, page: Page) -> None:
    page.goto(stack.url)
    stack.fill_in(page, stack.login[0], "a-guess")
    expect(page.get_by_role("alert")).to_have_text("Name or password is wrong.")

    def guess(number: int) -> int:
        form = {"httpd_username": stack.login[0], "httpd_password": f"guess {number}"}
        return requests.post(f"{stack.url}/login/sign_in", data=form, timeout=60).status_code

    assert [guess(number) for number in range(10)][-4:] == [429] * 4
    assert stack.graphql(POOLS), "programs with the login still get in"


def test_with_tls_nobody_reaches_the_taxi_database_without_it(
    stack: ComposeStack, tmp_path: Path
) -> None:
    asked = stack.compose("exec", "-T", "taxi-db", "pg_config", "--configure")
    if "ssl" not in asked:
        pytest.skip("this image's Postgres was built without TLS")
    stack.configure(STACK_TAXI_DB_TLS="on")
    stack.compose("stop")
    stack.compose("up", "--detach", "--force-recreate", "--wait")
    certificate = tmp_path / "taxi-db.crt"
    certificate.write_text(
        stack.compose("exec", "-T", "taxi-db", "cat", "/var/lib/postgresql/tls/server.crt")
    )

    with stack.connect(
        "reader", stack.reader_password, sslmode="verify-full", sslrootcert=str(certificate)
    ) as reader:
        assert reader.pgconn.ssl_in_use
    with pytest.raises(psycopg.OperationalError, match="no encryption"):
        stack.connect("reader", stack.reader_password, sslmode="disable")
    assert "problem" not in stack.taxi_assets("doctor")
