"""What a download over HTTP does when the host, the network or the disk misbehaves."""

from __future__ import annotations

import email.utils
import errno
import gzip
import io
import logging
import re
import socket
import time
import traceback
from collections.abc import Callable
from dataclasses import replace

import pytest

from taxi_assets.errors import InvalidFileError, SourceRefusedError, SourceUnavailableError
from taxi_assets.source.http import HttpTransport
from taxi_assets.source.public_url import public_url
from taxi_assets.source.transfer import Absent, Fetched, NotModified, Version
from taxi_assets_tests.faulty_server import Reply, ServedFile, faulty_server

# Every four bytes differ from all others, so that no splice at a wrong place goes unseen.
BODY = b"".join(number.to_bytes(4) for number in range(50_000))
OTHER_BODY = BODY[::-1]
MODIFIED = "Wed, 01 Jul 2020 00:00:00 GMT"
LATER = "Thu, 02 Jul 2020 00:00:00 GMT"
FILE = ServedFile(BODY)
OTHER_FILE = ServedFile(OTHER_BODY, '"v2"')
FILE_WITHOUT_VALIDATOR = ServedFile(BODY, None)
HALF = len(BODY) // 2
UNAVAILABLE = Reply(status=503)


class Received(io.BytesIO):
    """Keeps the bytes, and how often they began again."""

    restarts = 0

    def restart(self) -> None:
        self.restarts += 1
        self.seek(0)
        self.truncate()


class FullDisk(Received):
    def write(self, _data: object, /) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")


@pytest.fixture
def sink() -> Received:
    return Received()


@pytest.fixture
def waits() -> list[float]:
    return []


@pytest.fixture
def transport(waits: list[float]) -> HttpTransport:
    """Make one that waits in no time and notes for how long it would have."""
    return HttpTransport(
        attempts=3, connect_timeout_seconds=2, stall_timeout_seconds=0.3, sleep=waits.append
    )


def test_a_file_arrives_byte_for_byte(transport: HttpTransport, sink: Received) -> None:
    with faulty_server(ServedFile(BODY, '"v1"', MODIFIED)) as server:
        outcome = transport.fetch(server.url, sink, None)
    assert sink.getvalue() == BODY
    assert outcome == Fetched(Version('"v1"', MODIFIED, len(BODY)))
    assert server.seen("Accept-Encoding") == ["identity"]
    assert str(server.seen("User-Agent")[0]).startswith("taxi_assets ")


def test_a_compressed_file_is_not_decoded(transport: HttpTransport, sink: Received) -> None:
    published = gzip.compress(BODY)
    labelled = Reply(headers={"Content-Encoding": "gzip"})
    with faulty_server(ServedFile(published), labelled) as server:
        transport.fetch(server.url, sink, None)
    assert sink.getvalue() == published
    assert len(server.requests) == 1


def test_a_file_of_unknown_length_arrives_whole(transport: HttpTransport, sink: Received) -> None:
    with faulty_server(FILE, Reply(chunked=True)) as server:
        outcome = transport.fetch(server.url, sink, None)
    assert sink.getvalue() == BODY
    assert outcome == Fetched(Version('"v1"', None, len(BODY)))


def test_an_empty_file_is_a_file(transport: HttpTransport, sink: Received) -> None:
    with faulty_server(ServedFile(b"")) as server:
        assert transport.fetch(server.url, sink, None) == Fetched(Version('"v1"', None, 0))


def test_a_redirect_is_followed_and_asked_for_again_when_the_download_breaks(
    transport: HttpTransport, sink: Received
) -> None:
    redirect = Reply(status=302, headers={"Location": "/storage"})
    with faulty_server(FILE, redirect, Reply(drop_after=HALF), redirect) as server:
        transport.fetch(server.url, sink, None)
    assert sink.getvalue() == BODY
    paths = [request.path for request in server.requests]
    assert paths == ["/file.csv.gz", "/storage", "/file.csv.gz", "/storage"]
    assert server.seen("Range")[-1] == f"bytes={HALF}-"


