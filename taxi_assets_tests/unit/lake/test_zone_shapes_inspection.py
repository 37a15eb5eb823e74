"""What is taken and what is refused of the zipped shapes of the zones."""

from __future__ import annotations

import io
import zipfile
from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from taxi_assets.errors import InvalidFileError
from taxi_assets.lake.shapefile import read_shapes
from taxi_assets.lake.zones_inspection import ZoneShapesInspection
from taxi_assets.source.synthetic.zone_shapes import zone_shapes

NAME = "taxi_zones.zip"
TWIN = zone_shapes()
STEM = "taxi_zones/taxi_zones"


def inspect(data: bytes) -> int:
    inspection = ZoneShapesInspection()
    for start in range(0, len(data), 1000):
        inspection.feed(data[start : start + 1000])
    return inspection.finish().rows


def refusal(data: bytes) -> str:
    with pytest.raises(InvalidFileError) as raised:
        inspect(data)
    assert raised.value.what.startswith(NAME)
    assert "TAXI_PARQUET_BASE_URL" in raised.value.remedy
    return raised.value.what


def repacked(**changes: Callable[[bytes], bytes | None]) -> bytes:
    """The twin with parts changed by suffix; None leaves a part out."""
    packed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(TWIN)) as old, zipfile.ZipFile(packed, "w") as new:
        for name in old.namelist():
            data: bytes | None = old.read(name)
            if change := changes.get(name.rpartition(".")[2]):
                data = change(old.read(name))
            if data is not None:
                new.writestr(name, data)
    return packed.getvalue()


def odd_ids(data: bytes) -> tuple[Mapping[int, int], set[int]]:
    """The zones with several shapes, and those of 1 to 263 without one."""
    found = Counter(shape.location_id for shape in read_shapes(NAME, data))
    return {zone: n for zone, n in found.items() if n > 1}, {*range(1, 264)} - found.keys()


def test_the_twin_has_the_odd_ids_of_the_real_file(real_data: Path) -> None:
    real = (real_data / "misc" / NAME).read_bytes()
    assert inspect(real) == inspect(TWIN) == 263
    assert odd_ids(real) == odd_ids(TWIN) == ({56: 2, 103: 3}, {57, 104, 105})


def test_the_shapes_are_counted() -> None:
    assert inspect(TWIN) == 263
    assert zone_shapes() == TWIN, "the same bytes each day"


def test_a_zip_without_a_folder_is_taken() -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(TWIN)) as old, zipfile.ZipFile(packed, "w") as new:
        for name in old.namelist():
            new.writestr(name.rpartition("/")[2], old.read(name))
    assert inspect(packed.getvalue()) == 263


def test_what_is_no_zip_is_refused_with_what_it_is() -> None:
    with pytest.raises(InvalidFileError, match="an HTML page"):
        inspect(b"<!doctype html><title>not found</title>")
    with pytest.raises(InvalidFileError, match="an empty file"):
        inspect(b"")


def test_a_file_cut_short_is_refused() -> None:
    assert "damaged zip" in refusal(TWIN[: len(TWIN) // 2])


def test_a_changed_byte_is_seen_by_the_zips_checksum() -> None:
    place = len(TWIN) // 3
    changed = bytearray(TWIN)
    changed[place] ^= 1
    assert "damaged zip" in refusal(bytes(changed))


@pytest.mark.parametrize("suffix", ["shp", "shx", "dbf", "prj"])
def test_a_part_that_is_missing_is_named(suffix: str) -> None:
    said = refusal(repacked(**{suffix: lambda _: None}))
    assert (f"lacks {STEM}.{suffix}" in said) or "holds 0 files .shp" in said


def test_shapes_in_another_projection_are_refused() -> None:
    assert "not EPSG:2263, but 'GEOGCS" in refusal(repacked(prj=lambda _: b'GEOGCS["WGS 84"]'))


def test_a_zone_that_is_none_is_refused_with_its_number() -> None:
    said = refusal(repacked(dbf=lambda data: data.replace(b" 263Synthetic", b" 300Synthetic")))
    assert said.endswith("shape 263: its LocationID is 300, expected 1 to 265")


def test_a_table_without_the_zones_numbers_is_refused() -> None:
    said = refusal(repacked(dbf=lambda data: data.replace(b"LocationID", b"LocationNO", 1)))
    assert "shape 1: it has no locationid" in said


def test_polygons_cut_short_are_refused() -> None:
    assert "cannot be read" in refusal(repacked(shp=lambda data: data[:5000]))


def test_places_far_from_the_city_are_refused() -> None:
    def moved(data: bytes) -> bytes:
        # The first coordinate of the first shape: behind both headers, box, counts and one part.
        place = 100 + 8 + 44 + 4
        return data[:place] + bytes(8) + data[place + 8 :]

    assert "shape 1: its point 0.0, " in refusal(repacked(shp=moved))
