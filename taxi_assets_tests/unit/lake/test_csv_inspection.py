"""What is counted in a gzipped CSV while its bytes pass, and what is refused of it."""

from __future__ import annotations

import gzip
import time
from collections.abc import Sequence
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from taxi_assets.errors import InvalidFileError
from taxi_assets.lake.csv_inspection import CsvInspection
from taxi_assets.lake.landed_file import FileFacts, LineEnd

NAME = "green_tripdata_2020-04.csv.gz"
HEADER = "a,b,c"
LIMIT = 1000

values = st.text(st.characters(codec="ascii", categories=("L", "N", "P")), max_size=5).map(
    lambda text: text.replace(",", ".").replace('"', "'")
)
rows = st.lists(values, min_size=3, max_size=3).map(",".join)
short_rows = st.lists(values, min_size=1, max_size=2).map(",".join).filter(bool)
ends = st.sampled_from(["\n", "\r\n"])


def inspect(data: bytes, max_jagged_rows: int = LIMIT, block_bytes: int | None = None) -> FileFacts:
    """Let the bytes pass in blocks of that size."""
    inspection = CsvInspection(NAME, HEADER, max_jagged_rows)
    size = block_bytes or max(len(data), 1)
    for start in range(0, len(data), size):
        inspection.feed(data[start : start + size])
    return inspection.finish()


def zipped(*lines: str, end: str = "\n") -> bytes:
    """The header and these lines, gzipped."""
    return gzip.compress("".join(line + end for line in (HEADER, *lines)).encode())


def refusal(data: bytes, max_jagged_rows: int = LIMIT) -> InvalidFileError:
    """What the bytes are refused with."""
    with pytest.raises(InvalidFileError) as raised:
        inspect(data, max_jagged_rows)
    assert raised.value.what.startswith(NAME)
    return raised.value


@settings(max_examples=200, deadline=None)
@given(
    lines=st.lists(st.tuples(st.one_of(rows, short_rows, st.just("")), ends), max_size=30),
    header_end=ends,
    last=st.one_of(st.none(), rows),
    members=st.lists(st.integers(0, 2000), max_size=3),
    block_bytes=st.integers(1, 500),
)
def test_any_lines_are_counted_however_the_bytes_arrive(
    lines: Sequence[tuple[str, str]],
    header_end: str,
    last: str | None,
    members: Sequence[int],
    block_bytes: int,
) -> None:
    text = "".join([HEADER, header_end, *(line + end for line, end in lines), last or ""]).encode()
    found = [line for line, _ in lines if line] + ([last] if last else [])
    cuts = sorted({0, len(text), *(cut % (len(text) + 1) for cut in members)})
    data = b"".join(gzip.compress(text[start:end]) for start, end in pairwise(cuts))
    if not found:
        assert "a header but no rows" in refusal(data).what
        return
    line_ends = {header_end, *(end for _, end in lines)}
    expected: LineEnd = "mixed"
    if len(line_ends) == 1:
        expected = "\n" if header_end == "\n" else "\r\n"
    facts = inspect(data, block_bytes=block_bytes)
    assert facts == FileFacts(
        rows=len(found),
        jagged_rows=sum(line.count(",") < 2 for line in found),
        blank_lines=len(lines) + (last is not None) - len(found),
        line_end=expected,
        uncompressed_bytes=len(text),
        csv_columns=("a", "b", "c"),
    )


def test_text_that_unzips_to_many_times_its_size_is_counted() -> None:
    data = gzip.compress((HEADER + "\n" + "1,2,3\n" * 700_000).encode())
    facts = inspect(data)
    assert facts.rows == 700_000
    assert facts.uncompressed_bytes == 4_200_006
    assert inspect(data, block_bytes=100) == facts


def test_a_quoted_value_may_hold_a_comma() -> None:
    facts = inspect(zipped('1,"2,3",4', '1,"",4', '1,"say ""2,3""",4'))
    assert (facts.rows, facts.jagged_rows) == (3, 0)


def test_a_row_in_quotes_may_be_short() -> None:
    assert inspect(zipped('1,"2,3"')).jagged_rows == 1


