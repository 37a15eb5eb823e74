"""What a lake in a folder keeps, and what it makes of a folder that others had their hands in."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import shutil
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from taxi_assets.errors import StorageError
from taxi_assets.lake.folder import FolderLake
from taxi_assets.lake.landed_file import FileFacts, LandedFile

NAME = "green/green_tripdata_2020-04.csv.gz"
NOBODY = 65534


def landed(data: bytes, name: str = NAME) -> LandedFile:
    return LandedFile(
        name=name,
        url=f"https://host/{name}",
        etag='"v1"',
        last_modified=None,
        sha256=hashlib.sha256(data).hexdigest(),
        size_bytes=len(data),
        facts=FileFacts(rows=3, line_end="\n", uncompressed_bytes=99),
        landed_at=datetime(2026, 1, 1, tzinfo=UTC),
    )


def put(lake: FolderLake, data: bytes, name: str = NAME) -> LandedFile:
    with lake.receive(name) as arrival:
        arrival.write(data)
        arrival.publish(landed(data, name))
    return landed(data, name)


@pytest.fixture
def lake(tmp_path: Path) -> FolderLake:
    return FolderLake(tmp_path / "a lake")


def test_a_file_lies_under_its_name_byte_for_byte_with_a_note_beside_it(lake: FolderLake) -> None:
    put(lake, b"the bytes")
    assert lake.path(NAME) == lake.folder / NAME
    assert lake.path(NAME).read_bytes() == b"the bytes"
    note = json.loads((lake.folder / f"{NAME}.json").read_text("utf-8"))["landed"]
    assert note["url"] == f"https://host/{NAME}"
    assert note["etag"] == '"v1"'
    assert note["sha256"] == hashlib.sha256(b"the bytes").hexdigest()
    assert note["size_bytes"] == 9
    assert note["facts"]["rows"] == 3


def test_what_is_known_of_a_file_is_found_again(lake: FolderLake) -> None:
    assert lake.find(NAME) is None
    wanted = put(lake, b"the bytes")
    assert lake.find(NAME) == wanted
    with lake.local_copy(wanted) as copy:
        assert copy.path.read_bytes() == b"the bytes"


def test_files_are_listed_by_the_beginning_of_their_names(lake: FolderLake) -> None:
    assert lake.find_all("green/") == []
    for month in ("2020-05", "2020-04"):
        put(lake, b"green", f"green/green_tripdata_{month}.csv.gz")
    put(lake, b"yellow", "yellow/yellow_tripdata_2020-04.csv.gz")
    names = [found.name for found in lake.find_all("green/green_tripdata_")]
    assert names == [f"green/green_tripdata_{month}.csv.gz" for month in ("2020-04", "2020-05")]


def test_a_file_is_not_there_before_it_is_published(lake: FolderLake) -> None:
    with lake.receive(NAME) as arrival:
        arrival.write(b"half of")
        assert lake.find(NAME) is None
        assert not lake.path(NAME).exists()
    assert lake.find(NAME) is None
    assert not any(path.name.endswith(".gz") for path in lake.folder.rglob("*"))


def test_what_was_there_stays_until_the_new_file_is_published(lake: FolderLake) -> None:
    old = put(lake, b"old")
    with lake.receive(NAME) as arrival:
        arrival.write(b"new, and found to be bad")
        assert lake.path(NAME).read_bytes() == b"old"
    assert lake.find(NAME) == old
    new = put(lake, b"newer")
    assert lake.find(NAME) == new
    assert lake.path(NAME).read_bytes() == b"newer"


def test_an_arrival_can_begin_again(lake: FolderLake) -> None:
    with lake.receive(NAME) as arrival:
        arrival.write(b"a version that changed on its way")
        arrival.restart()
        arrival.write(b"the ")
        arrival.write(b"bytes")
        arrival.publish(landed(b"the bytes"))
    assert lake.path(NAME).read_bytes() == b"the bytes"
    assert lake.find(NAME) is not None


def test_a_note_can_be_replaced_alone(lake: FolderLake) -> None:
    first = put(lake, b"the bytes")
    second = first.model_copy(update={"etag": '"v2"'})
    lake.revise(first, lambda _: second)
    assert lake.find(NAME) == second


def test_a_copy_with_another_time_is_known_by_its_bytes(lake: FolderLake, tmp_path: Path) -> None:
    wanted = put(lake, b"the bytes")
    shutil.copytree(lake.folder, tmp_path / "copy", copy_function=shutil.copyfile)
    copy = FolderLake(tmp_path / "copy")
    os.utime(copy.path(NAME), ns=(1, 1))
    assert copy.find(NAME) == wanted


@pytest.mark.parametrize("data", [b"THE BYTES", b"the bytes and more", b"the", b""])
def test_a_note_that_is_of_other_bytes_does_not_count(lake: FolderLake, data: bytes) -> None:
    put(lake, b"the bytes")
    lake.path(NAME).write_bytes(data)
    os.utime(lake.path(NAME), ns=(1, 1))
    assert lake.find(NAME) is None
    assert lake.find_all("green/") == []


@pytest.mark.parametrize("text", ["", "{", "{}", "[]", '{"landed": null, "mtime_ns": 1}', "\0"])
def test_a_note_that_cannot_be_read_does_not_count(lake: FolderLake, text: str) -> None:
    put(lake, b"the bytes")
    (lake.folder / f"{NAME}.json").write_text(text, "utf-8")
    assert lake.find(NAME) is None
    assert put(lake, b"the bytes") == lake.find(NAME)


def test_half_of_a_file_is_not_there(lake: FolderLake) -> None:
    put(lake, b"the bytes")
    (lake.folder / f"{NAME}.json").unlink()
    assert lake.find(NAME) is None
    put(lake, b"the bytes")
    lake.path(NAME).unlink()
    assert lake.find(NAME) is None
    assert lake.find_all("green/") == []


def test_what_a_killed_arrival_left_is_overwritten(lake: FolderLake) -> None:
    partial = lake.folder / ".arriving" / NAME
    partial.parent.mkdir(parents=True)
    partial.write_bytes(b"what a killed process had received, longer than the file itself")
    partial.with_name(f"{partial.name}.lock").touch()
    put(lake, b"the bytes")
    assert lake.path(NAME).read_bytes() == b"the bytes"
    assert not partial.exists()


def test_what_was_killed_between_file_and_note_lands_again(lake: FolderLake) -> None:
    put(lake, b"old")
    lake.path(NAME).write_bytes(b"published, but the note is not written yet")
    assert lake.find(NAME) is None
    assert put(lake, b"the bytes") == lake.find(NAME)


def test_many_arrivals_leave_nothing_but_files_notes_and_locks(lake: FolderLake) -> None:
    for number in range(3):
        put(lake, b"the bytes" * number)
    found = sorted(
        str(path.relative_to(lake.folder)) for path in lake.folder.rglob("*") if path.is_file()
    )
    assert [name for name in found if not name.endswith(".lock")] == [NAME, f"{NAME}.json"]


def test_of_several_that_receive_a_file_each_waits_for_the_one_before(lake: FolderLake) -> None:
    inside = threading.Semaphore(1)
    crowded = threading.Event()

    def receive(data: bytes) -> None:
        with lake.receive(NAME) as arrival:
            if not inside.acquire(blocking=False):
                crowded.set()
            for start in range(len(data)):
                arrival.write(data[start : start + 1])
            arrival.publish(landed(data))
            inside.release()

    contents = [bytes([ord("a") + number]) * 200 for number in range(6)]
    threads = [threading.Thread(target=receive, args=(data,)) for data in contents]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=20)
    assert not crowded.is_set()
    found = lake.find(NAME)
    assert found is not None
    assert found in [landed(data) for data in contents]
    assert hashlib.sha256(lake.path(NAME).read_bytes()).hexdigest() == found.sha256


def test_files_of_different_names_arrive_at_the_same_time(lake: FolderLake) -> None:
    with lake.receive(NAME) as first, lake.receive("green/other.csv.gz") as second:
        first.write(b"1")
        second.write(b"2")


@contextmanager
def nobody() -> Iterator[None]:
    """Be no longer root, for whom modes of files hold no more than the others."""
    am_root = os.geteuid() == 0
    if am_root:
        os.seteuid(NOBODY)
    try:
        yield
    finally:
        if am_root:
            os.seteuid(0)


@contextmanager
def nobody_may_write(folder: Path) -> Iterator[None]:
    """Take the right to write below the folder, from root, too."""
    for path in (folder, *(each for each in folder.rglob("*") if each.is_dir())):
        path.chmod(0o555)
    try:
        with nobody():
            yield
    finally:
        for path in (folder, *(each for each in folder.rglob("*") if each.is_dir())):
            path.chmod(0o755)


@pytest.fixture
def public_folder() -> Iterator[Path]:
    """A folder that every user may look into, unlike pytest's own."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


