"""What becomes of a published file on its way into the lake: new, unchanged, refused, absent."""

from __future__ import annotations

import gzip
import hashlib
import os
from dataclasses import dataclass
from email.utils import formatdate
from pathlib import Path

import pytest

from taxi_assets.errors import InvalidFileError, SourceUnavailableError
from taxi_assets.lake.folder import FolderLake
from taxi_assets.lake.landed_file import FileFacts, NotedDigests
from taxi_assets.lake.landing import (
    Judge,
    Landing,
    inspection_of,
    judge_published_count,
    lake_name,
    land,
    landed_months,
)
from taxi_assets.source.http import HttpTransport
from taxi_assets.source.mirror import MirrorTransport
from taxi_assets.source.transfer import Absent, Transport
from taxi_assets.trips.file import FileFormat, TripFile
from taxi_assets.trips.green import GREEN
from taxi_assets.trips.month import Month
from taxi_assets_tests.faulty_server import FaultyServer, Reply, ServedFile, faulty_server
from taxi_assets_tests.published import (
    Mirror,
    csv_month,
    csv_text,
    line,
    parquet_bytes,
    parquet_table,
)

APRIL = Month(2020, 4)
FILE = TripFile(GREEN, APRIL, FileFormat.CSV)
NAME = "green/green_tripdata_2020-04.csv.gz"
DATA = csv_month(GREEN, 3)
OTHER_DATA = csv_month(GREEN, 5)
BAD_DATA = b"<html>Not today</html>"
HTTP = HttpTransport(
    attempts=2, connect_timeout_seconds=2, stall_timeout_seconds=2, sleep=lambda _: None
)


def accept(_: FileFacts, __: str | None) -> None:
    """Judge that any file may be published."""


@dataclass(frozen=True)
class Harbour:
    """A lake, and the mirror whose files land in it."""

    lake: FolderLake
    mirror: Mirror

    def land(
        self,
        judge: Judge = accept,
        file: TripFile = FILE,
        url: str | None = None,
        transport: Transport | None = None,
        anew: bool = False,
    ) -> Landing | Absent:
        """Land the month from its place in the mirror, or from a URL."""
        return land(
            self.lake,
            lake_name(file),
            url or self.mirror.path(file.published_name).as_uri(),
            transport or MirrorTransport(),
            lambda: inspection_of(file, max_jagged_rows=100),
            judge,
            anew,
        )

    def landed(self, judge: Judge = accept) -> Landing:
        """Land the month, which is there."""
        landing = self.land(judge)
        assert isinstance(landing, Landing)
        return landing

    def landed_from(self, server: FaultyServer, anew: bool = False) -> Landing:
        """Land the month over HTTP."""
        landing = self.land(url=server.url, transport=HTTP, anew=anew)
        assert isinstance(landing, Landing)
        return landing

    @property
    def bytes(self) -> bytes:
        """What the lake has of the month."""
        return self.lake.path(NAME).read_bytes()


@pytest.fixture
def harbour(tmp_path: Path, mirror: Mirror) -> Harbour:
    return Harbour(FolderLake(tmp_path / "lake"), mirror)


def test_a_file_lands_byte_for_byte_with_what_is_known_of_it(harbour: Harbour) -> None:
    path = harbour.mirror.publish(FILE.published_name, DATA)
    landing = harbour.landed()
    assert harbour.bytes == DATA
    assert landing.changed
    assert landing.file == harbour.lake.find(NAME)
    assert landing.file.url == path.as_uri()
    assert landing.file.size_bytes == len(DATA)
    assert landing.file.sha256 == hashlib.sha256(DATA).hexdigest()
    assert landing.file.facts == FileFacts(
        rows=3,
        line_end="\r\n",
        uncompressed_bytes=len(gzip.decompress(DATA)),
        csv_columns=tuple(GREEN.csv_header.split(",")),
    )


def test_a_parquet_file_lands_beside_the_csv(harbour: Harbour) -> None:
    file = TripFile(GREEN, APRIL, FileFormat.PARQUET)
    data = parquet_bytes(parquet_table(GREEN, APRIL, rows=4))
    harbour.mirror.publish(FILE.published_name, DATA)
    harbour.mirror.publish(file.published_name, data)
    harbour.land()
    harbour.land(file=file)
    months = landed_months(harbour.lake, GREEN)
    found = [(file.published_name, landed.facts.rows) for file, landed in months]
    assert found == [("green_tripdata_2020-04.csv.gz", 3), ("green_tripdata_2020-04.parquet", 4)]


def test_a_source_without_the_file_is_absent_and_the_lake_as_it_was(harbour: Harbour) -> None:
    assert harbour.land() == Absent("no such file")
    assert harbour.lake.find(NAME) is None
    harbour.mirror.publish(FILE.published_name, DATA)
    before = harbour.landed().file
    harbour.mirror.path(FILE.published_name).unlink()
    assert isinstance(harbour.land(), Absent)
    assert harbour.lake.find(NAME) == before
    assert harbour.bytes == DATA


