"""What is judged of a month's rows before anybody sees them: each fault by itself is enough."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from taxi_assets.errors import DamagedCopyError, InvalidFileError
from taxi_assets.lake.landed_file import LandedFile
from taxi_assets.lake.landing import inspection_of
from taxi_assets.lake.local_copy import LocalCopy
from taxi_assets.rows.reading import OpenMonth
from taxi_assets.trips.file import FileFormat, TripFile
from taxi_assets.trips.green import GREEN
from taxi_assets.trips.month import Month
from taxi_assets.warehouse.audit import MonthAudit, judge, judge_figures
from taxi_assets_tests.published import csv_month

FILE = TripFile(GREEN, Month(2020, 4), FileFormat.CSV)
SOUND = MonthAudit(4, 0, 0, 0, 0, {"VendorID": ["1", None, "2"]})


@pytest.fixture
def month(tmp_path: Path) -> OpenMonth:
    """A landed month of four rows, half of whose pickups may lie elsewhere."""
    data = csv_month(GREEN, 4)
    path = tmp_path / FILE.published_name
    path.write_bytes(data)
    inspection = inspection_of(FILE, max_jagged_rows=0)
    inspection.feed(data)
    landed = LandedFile(
        name=FILE.published_name,
        url=f"https://host/{FILE.published_name}",
        etag=None,
        last_modified=None,
        sha256=hashlib.sha256(data).hexdigest(),
        size_bytes=len(data),
        facts=inspection.finish(),
        landed_at=datetime(2026, 1, 1, tzinfo=UTC),
    )
    return OpenMonth(FILE, landed, LocalCopy(path, landed), max_other_share=0.5)


def test_sound_rows_pass_and_so_do_half_of_the_pickups_elsewhere(month: OpenMonth) -> None:
    judge_figures(month, SOUND)
    judge_figures(month, replace(SOUND, other_pickups=2))


@pytest.mark.parametrize(
    "fault",
    [
        {"rows": 3},
        {"rows": 5},
        {"bad_pickups": 1},
        {"bad_dropoffs": 1},
        {"odd_amounts": 1},
        {"other_pickups": 3},
        {"codes": {"VendorID": ["1", "A"]}},
        {"codes": {"VendorID": ["-1"]}},
        {"codes": {"VendorID": ["٣"]}},
        {"codes": {"VendorID": [""]}},
    ],
    ids=str,
)
def test_one_fault_is_enough_to_refuse_the_month(
    month: OpenMonth, fault: dict[str, object]
) -> None:
    with pytest.raises(InvalidFileError, match="2020-04"):
        judge_figures(month, replace(SOUND, **fault))  # type: ignore[arg-type]


def test_rows_of_other_bytes_than_those_that_landed_are_refused(month: OpenMonth) -> None:
    with month.copy.path.open("ab") as file:
        file.write(b"more")
    with pytest.raises(DamagedCopyError):
        judge(month, SOUND)