@pytest.mark.parametrize("used_before", [False, True])
def test_a_folder_one_may_not_write_is_refused_with_the_setting(
    public_folder: Path, used_before: bool
) -> None:
    lake = FolderLake(public_folder / "lake")
    lake.folder.mkdir()
    if used_before:
        put(lake, b"the bytes")
    with (
        nobody_may_write(lake.folder),
        pytest.raises(StorageError, match=r"cannot write .*: Permission denied") as refusal,
    ):
        put(lake, b"other bytes")
    assert str(lake.folder) in refusal.value.what
    assert "TAXI_LAKE" in refusal.value.remedy
    if used_before:
        assert lake.path(NAME).read_bytes() == b"the bytes"


@pytest.mark.parametrize("target", ["lake", "x" * 300, "/proc/lake"], ids=["loop", "long", "proc"])
def test_a_folder_that_cannot_be_made_is_refused(tmp_path: Path, target: str) -> None:
    (tmp_path / "lake").symlink_to("lake")  # to itself
    with pytest.raises(StorageError, match=r"cannot write .*/green_tripdata_2020-04"):
        put(FolderLake(tmp_path / target), b"the bytes")


@pytest.mark.parametrize("in_the_way", ["", ".arriving", "green"])
def test_a_file_where_a_folder_should_be_is_refused(lake: FolderLake, in_the_way: str) -> None:
    path = lake.folder / in_the_way
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch()
    with pytest.raises(StorageError, match=f"cannot write {lake.folder}"):
        put(lake, b"the bytes")


