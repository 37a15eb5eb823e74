"""When a download over HTTP is tried again, after which wait, and when it is given up."""

from __future__ import annotations

import email.utils
import re
import socket
import time
from collections.abc import Callable
from dataclasses import replace

import pytest

from taxi_assets.errors import SourceUnavailableError
from taxi_assets.source.http import HttpTransport
from taxi_assets_tests.faulty_server import Reply, faulty_server
from taxi_assets_tests.integration.source.conftest import (
    BODY,
    FILE,
    FILE_WITHOUT_VALIDATOR,
    HALF,
    UNAVAILABLE,
    Received,
)


def test_five_answers_503_are_outlasted(
    transport: HttpTransport, sink: Received, waits: list[float]
) -> None:
    patient = replace(transport, attempts=HttpTransport.attempts)
    with faulty_server(FILE, *[UNAVAILABLE] * 5) as server:
        patient.fetch(server.url, sink, None)
    assert sink.getvalue() == BODY
    assert len(server.requests) == 6
    for wait, longest in zip(waits, [1, 2, 4, 8, 16], strict=True):
        assert longest / 2 <= wait <= longest


@pytest.mark.parametrize("status", [408, 425, 429, 500, 502, 504])
def test_passing_troubles_are_tried_again(
    transport: HttpTransport, sink: Received, status: int
) -> None:
    with faulty_server(FILE, Reply(status=status)) as server:
        transport.fetch(server.url, sink, None)
    assert sink.getvalue() == BODY
    assert len(server.requests) == 2


@pytest.mark.parametrize(
    ("retry_after", "least_and_most"),
    [
        (lambda: "7", (7, 7)),
        (lambda: email.utils.formatdate(time.time() + 30, usegmt=True), (25, 30)),
        (lambda: "0", (0.5, 1)),
        (lambda: "soon", (0.5, 1)),
    ],
)
def test_a_host_is_left_alone_for_as_long_as_it_asks(
    transport: HttpTransport,
    sink: Received,
    waits: list[float],
    retry_after: Callable[[], str],
    least_and_most: tuple[float, float],
) -> None:
    with faulty_server(FILE, Reply(status=503, headers={"Retry-After": retry_after()})) as server:
        transport.fetch(server.url, sink, None)
    assert sink.getvalue() == BODY
    least, most = least_and_most
    assert [least <= wait <= most for wait in waits] == [True]


def test_a_host_that_asks_for_too_long_a_wait_is_given_up_at_once(
    transport: HttpTransport, sink: Received, waits: list[float]
) -> None:
    busy = Reply(status=429, headers={"Retry-After": "3600"})
    with (
        faulty_server(FILE, busy) as server,
        pytest.raises(SourceUnavailableError, match=r"HTTP 429 and asks to wait 3,600 s"),
    ):
        transport.fetch(server.url, sink, None)
    assert len(server.requests) == 1
    assert waits == []


def test_attempts_that_bring_nothing_come_to_an_end(
    transport: HttpTransport, sink: Received
) -> None:
    with (
        faulty_server(FILE, *[UNAVAILABLE] * 9) as server,
        pytest.raises(SourceUnavailableError) as raised,
    ):
        transport.fetch(server.url, sink, None)
    assert len(server.requests) == 3
    message = f"{server.url} could not be fetched in 3 attempts; the last one failed with: HTTP 503"
    assert message in str(raised.value)
    assert "try again later" in str(raised.value)


def test_an_attempt_that_brings_new_bytes_starts_the_count_anew(
    transport: HttpTransport, sink: Received
) -> None:
    drop = Reply(drop_after=4_000)
    two_of_three = [UNAVAILABLE, UNAVAILABLE, drop]
    with faulty_server(FILE, *two_of_three * 3) as server:
        transport.fetch(server.url, sink, None)
    assert sink.getvalue() == BODY
    assert server.seen("Range")[-1] == "bytes=12000-"


def test_the_same_bytes_again_are_no_progress(transport: HttpTransport, sink: Received) -> None:
    with (
        faulty_server(FILE_WITHOUT_VALIDATOR, *[Reply(drop_after=HALF)] * 9) as server,
        pytest.raises(SourceUnavailableError, match=r"after 100,000 of 200,000 bytes"),
    ):
        transport.fetch(server.url, sink, None)
    assert len(server.requests) == 1 + 3


def test_a_host_that_always_breaks_off_after_a_byte_comes_to_an_end(
    transport: HttpTransport, sink: Received
) -> None:
    with (
        faulty_server(FILE, *[Reply(drop_after=1)] * 99) as server,
        pytest.raises(SourceUnavailableError, match="in 12 attempts"),
    ):
        replace(transport, total_attempts=12).fetch(server.url, sink, None)
    assert len(server.requests) == 12


def test_nobody_listening_is_an_unavailable_source(
    transport: HttpTransport, sink: Received, waits: list[float]
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed_soon:
        port = closed_soon.getsockname()[1]
    with pytest.raises(SourceUnavailableError, match=r"3 attempts.*Connection refused"):
        transport.fetch(f"http://127.0.0.1:{port}/file.csv.gz", sink, None)
    assert len(waits) == 2


def test_a_host_that_never_answers_is_an_unavailable_source(
    transport: HttpTransport, sink: Received
) -> None:
    impatient = replace(transport, attempts=1, stall_timeout_seconds=0.2)
    with (
        socket.create_server(("127.0.0.1", 0)) as silent,
        pytest.raises(SourceUnavailableError, match=r"no answer within 0\.2 s"),
    ):
        impatient.fetch(f"http://127.0.0.1:{silent.getsockname()[1]}/", sink, None)


@pytest.mark.parametrize(("head", "place"), [(False, r"\d+ of 200,000"), (True, r"0 of \?")])
def test_a_host_that_drips_is_given_up_in_time(
    transport: HttpTransport, sink: Received, head: bool, place: str
) -> None:
    hasty = replace(transport, longest_seconds=0.3)
    with (
        faulty_server(FILE, Reply(drip_seconds=0.02, drip_head=head)) as server,
        pytest.raises(SourceUnavailableError) as raised,
    ):
        hasty.fetch(server.url, sink, None)
    assert re.search(rf"has not arrived within 0\.3 s \(after {place} bytes\)", raised.value.what)
    assert "TAXI_HTTP_FILE_SECONDS" in raised.value.remedy
    assert len(server.requests) == 1


def test_each_retry_is_logged_with_its_reason_and_wait(
    transport: HttpTransport, sink: Received, caplog: pytest.LogCaptureFixture
) -> None:
    with faulty_server(FILE, UNAVAILABLE, Reply(drop_after=HALF)) as server:
        transport.fetch(server.url, sink, None)
    first, second = [record.message for record in caplog.records if record.levelname == "WARNING"]
    assert re.fullmatch(rf"{server.url}: HTTP 503\. Trying again in \d\.\d s \(attempt 2\)", first)
    assert "connection lost after 100,000 of 200,000 bytes" in second