def test_a_dropped_download_goes_on_where_it_broke_off(
    transport: HttpTransport, sink: Received
) -> None:
    with faulty_server(FILE, Reply(drop_after=HALF)) as server:
        outcome = transport.fetch(server.url, sink, None)
    assert sink.getvalue() == BODY
    assert outcome == Fetched(Version('"v1"', None, len(BODY)))
    assert sink.restarts == 0
    assert server.seen("Range") == [None, f"bytes={HALF}-"]
    assert server.seen("If-Range") == [None, '"v1"']


def test_a_dropped_download_of_unknown_length_goes_on_too(
    transport: HttpTransport, sink: Received
) -> None:
    with faulty_server(FILE, Reply(chunked=True, drop_after=HALF)) as server:
        transport.fetch(server.url, sink, None)
    assert sink.getvalue() == BODY
    assert server.seen("Range") == [None, f"bytes={HALF}-"]


def test_a_reset_connection_costs_a_further_request_only(
    transport: HttpTransport, sink: Received
) -> None:
    with faulty_server(FILE, Reply(drop_after=HALF, reset=True)) as server:
        transport.fetch(server.url, sink, None)
    assert sink.getvalue() == BODY
    assert len(server.requests) == 2


def test_a_stalled_download_is_cut_off_and_goes_on(
    transport: HttpTransport, sink: Received
) -> None:
    with faulty_server(FILE, Reply(stall_after=HALF)) as server:
        transport.fetch(server.url, sink, None)
    assert sink.getvalue() == BODY
    assert server.seen("Range") == [None, f"bytes={HALF}-"]


def test_the_last_change_stands_in_for_a_weak_etag(
    transport: HttpTransport, sink: Received
) -> None:
    weak = ServedFile(BODY, 'W/"v1"', MODIFIED)
    with faulty_server(weak, Reply(drop_after=HALF)) as server:
        transport.fetch(server.url, sink, None)
    assert sink.getvalue() == BODY
    assert server.seen("If-Range") == [None, MODIFIED]


def test_without_a_validator_a_dropped_download_begins_again(
    transport: HttpTransport, sink: Received
) -> None:
    with faulty_server(FILE_WITHOUT_VALIDATOR, Reply(drop_after=HALF)) as server:
        transport.fetch(server.url, sink, None)
    assert sink.getvalue() == BODY
    assert sink.restarts == 1
    assert server.seen("Range") == [None, None]


def test_a_file_replaced_during_the_download_arrives_alone(
    transport: HttpTransport, sink: Received
) -> None:
    with faulty_server(FILE, Reply(drop_after=HALF), Reply(file=OTHER_FILE)) as server:
        outcome = transport.fetch(server.url, sink, None)
    assert sink.getvalue() == OTHER_BODY
    assert outcome == Fetched(Version('"v2"', None, len(BODY)))
    assert len(server.requests) == 2


def test_a_host_that_ignores_ranges_is_read_from_the_start(
    transport: HttpTransport, sink: Received
) -> None:
    with faulty_server(FILE, Reply(drop_after=HALF), Reply(ignore_range=True)) as server:
        transport.fetch(server.url, sink, None)
    assert sink.getvalue() == BODY
    assert sink.restarts == 1


@pytest.mark.parametrize(
    "headers",
    [
        {"Content-Range": f"bytes {HALF - 4}-{len(BODY) - 1}/{len(BODY)}"},
        {"Content-Range": f"bytes {HALF}-{len(BODY) - 1}/{len(BODY) + 1}"},
        {"Content-Range": "all of it"},
        {"ETag": '"v2"'},
        {"Last-Modified": LATER},
    ],
)
def test_a_rest_that_does_not_fit_is_not_taken(
    transport: HttpTransport, sink: Received, headers: dict[str, str]
) -> None:
    lie = Reply(headers=headers)
    with faulty_server(FILE, Reply(drop_after=HALF), lie) as server:
        transport.fetch(server.url, sink, None)
    assert sink.getvalue() == BODY
    assert server.seen("Range") == [None, f"bytes={HALF}-", None]


