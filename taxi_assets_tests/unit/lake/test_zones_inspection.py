"""What is refused of the table of taxi zones."""

from __future__ import annotations

from pathlib import Path

import pytest

from taxi_assets.errors import InvalidFileError
from taxi_assets.lake.zones_inspection import ZonesInspection
from taxi_assets.source.synthetic.zones import zone_lookup
from taxi_assets.trips.zones import ZONE_COUNT

ZONES = zone_lookup()
LINES = ZONES.splitlines(keepends=True)


def inspect(data: bytes) -> int:
    inspection = ZonesInspection()
    inspection.feed(data[:100])
    inspection.feed(data[100:])
    return inspection.finish().rows


def refusal(data: bytes) -> InvalidFileError:
    with pytest.raises(InvalidFileError) as raised:
        inspect(data)
    assert raised.value.what.startswith("taxi_zone_lookup.csv")
    return raised.value


def test_the_zones_are_counted() -> None:
    assert inspect(ZONES) == ZONE_COUNT


@pytest.mark.parametrize("folder", ["nyc-tlc-data/misc", "trip-data"])
def test_the_real_zones_are_taken(real_data: Path, folder: str) -> None:
    path = real_data / folder / "taxi_zone_lookup.csv"
    if not path.exists():
        pytest.skip(f"no {path}")
    assert inspect(path.read_bytes()) == ZONE_COUNT


@pytest.mark.parametrize("line_end", [b"\n", b"\r\n"])
def test_lines_may_end_in_any_way(line_end: bytes) -> None:
    assert inspect(line_end.join(line.rstrip() for line in LINES)) == ZONE_COUNT


@pytest.mark.parametrize(
    ("data", "found"),
    [
        (b"", "an empty file"),
        (b"<!doctype html>", "an HTML page"),
        (b"<Error/>", "an XML document"),
        (b"\x1f\x8b\x08", "something else"),
    ],
    ids=["nothing", "HTML", "XML", "gzip"],
)
def test_what_is_no_table_is_refused_with_what_it_is(data: bytes, found: str) -> None:
    error = refusal(data)
    assert found in error.what
    assert "TAXI_CSV_BASE_URL" in error.remedy


def test_another_header_is_refused() -> None:
    assert "line 1: expected the columns" in refusal(ZONES.replace(b"Borough", b"County", 1)).what


def test_a_line_cut_short_is_refused_with_its_number() -> None:
    assert "line 3: " in refusal(b"".join([*LINES[:2], b'2,"Queens"\n', *LINES[3:]])).what


def test_a_zone_without_a_number_is_refused_with_its_line() -> None:
    assert "line 3: " in refusal(b"".join([*LINES[:2], b'x,"a","b","c"\n', *LINES[3:]])).what


def test_a_table_cut_at_a_line_end_is_refused_with_what_is_there() -> None:
    error = refusal(b"".join(LINES[:100]))
    assert f"99 rows with 99 different LocationIDs, expected 1 to {ZONE_COUNT}" in error.what


def test_a_zone_that_stands_there_twice_is_refused() -> None:
    error = refusal(b"".join([*LINES[:-1], LINES[1]]))
    assert f"{ZONE_COUNT} rows with {ZONE_COUNT - 1} different" in error.what


def test_a_file_far_too_long_is_refused_at_once() -> None:
    inspection = ZonesInspection()
    with pytest.raises(InvalidFileError, match="longer than"):
        inspection.feed(LINES[0] * 200_000)
