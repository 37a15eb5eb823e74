"""What the plain pieces hold that a gzipped CSV is unzipped into."""

from __future__ import annotations

import gzip
import tempfile
from collections.abc import Sequence
from contextlib import closing
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from taxi_assets.lake.csv_chunks import csv_chunks
from taxi_assets.lake.csv_inspection import CsvInspection
from taxi_assets.lake.landed_file import FileFacts

HEADER = "a,b,c"

READ_BYTES = "taxi_assets.lake.csv_chunks._READ_BYTES"

lines = st.sampled_from(["1,2,3", "abc,,", ",,", "1,2", "", "a,é,ü", '"1,2",3,4'])
ends = st.sampled_from(["\n", "\r\n"])


def facts_of(data: bytes) -> FileFacts:
    inspection = CsvInspection("a.csv.gz", HEADER, max_jagged_rows=1000)
    inspection.feed(data)
    return inspection.finish()


@pytest.fixture
def zipped(tmp_path: Path) -> Path:
    """A file of 1000 rows."""
    path = tmp_path / "a.csv.gz"
    path.write_bytes(gzip.compress((HEADER + "\n" + "1,2,3\n" * 1000).encode()))
    return path


@pytest.fixture
def small_reads(monkeypatch: pytest.MonkeyPatch) -> None:
    """Read a little at a time: a piece is no shorter than what is read at once."""
    monkeypatch.setattr(READ_BYTES, 100)


@pytest.fixture
def scratch(tmp_path: Path) -> Path:
    folder = tmp_path / "scratch"
    folder.mkdir()
    return folder


@settings(max_examples=150, deadline=None)
@given(
    body=st.lists(st.tuples(lines, ends), min_size=1, max_size=40).filter(
        lambda body: any(line for line, _ in body)
    ),
    header_end=ends,
    final=st.booleans(),
    members=st.lists(st.integers(0, 500), max_size=3),
    chunk_bytes=st.integers(1, 120),
    read_bytes=st.integers(1, 50),
)
def test_the_pieces_are_the_rows_whole_and_in_order(
    body: Sequence[tuple[str, str]],
    header_end: str,
    final: bool,
    members: Sequence[int],
    chunk_bytes: int,
    read_bytes: int,
) -> None:
    text = HEADER + header_end + "".join(line + end for line, end in body)
    if not final and body[-1][0].count(",") >= 2:
        text = text.rstrip("\r\n")
    whole = text.encode()
    cuts = sorted({0, len(whole), *(cut % (len(whole) + 1) for cut in members)})
    data = b"".join(gzip.compress(whole[start:end], 1) for start, end in pairwise(cuts))
    facts = facts_of(data)
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr(READ_BYTES, read_bytes)
        path = Path(folder) / "a.csv.gz"
        path.write_bytes(data)
        with closing(csv_chunks(path, facts, Path(folder), chunk_bytes)) as pieces:
            found = [piece.read_bytes() for piece in pieces]
        assert [each.name for each in Path(folder).iterdir()] == ["a.csv.gz"]
    assert all(found), "a piece without rows is of no use"
    assert all(piece.endswith(b"\n") for piece in found[:-1])
    if facts.irregular:
        assert b"".join(found).decode().splitlines() == [line for line, _ in body if line]
        assert b"\r" not in b"".join(found)
    else:
        assert b"".join(found) == whole.partition(b"\n")[2], "byte for byte, but for the header"


@pytest.mark.usefixtures("small_reads")
def test_a_piece_is_gone_when_the_next_one_is_there(zipped: Path, scratch: Path) -> None:
    before: Path | None = None
    count = 0
    with closing(csv_chunks(zipped, facts_of(zipped.read_bytes()), scratch, 1000)) as pieces:
        for piece in pieces:
            assert piece.exists()
            assert before is None or not before.exists()
            assert len(list(scratch.iterdir())) <= 3, "one is read, one waits, one is written"
            before, count = piece, count + 1
    assert count > 3
    assert list(scratch.iterdir()) == []


@pytest.mark.usefixtures("small_reads")
@pytest.mark.parametrize("read", [0, 1, 3])
def test_nothing_is_left_when_the_reader_stops_early(
    zipped: Path, scratch: Path, read: int
) -> None:
    with closing(csv_chunks(zipped, facts_of(zipped.read_bytes()), scratch, 1000)) as pieces:
        for _ in range(read):
            next(pieces)
    assert list(scratch.iterdir()) == []


def test_what_keeps_the_pieces_from_being_written_reaches_the_reader(
    zipped: Path, tmp_path: Path
) -> None:
    nowhere = tmp_path / "not there"
    with pytest.raises(FileNotFoundError, match="not there"):
        list(csv_chunks(zipped, facts_of(zipped.read_bytes()), nowhere))


def test_blank_lines_alone_make_no_piece(scratch: Path) -> None:
    path = scratch.parent / "a.csv.gz"
    data = gzip.compress(f"{HEADER}\n1,2,3\n\n\n\n".encode())
    path.write_bytes(data)
    with closing(csv_chunks(path, facts_of(data), scratch, chunk_bytes=6)) as pieces:
        assert [piece.read_bytes() for piece in pieces] == [b"1,2,3\n"]