def test_a_rest_that_comes_in_parts_is_put_together(
    transport: HttpTransport, sink: Received
) -> None:
    with faulty_server(FILE, Reply(drop_after=HALF), Reply(part_bytes=1_000)) as server:
        transport.fetch(server.url, sink, None)
    assert sink.getvalue() == BODY
    assert server.seen("Range") == [None, f"bytes={HALF}-", f"bytes={HALF + 1_000}-"]


def test_a_rest_longer_than_it_should_be_means_the_whole_file_again(
    transport: HttpTransport, sink: Received
) -> None:
    whole_as_rest = {"Content-Range": f"bytes {HALF}-{len(BODY) - 1}/{len(BODY)}"}
    too_long = Reply(status=206, headers=whole_as_rest | {"ETag": '"v1"'}, text="x" * len(BODY))
    with faulty_server(FILE, Reply(drop_after=HALF), too_long) as server:
        transport.fetch(server.url, sink, None)
    assert sink.getvalue() == BODY
    assert server.seen("Range") == [None, f"bytes={HALF}-", None]


def test_a_rest_that_cannot_be_had_means_the_whole_file_again(
    transport: HttpTransport, sink: Received
) -> None:
    with faulty_server(FILE, Reply(drop_after=HALF), Reply(status=416)) as server:
        transport.fetch(server.url, sink, None)
    assert sink.getvalue() == BODY
    assert server.seen("Range") == [None, f"bytes={HALF}-", None]


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


@pytest.mark.parametrize(
    ("known", "header"),
    [
        (Version('"v1"', MODIFIED), "If-None-Match"),
        (Version(None, MODIFIED), "If-Modified-Since"),
    ],
)
def test_an_unchanged_file_is_not_sent(
    transport: HttpTransport, sink: Received, known: Version, header: str
) -> None:
    with faulty_server(ServedFile(BODY, '"v1"', MODIFIED)) as server:
        assert transport.fetch(server.url, sink, known) == NotModified()
    assert server.seen(header) == [known.etag or known.last_modified]
    assert sink.getvalue() == b""


def test_a_changed_file_is_sent(transport: HttpTransport, sink: Received) -> None:
    with faulty_server(OTHER_FILE) as server:
        outcome = transport.fetch(server.url, sink, Version('"v1"', None, len(BODY)))
    assert outcome == Fetched(Version('"v2"', None, len(BODY)))
    assert sink.getvalue() == OTHER_BODY


@pytest.mark.parametrize(
    ("etag", "known_size_bytes", "is_taken"),
    [
        ('"v1"', len(BODY), False),
        ('"v1"', len(BODY) - 1, True),
        ('W/"v1"', len(BODY), True),
    ],
)
def test_an_unchanged_file_is_not_taken_from_a_host_that_sends_it_all_the_same(
    transport: HttpTransport, sink: Received, etag: str, known_size_bytes: int, is_taken: bool
) -> None:
    known = Version(etag, None, known_size_bytes)
    with faulty_server(ServedFile(BODY, etag), Reply(ignore_condition=True)) as server:
        transport.fetch(server.url, sink, known)
    assert sink.getvalue() == (BODY if is_taken else b"")


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


def test_each_retry_is_logged_with_its_reason_and_wait(
    transport: HttpTransport, sink: Received, caplog: pytest.LogCaptureFixture
) -> None:
    with faulty_server(FILE, UNAVAILABLE, Reply(drop_after=HALF)) as server:
        transport.fetch(server.url, sink, None)
    first, second = [record.message for record in caplog.records if record.levelname == "WARNING"]
    assert re.fullmatch(rf"{server.url}: HTTP 503\. Trying again in \d\.\d s \(attempt 2\)", first)
    assert "connection lost after 100,000 of 200,000 bytes" in second


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