def test_a_file_of_the_same_entity_tag_is_not_fetched_again(harbour: Harbour) -> None:
    with faulty_server(ServedFile(DATA, '"v1"')) as server:
        first = harbour.landed_from(server)
        second = harbour.landed_from(server)
        assert server.seen("If-None-Match") == [None, '"v1"']
    assert first.changed
    assert not second.changed
    assert second.file == first.file


def test_a_file_of_the_same_bytes_is_unchanged_under_a_new_entity_tag(harbour: Harbour) -> None:
    with faulty_server(
        ServedFile(DATA, '"v1"'), Reply(), Reply(file=ServedFile(DATA, '"v2"'))
    ) as server:
        first = harbour.landed_from(server)
        written = harbour.lake.path(NAME).stat().st_mtime_ns
        second = harbour.landed_from(server)
        third = harbour.landed_from(server)
        assert server.seen("If-None-Match") == [None, '"v1"', '"v2"']
    assert (first.changed, second.changed, third.changed) == (True, False, False)
    assert second.file.etag == '"v2"'
    assert second.file.sha256 == first.file.sha256
    assert harbour.lake.path(NAME).stat().st_mtime_ns == written, "it was not written again"


def test_a_file_that_is_asked_for_anew_is_fetched_and_written_again(harbour: Harbour) -> None:
    with faulty_server(ServedFile(DATA, '"v1"')) as server:
        harbour.landed_from(server)
        written = harbour.lake.path(NAME).stat().st_mtime_ns
        assert harbour.landed_from(server, anew=True).changed
        assert server.seen("If-None-Match") == [None, None]
    assert harbour.lake.path(NAME).stat().st_mtime_ns > written


def test_a_touched_file_of_a_mirror_is_unchanged(harbour: Harbour) -> None:
    path = harbour.mirror.publish(FILE.published_name, DATA)
    first = harbour.landed()
    os.utime(path, ns=(1, 1))
    second = harbour.landed()
    assert not second.changed
    assert second.file.sha256 == first.file.sha256
    assert second.file.landed_at == first.file.landed_at, "the bytes landed when they did"
    assert harbour.lake.find(NAME) == second.file


def test_a_touched_file_keeps_the_digests_that_were_noted_meanwhile(harbour: Harbour) -> None:
    path = harbour.mirror.publish(FILE.published_name, DATA)
    first = harbour.landed().file
    digests = NotedDigests(reader=1, rows=3, digest="00ff")

    def noted_meanwhile(*_: object) -> None:
        harbour.lake.revise(first, lambda now: now.model_copy(update={"digests": digests}))

    os.utime(path, ns=(1, 1))
    harbour.landed(noted_meanwhile)
    kept = harbour.lake.find(NAME)
    assert kept is not None
    assert kept.digests == digests
    assert kept.last_modified != first.last_modified


def test_a_file_without_an_entity_tag_is_compared_by_its_bytes(harbour: Harbour) -> None:
    with faulty_server(ServedFile(DATA, etag=None)) as server:
        assert harbour.landed_from(server).changed
        assert not harbour.landed_from(server).changed
        assert len(server.requests) == 2


def test_a_republished_file_replaces_the_one_before(harbour: Harbour) -> None:
    harbour.mirror.publish(FILE.published_name, DATA)
    harbour.landed()
    harbour.mirror.publish(FILE.published_name, OTHER_DATA)
    landing = harbour.landed()
    assert landing.changed
    assert landing.file.facts.rows == 5
    assert harbour.bytes == OTHER_DATA
    assert harbour.lake.find(NAME) == landing.file


def test_the_entity_tag_of_another_host_says_nothing(harbour: Harbour) -> None:
    with faulty_server(ServedFile(DATA, '"v1"')) as server:
        harbour.landed_from(server)
    with faulty_server(ServedFile(OTHER_DATA, '"v1"')) as other:
        landing = harbour.landed_from(other)
        assert other.seen("If-None-Match") == [None]
    assert landing.changed
    assert harbour.bytes == OTHER_DATA


def test_a_file_that_changes_half_way_lands_as_it_is_at_the_end(harbour: Harbour) -> None:
    changed = Reply(file=ServedFile(OTHER_DATA, '"v2"'))
    with faulty_server(ServedFile(DATA, '"v1"'), Reply(drop_after=50), changed) as server:
        landing = harbour.landed_from(server)
    assert harbour.bytes == OTHER_DATA
    assert landing.file.etag == '"v2"'
    assert landing.file.facts.rows == 5


def test_a_lake_file_that_somebody_changed_is_fetched_again(harbour: Harbour) -> None:
    with faulty_server(ServedFile(DATA, '"v1"')) as server:
        harbour.landed_from(server)
        harbour.lake.path(NAME).write_bytes(b"spoilt")
        landing = harbour.landed_from(server)
        assert server.seen("If-None-Match") == [None, None]
    assert landing.changed
    assert harbour.bytes == DATA