@pytest.mark.parametrize("in_the_way", [NAME, f"{NAME}.json"])
def test_a_folder_where_a_file_should_be_is_refused(lake: FolderLake, in_the_way: str) -> None:
    (lake.folder / in_the_way).mkdir(parents=True)
    with pytest.raises(StorageError, match=f"cannot write {lake.folder}"):
        put(lake, b"the bytes")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full on this system")
def test_a_full_disk_is_refused_with_the_room_there_is(lake: FolderLake) -> None:
    partial = lake.folder / ".arriving" / NAME
    partial.parent.mkdir(parents=True)
    partial.symlink_to("/dev/full")
    with pytest.raises(StorageError, match=r"no room for .*MB free") as refusal:
        put(lake, b"the bytes")
    assert os.strerror(errno.ENOSPC) in refusal.value.what
    assert "run again" in refusal.value.remedy
    assert lake.find(NAME) is None


@pytest.mark.parametrize("forbidden", ["note", "file", "folder"])
def test_what_may_not_be_read_is_no_missing_month(public_folder: Path, forbidden: str) -> None:
    lake = FolderLake(public_folder / "lake")
    put(lake, b"the bytes")
    path = lake.path(NAME)
    os.utime(path, ns=(1, 1))  # a copy, so that its bytes decide
    place = {"note": path.with_name(f"{path.name}.json"), "file": path, "folder": path.parent}
    place[forbidden].chmod(0)
    with nobody(), pytest.raises(StorageError, match=r"cannot read .*Permission denied") as told:
        lake.find_all("green/green_tripdata_")
    with nobody(), pytest.raises(StorageError, match="cannot read"):
        lake.find(NAME)
    assert str(place[forbidden]) in told.value.what
    assert "let this user read it" in told.value.remedy
