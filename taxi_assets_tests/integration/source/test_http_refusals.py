"""What is not tried again: a month that is absent, a refusal, a full disk. No secret is told."""

from __future__ import annotations

import errno
import logging
import traceback
from dataclasses import replace

import pytest

from taxi_assets.errors import InvalidFileError, SourceRefusedError, SourceUnavailableError
from taxi_assets.source.http import HttpTransport
from taxi_assets.source.public_url import public_url
from taxi_assets.source.transfer import Absent
from taxi_assets_tests.faulty_server import Reply, ServedFile, faulty_server
from taxi_assets_tests.integration.source.conftest import BODY, FILE, HALF, UNAVAILABLE, Received


class FullDisk(Received):
    def write(self, _data: object, /) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")


@pytest.mark.parametrize("status", [403, 404, 410])
def test_a_month_not_published_yet_is_absent(
    transport: HttpTransport, sink: Received, status: int
) -> None:
    with faulty_server(FILE, Reply(status=status, text="<Error/>")) as server:
        assert transport.fetch(server.url, sink, None) == Absent(f"HTTP {status}")
    assert len(server.requests) == 1
    assert sink.getvalue() == b""


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("", "HTTP 403"),
        (
            "<?xml version='1.0'?><Error><Code>AccessDenied</Code><Message>Access Denied</Message>"
            "<RequestId>1</RequestId></Error>",
            "HTTP 403: AccessDenied",
        ),
    ],
)
def test_what_an_object_store_does_not_have_is_absent(
    transport: HttpTransport, sink: Received, text: str, answer: str
) -> None:
    with faulty_server(FILE, Reply(status=403, text=text)) as server:
        assert transport.fetch(server.url, sink, None) == Absent(answer)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (
            "<html><head><title>Blocked</title><style>p {}</style></head>"
            "<body><p>Your firewall blocked this page.</p></body></html>",
            "Blocked Your firewall blocked this page.",
        ),
        (
            "<Error><Code>AccessDenied</Code><Message>Request has expired</Message></Error>",
            "AccessDenied: Request has expired",
        ),
        (
            "<Error><Code>SignatureDoesNotMatch</Code><Message>It does not match.</Message>"
            "<AWSAccessKeyId>s3cret</AWSAccessKeyId><StringToSign>s3cret</StringToSign></Error>",
            "SignatureDoesNotMatch: It does not match.",
        ),
        ("no entry for s3cret-signature", "no entry for …"),
    ],
    ids=["firewall", "expired", "signature", "text"],
)
def test_a_403_for_another_reason_is_a_refusal_that_says_it(
    transport: HttpTransport, sink: Received, waits: list[float], text: str, reason: str
) -> None:
    with faulty_server(FILE, Reply(status=403, text=text)) as server:
        url = f"{server.url}?sig=s3cret-signature"
        with pytest.raises(SourceRefusedError) as raised:
            transport.fetch(url, sink, None)
    assert raised.value.what == f"{server.url} answers HTTP 403: {reason}"
    assert "TAXI_CSV_BASE_URL" in raised.value.remedy
    assert waits == []


@pytest.mark.parametrize("reply", [Reply(), Reply(chunked=True)], ids=["announced", "unknown"])
def test_a_file_that_is_larger_than_allowed_is_refused_before_it_is_all_there(
    transport: HttpTransport, sink: Received, reply: Reply
) -> None:
    large = ServedFile(BODY * 20)
    with faulty_server(large, reply) as server, pytest.raises(InvalidFileError) as raised:
        replace(transport, largest_bytes=1000).fetch(server.url, sink, None)
    assert "larger than 1e-06 GB" in raised.value.what
    assert "TAXI_MAX_FILE_GB" in raised.value.remedy
    assert len(sink.getvalue()) < len(large.body)


def test_a_file_withdrawn_during_the_download_leaves_nothing(
    transport: HttpTransport, sink: Received
) -> None:
    with faulty_server(FILE, Reply(drop_after=HALF), Reply(status=404)) as server:
        assert transport.fetch(server.url, sink, None) == Absent("HTTP 404")
    assert sink.getvalue() == b""


@pytest.mark.parametrize("status", [400, 401, 405, 451])
def test_a_refusal_is_not_tried_again(
    transport: HttpTransport, sink: Received, status: int
) -> None:
    refusal = Reply(status=status, text="  Who\r\n are you? " + "x" * 300)
    with (
        faulty_server(FILE, refusal) as server,
        pytest.raises(SourceRefusedError) as raised,
    ):
        transport.fetch(server.url, sink, None)
    assert len(server.requests) == 1
    assert raised.value.what == f"{server.url} answers HTTP {status}: Who are you? " + "x" * 187
    assert "TAXI_CSV_BASE_URL" in raised.value.remedy
    assert "TAXI_PARQUET_BASE_URL" in raised.value.remedy


@pytest.mark.parametrize("url", ["ftp://host/file", "http://", "nothing", "http://host:port/"])
def test_an_address_that_cannot_be_requested_is_refused(
    transport: HttpTransport, sink: Received, waits: list[float], url: str
) -> None:
    with pytest.raises(SourceRefusedError, match="cannot be requested"):
        transport.fetch(url, sink, None)
    assert waits == []


def test_a_full_disk_is_reported_at_once_and_as_it_is(
    transport: HttpTransport, waits: list[float]
) -> None:
    with faulty_server(FILE) as server, pytest.raises(OSError, match="No space left") as raised:
        transport.fetch(server.url, FullDisk(), None)
    assert raised.type is OSError
    assert raised.value.errno == errno.ENOSPC
    assert len(server.requests) == 1
    assert waits == []


@pytest.mark.parametrize(
    "replies",
    [
        [Reply(status=401, text="no entry for ?token=s3cret")],
        [UNAVAILABLE] * 3,
        [Reply(status=503, headers={"Retry-After": "999"})],
        [Reply(stall_after=0)] * 3,
        [Reply(drop_after=0, reset=True)] * 3,
        [Reply(status=302, headers={"Location": "ftp://user:s3cret@host/"})],
        [Reply(status=302, headers={"Location": "http://127.0.0.1:1/?token=s3cret"})] * 3,
    ],
)
def test_credentials_show_neither_in_errors_nor_in_the_log(
    transport: HttpTransport,
    sink: Received,
    caplog: pytest.LogCaptureFixture,
    replies: list[Reply],
) -> None:
    with caplog.at_level(logging.INFO), faulty_server(FILE, *replies) as server:
        url = f"http://user:s3cret@{server.address}/file.csv.gz?token=s3cret#s3cret"
        with pytest.raises((SourceRefusedError, SourceUnavailableError)) as raised:
            transport.fetch(url, sink, None)
    shown = "".join(traceback.format_exception(raised.value)) + caplog.text
    assert server.url in shown
    assert "s3cret" not in shown
    assert "Authorization" in server.requests[0].headers


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://user:pass@host:8443/a/b.csv.gz?sig=1#top", "https://host:8443/a/b.csv.gz"),
        ("http://user@[::1]:80/a", "http://[::1]:80/a"),
        ("user:pass@host/a", "(an address that cannot be read)"),
        ("http://user:pa/ss@host/a", "(an address that cannot be read)"),
    ],
)
def test_a_url_is_shown_without_what_may_be_secret(url: str, shown: str) -> None:
    assert public_url(url) == shown
