"""Rows, ledger and the lake's note bear each other out: whichever was changed is told."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from taxi_assets.lake.landed_file import FileFacts, LandedFile, NotedDigests
from taxi_assets.rows.row_digest import READER, Digests
from taxi_assets.warehouse.checks import Expectations, MonthFigures, Verdict
from taxi_assets.warehouse.rejects import RejectCounts
from taxi_assets.warehouse.value_checks import VALUE_CHECKS
from taxi_assets_tests import landed_months

ENTRY = replace(landed_months.ENTRY, digest="aa")
SOUND = MonthFigures(rows=100, entry=ENTRY, tally={}, digests=Digests("aa"))
BOTH_CHANGED = replace(SOUND, entry=replace(ENTRY, digest="bb"), digests=Digests("bb"))
OTHER_FILE = replace(ENTRY, sha256="1" * 64)
LANDED = LandedFile(
    name="green/green_tripdata_2020-04.csv.gz",
    url=ENTRY.source_url,
    etag=None,
    last_modified=None,
    sha256=ENTRY.sha256,
    size_bytes=1,
    facts=FileFacts(rows=100, uncompressed_bytes=1),
    landed_at=datetime(2026, 1, 1, tzinfo=UTC),
    digests=NotedDigests(reader=READER, rows=100, digest="aa"),
)
REJECTED = replace(
    SOUND,
    rows=98,
    entry=replace(ENTRY, rows=98, jagged_rows=1),
    rejects=RejectCounts(rejected=2, in_file=100),
)


def verdict(month: MonthFigures, landed: LandedFile | None = LANDED) -> Verdict:
    """What the check says."""
    expected = Expectations("green", "2020-04", None, True, 0.01, 0.5, 0.2, 0.02, landed)
    return VALUE_CHECKS[0].judge(month, expected)


@pytest.mark.parametrize(
    ("month", "landed"),
    [
        (SOUND, LANDED),
        (SOUND, None),
        (REJECTED, LANDED),
        # Another version has landed, and is not loaded yet.
        (replace(BOTH_CHANGED, entry=replace(OTHER_FILE, digest="bb")), LANDED),
    ],
    ids=["sound", "without a lake", "with rejects", "another version in the lake"],
)
def test_what_agrees_passes(month: MonthFigures, landed: LandedFile | None) -> None:
    assert verdict(month, landed).passed, verdict(month, landed).reason


@pytest.mark.parametrize(
    ("month", "facts", "told"),
    [
        (replace(SOUND, digests=Digests("bb")), {}, "digest is bb, and was aa"),
        (BOTH_CHANGED, {}, "the note in the lake has another digest than rows or ledger"),
        (replace(SOUND, entry=OTHER_FILE), {}, "the ledger has another sha256 than the lake"),
        (SOUND, {"rows": 101}, "the ledger counts 100 rows with those rejected, the note in the"),
        (REJECTED, {"rows": 99}, "the ledger counts 100 rows with those rejected"),
        (SOUND, {"jagged_rows": 1}, "the ledger counts 0 jagged rows, the note in the lake 1"),
        (replace(SOUND, entry=None), {}, "never loaded whole"),
        (replace(SOUND, tally=None), {}, "the columns are not as declared"),
    ],
)
def test_what_was_changed_is_told(month: MonthFigures, facts: dict[str, int], told: str) -> None:
    landed = LANDED.model_copy(update={"facts": LANDED.facts.model_copy(update=facts)})
    found = verdict(month, landed)
    assert (found.passed, found.blocks) == (False, True)
    assert told in found.reason


def test_a_month_without_a_digest_to_compare_is_a_warning() -> None:
    found = verdict(replace(SOUND, entry=replace(ENTRY, digest=None)), None)
    assert (found.passed, found.blocks) == (False, False)
    assert "taxi-assets audit green 2020-04" in found.reason