@pytest.mark.parametrize(
    "data",
    [BAD_DATA, b"", DATA[:-9], gzip.compress(csv_text(GREEN, [])), gzip.compress(b"a,b\n1,2\n")],
    ids=["HTML", "empty", "cut short", "no rows", "another header"],
)
def test_a_file_that_is_not_what_it_should_be_leaves_the_lake_as_it_was(
    harbour: Harbour, data: bytes
) -> None:
    harbour.mirror.publish(FILE.published_name, data)
    with pytest.raises(InvalidFileError):
        harbour.land()
    assert harbour.lake.find(NAME) is None
    harbour.mirror.publish(FILE.published_name, DATA)
    before = harbour.landed().file
    harbour.mirror.publish(FILE.published_name, data)
    with pytest.raises(InvalidFileError):
        harbour.land()
    assert harbour.lake.find(NAME) == before
    assert harbour.bytes == DATA
    harbour.mirror.publish(FILE.published_name, OTHER_DATA)
    assert harbour.landed().changed


def test_a_download_that_breaks_off_leaves_the_lake_as_it_was(harbour: Harbour) -> None:
    with faulty_server(ServedFile(DATA)) as server:
        before = harbour.landed_from(server).file
    broken = [Reply(drop_after=40, ignore_range=True)] * 9
    with (
        faulty_server(ServedFile(OTHER_DATA, '"v2"'), *broken) as server,
        pytest.raises(SourceUnavailableError),
    ):
        harbour.landed_from(server)
    assert harbour.lake.find(NAME) == before
    assert harbour.bytes == DATA


def refuse_few(facts: FileFacts, _: str | None) -> None:
    if facts.rows < 5:
        raise InvalidFileError(f"{facts.rows} rows are too few", "fetch more")


def test_a_file_that_is_judged_unfit_is_not_published(harbour: Harbour) -> None:
    harbour.mirror.publish(FILE.published_name, DATA)
    with pytest.raises(InvalidFileError, match="3 rows are too few"):
        harbour.land(refuse_few)
    assert harbour.lake.find(NAME) is None
    harbour.mirror.publish(FILE.published_name, OTHER_DATA)
    assert harbour.landed(refuse_few).changed


def test_an_unchanged_file_is_judged_again(harbour: Harbour) -> None:
    harbour.mirror.publish(FILE.published_name, DATA)
    harbour.landed()
    with pytest.raises(InvalidFileError, match="3 rows are too few"):
        harbour.land(refuse_few)


def test_a_file_of_another_count_than_published_is_refused_with_both(harbour: Harbour) -> None:
    facts = FileFacts(rows=35_611, uncompressed_bytes=1)
    for rows, told in ((35_611, "35,611"), (35_613, "35,613")):
        with pytest.raises(InvalidFileError) as refusal:
            judge_published_count(FILE, facts.model_copy(update={"rows": rows}), "require")
        assert f"{told} rows, but 35,612 were published" in refusal.value.what
    assert "TAXI_PUBLISHED_COUNTS=warn" in refusal.value.remedy
    judge_published_count(FILE, facts, "warn")
    judge_published_count(FILE, facts.model_copy(update={"rows": 35_612}), "require")


def test_a_count_of_some_day_binds_only_files_that_are_not_newer(harbour: Harbour) -> None:
    file = TripFile(GREEN, Month(2022, 1), FileFormat.PARQUET)
    facts = FileFacts(rows=3, uncompressed_bytes=1)
    with pytest.raises(InvalidFileError) as refusal:
        judge_published_count(file, facts, "require", "Thu, 30 Jun 2022 10:00:00 GMT")
    assert "3 rows, but 62,495 were counted in the file of 2024-08-01" in refusal.value.what
    judge_published_count(file, facts, "require", "Fri, 25 Apr 2025 10:00:00 GMT")
    judge_published_count(file, facts, "require", None)
    path = harbour.mirror.publish(FILE.published_name, DATA)
    told: list[str | None] = []
    harbour.landed(lambda _, changed: told.append(changed))
    harbour.landed(lambda _, changed: told.append(changed))
    assert told == [formatdate(path.stat().st_mtime, usegmt=True)] * 2


def test_a_month_whose_count_is_not_known_may_have_any() -> None:
    unknown = TripFile(GREEN, Month(2020, 4), FileFormat.SYNTHETIC)
    judge_published_count(unknown, FileFacts(rows=1, uncompressed_bytes=1), "require")


def test_short_rows_are_noted_with_the_file(harbour: Harbour) -> None:
    short = line(GREEN).rpartition(",")[0]
    harbour.mirror.publish(FILE.published_name, csv_month(GREEN, [line(GREEN), short]))
    assert harbour.landed().file.facts.jagged_rows == 1


def test_the_secrets_of_a_url_are_not_written_down(harbour: Harbour) -> None:
    with faulty_server(ServedFile(DATA)) as server:
        url = server.url.replace("http://", "http://user:s3cret@") + "?token=s3cret"
        harbour.land(url=url, transport=HTTP)
        assert "s3cret" not in (harbour.lake.folder / f"{NAME}.json").read_text("utf-8")
        landing = harbour.landed_from(server)
    assert not landing.changed, "it is the same URL for all that is written down"
