"""Hosts that drop connections, fall silent, are overloaded or change their mind."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from functools import partial

import pytest

from taxi_assets.source import http
from taxi_assets.source.http import HttpTransport
from taxi_assets.trips.green import GREEN
from taxi_assets.trips.month import Month
from taxi_assets_tests.command_line import Answer, DataFolder, taxi_assets
from taxi_assets_tests.faulty_server import FaultyServer, Reply, ServedFile, faulty_server
from taxi_assets_tests.integration.faults.months import FILENAME, MONTH, NAME, NEW, OLD, OTHER, rows

HALF = len(NEW) // 2
BUSY = Reply(status=503)

Serve = Callable[..., FaultyServer]


@pytest.fixture
def serve(monkeypatch: pytest.MonkeyPatch) -> Iterator[Serve]:
    """Serve the new version of the month, badly; with waits of milliseconds between attempts."""
    hasty = partial(HttpTransport, backoff_seconds=0.01)
    monkeypatch.setattr(http, "HttpTransport", hasty)
    with ExitStack() as stack:

        def serving(*replies: Reply) -> FaultyServer:
            server = stack.enter_context(faulty_server(ServedFile(NEW), *replies))
            for variable in ("TAXI_CSV_BASE_URL", "TAXI_PARQUET_BASE_URL"):
                monkeypatch.setenv(variable, f"http://{server.address}/mirror")
            return server

        yield serving


def load() -> Answer:
    return taxi_assets("load", "green", MONTH)


def assert_loaded(data: DataFolder, answer: Answer, published: bytes = NEW) -> None:
    assert answer.exit_code == 0, answer.text
    assert (data.lake / "green" / NAME).read_bytes() == published
    assert data.rows(GREEN, FILENAME) == rows(published)
    assert data.debris() == []


def assert_untouched(data: DataFolder) -> None:
    assert (data.lake / "green" / NAME).read_bytes() == OLD
    assert data.rows(GREEN, FILENAME) == rows(OLD)
    assert data.debris() == []


@pytest.mark.parametrize("reset", [False, True], ids=["closed", "reset"])
def test_a_connection_lost_half_way_is_taken_up_again(
    loaded: DataFolder, serve: Serve, reset: bool
) -> None:
    server = serve(Reply(drop_after=HALF, reset=reset))

    assert_loaded(loaded, load())
    assert server.requests[0].path == f"/mirror/green/{NAME}"
    assert server.seen("Range")[0] is None
    assert server.seen("Range")[1] is not None


def test_a_silent_host_is_asked_again(
    loaded: DataFolder, serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TAXI_HTTP_TIMEOUT_SECONDS", "0.3")
    server = serve(Reply(stall_after=HALF))

    assert_loaded(loaded, load())
    assert len(server.requests) == 2


def test_a_host_that_is_busy_five_times_is_asked_a_sixth_time(
    loaded: DataFolder, serve: Serve
) -> None:
    server = serve(*[BUSY] * 5)

    assert_loaded(loaded, load())
    assert len(server.requests) == 6


def test_a_host_that_stays_busy_is_given_up_and_the_month_stays(
    loaded: DataFolder, serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TAXI_HTTP_ATTEMPTS", "3")
    serve(*[BUSY] * 3)

    answer = load()

    assert answer.exit_code == 1
    assert f"green/{NAME} could not be fetched in 3 attempts" in answer.text
    assert "HTTP 503" in answer.text
    assert "What to do: try again later" in answer.text
    assert "Trace" not in answer.text
    assert_untouched(loaded)
    assert_loaded(loaded, load())


def test_a_file_that_changes_between_two_requests_is_never_mixed(
    loaded: DataFolder, serve: Serve
) -> None:
    server = serve(Reply(drop_after=HALF), Reply(file=ServedFile(OTHER, '"v2"')))

    assert_loaded(loaded, load(), OTHER)
    assert len(server.requests) == 2


def test_a_file_that_changed_since_the_last_load_replaces_the_month(
    loaded: DataFolder, serve: Serve
) -> None:
    server = serve()
    assert_loaded(loaded, load())
    assert "unchanged" in load().text
    server.file = ServedFile(OLD, '"v2"')

    assert_loaded(loaded, load(), OLD)
    # Fetched; looked at, twice; and fetched unless it is the known one.
    assert server.seen("If-None-Match") == [None, None, None, '"v1"']


def test_a_month_that_is_not_published_yet_is_no_error_but_not_done(
    data: DataFolder, serve: Serve
) -> None:
    month = Month.of(datetime.now(UTC).date()).plus(-1)
    serve(Reply(status=404))

    answer = taxi_assets("load", "green", str(month))

    assert answer.exit_code == 1
    assert f"green {month} not published yet" in answer.text
    assert "1 of 1 not done" in answer.stderr
    assert "failed" not in answer.text
    assert "Trace" not in answer.text
    assert not (data.lake / "green").exists()


def test_a_month_that_should_be_there_for_long_is_an_error(
    loaded: DataFolder, serve: Serve
) -> None:
    serve(Reply(status=404))

    answer = load()

    assert answer.exit_code == 1
    assert f"{NAME} is not at http://" in answer.text
    assert "HTTP 404" in answer.text
    assert "check TAXI_CSV_BASE_URL" in answer.text
    assert "Trace" not in answer.text
    assert_untouched(loaded)
