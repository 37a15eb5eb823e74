"""What happens to files that come from a folder instead of a host."""

from __future__ import annotations

import errno
import io
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from taxi_assets.errors import SourceRefusedError, SourceUnavailableError
from taxi_assets.source.mirror import MirrorTransport
from taxi_assets.source.transfer import Absent, Fetched, NotModified, Version

SECOND_NS = 1_000_000_000
# 2020-07-01 00:00:00 UTC, and a bit that an HTTP date cannot tell.
MODIFIED_NS = 1_593_561_600 * SECOND_NS + 5


class Received(io.BytesIO):
    """Keeps the bytes; lets something happen when the first of them come, so many times."""

    def __init__(self, meanwhile: Callable[[], object] = lambda: None, times: int = 0) -> None:
        super().__init__()
        self.restarts = 0
        self._meanwhile = meanwhile
        self._times = times

    def write(self, data: bytes, /) -> int:  # type: ignore[override]
        if self._times and self.tell() == 0:
            self._times -= 1
            self._meanwhile()
        return super().write(data)

    def restart(self) -> None:
        self.restarts += 1
        self.seek(0)
        self.truncate()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "green_tripdata_2020-06.csv.gz"
    path.write_bytes(b"the bytes,")
    os.utime(path, ns=(MODIFIED_NS, MODIFIED_NS))
    return path


def version_of(file: Path) -> Version:
    outcome = MirrorTransport().fetch(file.as_uri(), Received(), None)
    assert isinstance(outcome, Fetched)
    return outcome.version


def test_a_file_arrives_byte_for_byte(file: Path) -> None:
    sink = Received()
    outcome = MirrorTransport().fetch(file.as_uri(), sink, None)
    assert sink.getvalue() == b"the bytes,"
    assert isinstance(outcome, Fetched)
    assert outcome.version.size_bytes == 10
    assert outcome.version.last_modified == "Wed, 01 Jul 2020 00:00:00 GMT"


def test_a_path_is_percent_decoded(tmp_path: Path) -> None:
    file = tmp_path / "a b" / "ü%20#?.gz"
    file.parent.mkdir()
    file.write_bytes(b"found")
    sink = Received()
    MirrorTransport().fetch(file.as_uri(), sink, None)
    assert sink.getvalue() == b"found"


def test_this_machine_may_be_named_in_the_url(file: Path) -> None:
    sink = Received()
    MirrorTransport().fetch(f"file://localhost{file}", sink, None)
    assert sink.getvalue() == b"the bytes,"


def test_an_unchanged_file_is_not_read(file: Path) -> None:
    sink = Received()
    assert MirrorTransport().fetch(file.as_uri(), sink, version_of(file)) == NotModified()
    assert sink.getvalue() == b""


def test_a_copy_that_kept_its_time_is_the_same_version(file: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    copy.write_bytes(file.read_bytes())
    os.utime(copy, ns=(MODIFIED_NS, MODIFIED_NS))
    assert version_of(copy) == version_of(file)


def test_a_nanosecond_makes_another_version(file: Path) -> None:
    known = version_of(file)
    os.utime(file, ns=(MODIFIED_NS + 1, MODIFIED_NS + 1))
    sink = Received()
    assert isinstance(MirrorTransport().fetch(file.as_uri(), sink, known), Fetched)
    assert sink.getvalue() == b"the bytes,"


def test_a_file_not_there_is_absent(tmp_path: Path) -> None:
    for name in ("none.csv.gz", "no-folder/none.csv.gz"):
        url = (tmp_path / name).as_uri()
        assert MirrorTransport().fetch(url, Received(), None) == Absent("no such file")


def test_a_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SourceRefusedError, match=f"{tmp_path} is a folder"):
        MirrorTransport().fetch(tmp_path.as_uri(), Received(), None)


def test_a_pipe_is_refused_without_waiting_for_its_writer(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with pytest.raises(SourceRefusedError, match="no file"):
        MirrorTransport().fetch(pipe.as_uri(), Received(), None)


def test_a_file_one_may_not_read_is_refused(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def deny(*_: object, **__: object) -> None:
        # Tests may run as root, whom no mode bits stop.
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(file))

    monkeypatch.setattr(Path, "open", deny)
    with pytest.raises(SourceRefusedError, match="cannot be opened: Permission denied") as raised:
        MirrorTransport().fetch(file.as_uri(), Received(), None)
    assert "TAXI_CSV_BASE_URL" in raised.value.remedy


@pytest.mark.parametrize("url", ["file://mirror/file.gz", "file:file.gz", "file:///a%00b"])
def test_a_url_of_no_file_of_this_machine_is_refused(url: str) -> None:
    with pytest.raises(SourceRefusedError, match="names no file of this machine"):
        MirrorTransport().fetch(url, Received(), None)


@pytest.mark.parametrize("changed", [b"the bytes,more,", b"the b", b"THE BYTES,"])
def test_a_file_that_changes_while_it_is_read_is_read_again(file: Path, changed: bytes) -> None:
    sink = Received(lambda: file.write_bytes(changed), times=1)
    outcome = MirrorTransport().fetch(file.as_uri(), sink, None)
    assert sink.getvalue() == changed
    assert sink.restarts == 1
    assert outcome == Fetched(version_of(file))


def test_a_file_that_keeps_changing_is_unavailable(file: Path) -> None:
    contents = iter([b"once", b"and once more"])
    sink = Received(lambda: file.write_bytes(next(contents)), times=2)
    with pytest.raises(SourceUnavailableError, match="changed while it was read, 2 times"):
        MirrorTransport().fetch(file.as_uri(), sink, None)


def test_a_full_disk_is_reported_as_it_is(file: Path) -> None:
    class FullDisk(Received):
        def write(self, _data: bytes, /) -> int:  # type: ignore[override]
            raise OSError(errno.ENOSPC, "No space left on device")

    with pytest.raises(OSError, match="No space left") as raised:
        MirrorTransport().fetch(file.as_uri(), FullDisk(), None)
    assert raised.value.errno == errno.ENOSPC