@pytest.mark.parametrize("name", ["\ufeffa,b,c", '"a","b","c"', "a, b, c", '\ufeff"a",b,c'])
def test_a_header_may_have_a_mark_quotes_or_spaces(name: str) -> None:
    assert inspect(gzip.compress(f"{name}\n1,2,3\n".encode())).rows == 1


@pytest.mark.parametrize(
    ("header", "words"),
    [
        ("a,b", "missing: c)"),
        ("a,c", "missing: b)"),
        ("a,b,c,a", "twice: a)"),
        ("a,b,d", "missing: c; not expected: d)"),
        ("a,x,c", "missing: b; not expected: x)"),
        ("b,a,c", "the columns stand in another order)"),
        ("A,A,c", "missing: b; twice: a)"),
        ("1,2,3", "missing: a, b, c; not expected: 1, 2, 3)"),
        ("", "missing: a, b, c"),
    ],
)
def test_another_header_is_refused_with_the_differences(header: str, words: str) -> None:
    error = refusal(gzip.compress(f"{header}\n1,2,3\n".encode()))
    assert error.what.startswith(f"{NAME}, line 1: ")
    assert words in error.what
    assert f"expected {HEADER!r}, found {header!r}" in error.what
    assert "taxi_assets/trips" in error.remedy


@pytest.mark.parametrize(
    ("header", "columns", "left_out"),
    [
        ("a,b,c,d", ("a", "b", "c", "d"), ("d",)),
        (",a,b,c", ("", "a", "b", "c"), ("column 1",)),
        ("a,x,b,y,c", ("a", "x", "b", "y", "c"), ("x", "y")),
        ('a,"x,y",b,c', ("a", "x,y", "b", "c"), ("x,y",)),
        ("a,b,c,x,x,A", ("a", "b", "c", "x", "x", "A"), ("x", "x", "A")),
    ],
)
def test_columns_that_are_not_declared_are_named_wherever_they_stand(
    header: str, columns: tuple[str, ...], left_out: tuple[str, ...]
) -> None:
    line = ",".join("1" * len(columns))
    facts = inspect(gzip.compress(f"{header}\n{line}\n{line}\n".encode()))
    assert (facts.csv_columns, facts.left_out) == (columns, left_out)
    assert (facts.rows, facts.jagged_rows) == (2, 0)


def test_a_header_alone_is_no_month() -> None:
    for data in (zipped(), gzip.compress(HEADER.encode()), zipped("", "")):
        assert "a header but no rows" in refusal(data).what


def test_no_line_at_all_is_no_month() -> None:
    assert "no line" in refusal(gzip.compress(b"")).what


@pytest.mark.parametrize(
    ("data", "found"),
    [
        (b"", "an empty file"),
        (b"<!DOCTYPE html><html>Not found</html>", "an HTML page: '<!DOCTYPE html>"),
        (b"\r\n <HTML><body>", "an HTML page"),
        (b"<?xml version='1.0'?><Error><Code>AccessDenied</Code></Error>", "an XML document"),
        (b"\xef\xbb\xbf<Error/>", "an XML document"),
        (b'{"message": "Not Found"}', 'something else, which begins \'{"message"'),
        (b"a,b,c\n1,2,3\n", "something else, which begins 'a,b,c 1,2,3'"),
        (b"PK\x03\x04", "something else"),
        (b"\x1f", "something else"),
    ],
    ids=["nothing", "HTML", "HTML below", "XML", "XML with a mark", "JSON", "CSV", "zip", "a byte"],
)
def test_what_is_no_gzip_is_refused_with_what_it_is(data: bytes, found: str) -> None:
    error = refusal(data)
    assert error.what.startswith(f"{NAME}, byte 0: found ")
    assert found in error.what
    assert error.what.endswith("instead of a gzipped CSV")
    assert "TAXI_CSV_BASE_URL" in error.remedy


def test_a_git_lfs_pointer_is_refused_with_the_command_that_helps() -> None:
    error = refusal(b"version https://git-lfs.github.com/spec/v1\noid sha256:55990935\nsize 7\n")
    assert error.what.startswith(f"{NAME}, line 1: found a Git LFS pointer")
    assert "git lfs pull" in error.remedy


