"""What a download over HTTP brings, whole or in parts, when host and network misbehave."""

from __future__ import annotations

import gzip

import pytest

from taxi_assets.source.http import HttpTransport
from taxi_assets.source.transfer import Fetched, NotModified, Version
from taxi_assets_tests.faulty_server import Reply, ServedFile, faulty_server
from taxi_assets_tests.integration.source.conftest import (
    BODY,
    FILE,
    FILE_WITHOUT_VALIDATOR,
    HALF,
    MODIFIED,
    Received,
)

OTHER_BODY = BODY[::-1]
LATER = "Thu, 02 Jul 2020 00:00:00 GMT"
OTHER_FILE = ServedFile(OTHER_BODY, '"v2"')


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
