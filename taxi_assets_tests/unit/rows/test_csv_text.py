"""What is read of a gzipped CSV as plain text, wherever it is read."""

from __future__ import annotations

import gzip
import tempfile
import threading
from collections.abc import Sequence
from contextlib import closing
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from taxi_assets.lake.csv_inspection import CsvInspection
from taxi_assets.lake.landed_file import FileFacts
from taxi_assets.rows.csv_text import CsvText, csv_lines

HEADER = "a,b,c"
ROWS = ["1,2,3", "abc,,", ",,", "1,2", "", "a,é,ü", '"1,2",3,4']
BLOCK_BYTES = "taxi_assets.rows.csv_text._BLOCK_BYTES"

lines = st.sampled_from(ROWS)
ends = st.sampled_from(["\n", "\r\n"])
reads = st.lists(st.tuples(st.integers(0, 300), st.integers(0, 200)), max_size=12)


def facts_of(data: bytes) -> FileFacts:
    inspection = CsvInspection("a.csv.gz", HEADER, max_jagged_rows=1000)
    inspection.feed(data)
    return inspection.finish()


@pytest.fixture
def zipped(tmp_path: Path) -> Path:
    """A file that is not unzipped at once."""
    rows = "".join(f"{number * 7919 % 100_003},{number},3\n" for number in range(50_000))
    path = tmp_path / "a.csv.gz"
    path.write_bytes(gzip.compress(f"{HEADER}\n{rows}".encode()))
    return path


@pytest.fixture
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(BLOCK_BYTES, 1000)


@settings(max_examples=200, deadline=None)
@given(
    body=st.lists(st.tuples(lines, ends), min_size=1, max_size=40).filter(
        lambda body: any(line for line, _ in body)
    ),
    header_end=ends,
    final=st.booleans(),
    members=st.lists(st.integers(0, 500), max_size=3),
    block_bytes=st.integers(1, 50),
    kept_bytes=st.integers(0, 120),
    places=reads,
)
def test_the_text_is_that_of_the_rows_wherever_it_is_read(
    body: Sequence[tuple[str, str]],
    header_end: str,
    final: bool,
    members: Sequence[int],
    block_bytes: int,
    kept_bytes: int,
    places: Sequence[tuple[int, int]],
) -> None:
    text = HEADER + header_end + "".join(line + end for line, end in body)
    if not final and body[-1][0].count(",") >= 2:
        text = text.rstrip("\r\n")
    whole = text.encode()
    cuts = sorted({0, len(whole), *(cut % (len(whole) + 1) for cut in members)})
    data = b"".join(gzip.compress(whole[start:end], 1) for start, end in pairwise(cuts))
    facts = facts_of(data)
    rows = [line.encode() for line, _ in body if line]
    expected = (
        b"".join(row + b"\n" for row in rows) if facts.irregular else whole.partition(b"\n")[2]
    )
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr(BLOCK_BYTES, block_bytes)
        path = Path(folder) / "a.csv.gz"
        path.write_bytes(data)
        assert [line for line in csv_lines(path, facts) if line] == rows
        with closing(CsvText(path, facts, kept_bytes)) as opened:
            assert opened.size_bytes == len(expected)
            for start, length in places:
                assert opened.read(start, length) == expected[start : start + length]
            assert opened.read(0, len(expected)) == expected
        assert [each.name for each in Path(folder).iterdir()] == ["a.csv.gz"]


@pytest.mark.usefixtures("small_blocks")
@pytest.mark.parametrize("read", [0, 1, 5000])
def test_the_thread_ends_with_its_reader(zipped: Path, read: int) -> None:
    with closing(CsvText(zipped, facts_of(zipped.read_bytes()), 400)) as text:
        text.read(0, read)
    assert not any(thread.name == "unzip a.csv.gz" for thread in threading.enumerate())


@pytest.mark.usefixtures("small_blocks")
def test_what_keeps_the_file_from_being_unzipped_reaches_the_reader(zipped: Path) -> None:
    data = zipped.read_bytes()
    facts = facts_of(data)
    zipped.write_bytes(data[: len(data) // 2])
    with closing(CsvText(zipped, facts, 400)) as text:
        with pytest.raises(EOFError):
            text.read(0, text.size_bytes)
        assert isinstance(text.failure, EOFError)


@pytest.mark.usefixtures("small_blocks")
def test_a_file_that_was_exchanged_for_a_shorter_one_is_noticed(zipped: Path) -> None:
    facts = facts_of(zipped.read_bytes())
    zipped.write_bytes(gzip.compress(f"{HEADER}\n1,2,3\n".encode()))
    with closing(CsvText(zipped, facts, 400)) as text, pytest.raises(EOFError, match="shorter"):
        text.read(0, text.size_bytes)