def test_content_is_refused_before_the_rest_has_come() -> None:
    inspection = CsvInspection(NAME, HEADER, LIMIT)
    with pytest.raises(InvalidFileError, match="an HTML page"):
        inspection.feed(b"<html>")


@pytest.mark.parametrize("cut", [1, 4, 8, 9, 20])
def test_a_gzip_cut_short_is_refused_with_how_far_it_came(cut: int) -> None:
    error = refusal(zipped(*["1,2,3"] * 50)[:-cut])
    assert "the file was cut short" in error.what
    assert "after line" in error.what
    assert "again" in error.remedy


@pytest.mark.parametrize("cut", [1, 8, 9, 20])
def test_a_second_gzip_cut_short_is_refused(cut: int) -> None:
    assert "cut short" in refusal(zipped("1,2,3") + gzip.compress(b"4,5,6\n")[:-cut]).what


def test_damaged_gzip_data_are_refused() -> None:
    data = bytearray(zipped(*(f"{number},2,3" for number in range(500))))
    data[-6] ^= 1
    assert "the gzip data are damaged" in refusal(bytes(data)).what
    data[len(data) // 2] ^= 0xFF
    assert "the gzip data are damaged" in refusal(bytes(data)).what


@pytest.mark.parametrize("tail", [b"x", b"garbage that is not gzip", b"\0\0x"])
def test_what_follows_the_gzip_data_is_refused(tail: bytes) -> None:
    refusal(zipped("1,2,3") + tail)


def test_a_row_that_is_too_long_is_refused_with_its_line_and_text() -> None:
    error = refusal(zipped("1,2,3", "1,2,3,4,5", "1,2,3"))
    assert error.what == f"{NAME}, line 3: 5 values where the header has 3 columns: '1,2,3,4,5'"


def test_a_row_too_long_is_found_in_any_block() -> None:
    lines = ["1,2,3"] * 400_000
    lines[300_000] = "1,2,3,4"
    assert f"{NAME}, line 300002: 4 values" in refusal(zipped(*lines)).what


def test_short_rows_are_counted_up_to_the_limit() -> None:
    data = zipped("1,2,3", "1,2", "1", "1,2,3")
    assert inspect(data, max_jagged_rows=2).jagged_rows == 2
    error = refusal(data, max_jagged_rows=1)
    assert "more than 1 rows" in error.what
    assert "lines 3, 4" in error.what
    assert "TAXI_MAX_JAGGED_ROWS" in error.remedy


def test_only_the_first_of_many_short_rows_are_named() -> None:
    error = refusal(zipped(*["1,2"] * 50), max_jagged_rows=20)
    assert "the first are lines 2, 3, 4, 5, 6" in error.what
    assert "7" not in error.what


@pytest.mark.parametrize("last", ["1", "1,2", "1,", '1,"2'])
def test_a_short_last_line_without_its_end_is_a_file_cut_short(last: str) -> None:
    error = refusal(gzip.compress(f"{HEADER}\n1,2,3\n{last}".encode()))
    assert error.what.startswith(f"{NAME}, line 3: ")
    assert "cut short" in error.what
    assert repr(last) in error.what


def test_a_short_last_line_with_its_end_is_jagged() -> None:
    assert inspect(zipped("1,2,3", "1,2")).jagged_rows == 1


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_the_last_line_needs_no_end(end: str) -> None:
    facts = inspect(gzip.compress(f"{HEADER}{end}1,2,3{end}4,5,6".encode()))
    assert facts.rows == 2
    assert facts.line_end == end


@pytest.mark.parametrize(
    "line",
    ['1,"2,3', '1,"2"x,3', "1,2\r3,4", '1,"2\r",3', '"' + "x" * 200_000 + '",2,3'],
    ids=["open quote", "text behind a quote", "return", "quoted return", "long value"],
)
def test_a_line_that_no_csv_reader_takes_is_refused_with_its_number(line: str) -> None:
    assert refusal(zipped("1,2,3", line, "1,2,3")).what.startswith(f"{NAME}, line 3: ")


def test_text_in_another_encoding_is_refused_with_its_line() -> None:
    data = gzip.compress(f"{HEADER}\n1,2,3\n1,é,3\n".encode("latin-1"))
    assert refusal(data).what.startswith(f"{NAME}, line 3: ")


def test_text_without_line_ends_is_refused_before_it_fills_the_memory() -> None:
    data = gzip.compress(f"{HEADER}\n1,2,3\n".encode() + b"x" * (4 << 20))
    inspection = CsvInspection(NAME, HEADER, LIMIT)
    with pytest.raises(InvalidFileError, match="line 3"):
        inspection.feed(data[:-8])


@pytest.mark.parametrize("block_bytes", [1, 7, None])
@pytest.mark.parametrize("zeros", [1, 512, 3 << 20])
def test_zeros_behind_the_gzip_data_are_passed_over(zeros: int, block_bytes: int | None) -> None:
    data = zipped("1,2,3") + bytes(min(zeros, 600) if block_bytes else zeros)
    facts = inspect(data, block_bytes=block_bytes)
    assert (facts.rows, facts.padded) == (1, True)
    again = inspect(data + gzip.compress(b"4,5,6\n"), block_bytes=block_bytes)
    assert (again.rows, again.padded) == (2, True)


LONG = [f"{number},2,3" for number in range(200_000)]


@pytest.mark.parametrize(
    ("text", "says", "remedy"),
    [
        (zipped("1,2,3"), "it is gzipped twice", "unzip the file once"),
        (zipped(*LONG), "it is gzipped twice", "unzip the file once"),
        (f"{HEADER}\n1,2,3\n".encode("utf-16"), "in UTF-16, and not in UTF-8: 'a,b,c", "iconv"),
        (f"{HEADER}\n1,2,3\n".encode("utf-16-be"), "in UTF-16, and not in UTF-8", "iconv"),
        (f"{HEADER}\r1,2,3\r".encode(), "end in carriage returns alone", r"tr '\r' '\n'"),
        ("\r".join([HEADER, *LONG]).encode(), "carriage returns alone (as on old Macs): 'a", "tr"),
        (b"green.csv" + bytes(91) + b"0000644\0" + f"{HEADER}\n".encode(), "it is no text", "tar"),
    ],
    ids=["twice", "twice, long", "UTF-16", "UTF-16 without a mark", "CR", "CR, long", "tar"],
)
def test_what_is_zipped_in_place_of_lines_is_named(text: bytes, says: str, remedy: str) -> None:
    error = refusal(gzip.compress(text, 1))
    assert error.what.startswith(f"{NAME}, line 1: ")
    assert says in error.what
    assert remedy in error.remedy


def test_text_in_utf_16_that_is_not_zipped_is_named() -> None:
    error = refusal(f"{HEADER}\n1,2,3\n".encode("utf-16"))
    assert "found text in UTF-16, which begins 'a,b,c" in error.what


def test_a_column_without_a_name_is_named_among_others() -> None:
    error = refusal(gzip.compress(b",a,b\n0,1,2\n"))
    assert "missing: c; not expected: a column without a name)" in error.what


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_blank_lines_without_end_are_refused_with_the_first_of_them(end: str) -> None:
    unzipped = f"{HEADER}{end}1,2,3{end}".encode() + end.encode() * 31_000_000
    data = gzip.compress(unzipped, 1) if end == "\n" else zipped("1,2,3", *[""] * 40_000, end=end)
    started = time.process_time()
    inspection = CsvInspection(NAME, HEADER, LIMIT)
    with pytest.raises(
        InvalidFileError, match=r"line 10,00\d: 10,00\d of the lines so far are blank"
    ):
        inspection.feed(data)
    assert time.process_time() - started < 5


def test_a_blank_line_behind_each_row_is_passed_over() -> None:
    lines = ["1,2,3", ""] * 20_000
    assert inspect(zipped(*lines)).rows == 20_000


def test_text_larger_than_allowed_is_refused_while_it_passes() -> None:
    inspection = CsvInspection(NAME, HEADER, LIMIT, largest_bytes=3e6)
    with pytest.raises(InvalidFileError, match=r"unzipped, it has more than 0\.003 GB") as raised:
        inspection.feed(gzip.compress((HEADER + "\n" + "1,2,3\n" * 700_000).encode(), 1)[:-8])
    assert "TAXI_MAX_FILE_GB" in raised.value.remedy
