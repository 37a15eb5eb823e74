"""The state of a month, for what is known of it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from taxi_assets.lake.landed_file import FileFacts, LandedFile
from taxi_assets.lake.local_copy import LocalCopy
from taxi_assets.rows.reading import OpenMonth
from taxi_assets.rows.row_digest import Digests
from taxi_assets.settings import read_settings
from taxi_assets.source.catalog import Catalog
from taxi_assets.source.transfer import Absent, Version
from taxi_assets.trips.file import FileFormat, TripFile
from taxi_assets.trips.green import GREEN
from taxi_assets.trips.month import Month
from taxi_assets.warehouse.ledger import LedgerEntry
from taxi_assets.watch.months import Facts, MonthLine, Standing, compare
from taxi_assets.watch.sightings import Sighting, Sightings
from taxi_assets.watch.tries import Tries
from taxi_assets.watch.troubles import troubles_of

MONTH = Month(2025, 3)
SEEN = datetime(2025, 6, 1, tzinfo=UTC)
TODAY = datetime(2025, 6, 2, tzinfo=UTC)
OLD, NEW = Version('"a"', None, 10), Version('"b"', None, 11)


def landed(file: TripFile, catalog: Catalog, sha256: str = "a") -> LandedFile:
    return LandedFile(
        name=f"green/{file.published_name}",
        url=catalog.url(file),
        etag='"a"',
        last_modified=None,
        sha256=sha256,
        size_bytes=10,
        facts=FileFacts(rows=3, uncompressed_bytes=10),
        landed_at=SEEN,
    )


def entry(file: TripFile, catalog: Catalog) -> LedgerEntry:
    found = landed(file, catalog)
    return LedgerEntry.of(OpenMonth(file, found, LocalCopy(Path(), found)), Digests(), "")


@pytest.fixture
def catalog(settings_env: Path, monkeypatch: pytest.MonkeyPatch) -> Catalog:
    monkeypatch.setenv("TAXI_SOURCE", "parquet")
    return Catalog(read_settings())


def line(
    catalog: Catalog,
    seen: Sighting,
    held: bool = True,
    on_its_way: bool = False,
    tries: Tries | None = None,
    sha256: str = "a",
    at: datetime = TODAY,
) -> MonthLine:
    """The line of a month of which this is known."""
    file = TripFile(GREEN, MONTH, FileFormat.PARQUET)
    facts = Facts(
        entries={MONTH: [entry(file, catalog)]} if held else {},
        landed={file: landed(file, catalog, sha256)},
        sightings=Sightings(months={str(MONTH): seen}),
        on_their_way=[MONTH] if on_its_way else [],
        tries=lambda _: tries or Tries(),
        why=lambda _: "the disk is full",
    )
    (found,) = compare(catalog, GREEN, [MONTH], [MONTH], facts, at.date())
    return found


def seen(answer: Version | Absent) -> Sighting:
    return Sighting().answered(answer, "", SEEN)


def test_each_state_in_words(catalog: Catalog) -> None:
    gone, here, newer = seen(Absent("HTTP 403")), seen(OLD), seen(NEW)
    assert line(catalog, here).text == "held"
    assert line(catalog, newer).text == "newer at the source, since 2025-06-01"
    assert line(catalog, here, held=False).text == "published, not loaded, since 2025-06-01"
    assert line(catalog, gone, held=False).text == "not published yet"
    assert line(catalog, Sighting(), held=False).text == "not looked at yet"
    assert line(catalog, gone).text == "no longer at the source, kept, since 2025-06-01"
    late = TODAY + timedelta(days=100)
    assert line(catalog, gone, held=False, at=late).text == "overdue, since 2025-08-01"


def test_a_month_whose_run_failed_says_since_when_and_why_and_rests(catalog: Catalog) -> None:
    tries = Tries(TODAY + timedelta(hours=1), SEEN, failed=None)
    resting = line(catalog, seen(NEW), tries=tries)
    assert not resting.is_due(TODAY)
    assert resting.is_due(TODAY + timedelta(hours=1))


def test_a_month_on_its_way_is_not_asked_for(catalog: Catalog) -> None:
    found = line(catalog, seen(NEW), on_its_way=True)
    assert found.text == "newer at the source, since 2025-06-01, being loaded"
    assert not found.is_due(TODAY)


def test_a_month_whose_run_does_not_end_is_late_after_twice_the_time(catalog: Catalog) -> None:
    found = line(catalog, seen(NEW), on_its_way=True)
    for days, titles in ((6, []), (6.1, ["green 2025-03 is late"])):
        now = SEEN + timedelta(days=days)
        troubles = troubles_of(catalog, GREEN, [found], Sightings(), now)
        assert [trouble.title for trouble in troubles] == titles


def test_what_has_landed_but_was_not_loaded_is_wanted(catalog: Catalog) -> None:
    assert line(catalog, seen(OLD), sha256="b").standing is Standing.NEWER


def test_a_month_is_failing_once_three_looks_in_a_row_got_no_answer(catalog: Catalog) -> None:
    sighting = seen(OLD)
    for hours in range(3):
        assert line(catalog, sighting).standing is Standing.HELD
        sighting = sighting.failed("HTTP 500", TODAY + timedelta(hours=hours))
    assert line(catalog, sighting).text == "failing, since 2025-06-02: HTTP 500"


def test_months_that_vanish_together_are_one_trouble(catalog: Catalog) -> None:
    months = [
        MonthLine("green", MONTH.plus(n), Standing.WITHDRAWN, SEEN, held=True) for n in range(3)
    ]
    (one,) = troubles_of(catalog, GREEN, months[:1], Sightings(), TODAY)
    assert one.kind == "withdrawn"

    gap = MonthLine("green", MONTH.plus(-1), Standing.OVERDUE, SEEN)
    (together,) = troubles_of(catalog, GREEN, [gap, *months], Sightings(), TODAY)
    assert together.kind == "vanished"
    assert "it may have moved, renamed its files, or block this host" in together.reason


@pytest.mark.parametrize("standing", [Standing.WITHDRAWN, Standing.OVERDUE], ids=str)
def test_the_last_of_the_months_that_come_back_together_are_not_told_of_one_by_one(
    catalog: Catalog, standing: Standing
) -> None:
    gone = MonthLine("green", MONTH, standing, SEEN, held=standing is Standing.WITHDRAWN)
    later = MonthLine("green", MONTH.plus(1), Standing.HELD, held=True)
    back = Sighting().answered(OLD, "", TODAY)
    sightings = Sightings(months={str(MONTH): seen(Absent("403")), str(MONTH.plus(1)): back})

    (missing,) = troubles_of(catalog, GREEN, [gone, later], sightings, TODAY)
    assert not missing.is_sure

    sightings.months[str(MONTH)] = seen(Absent("403")).answered(Absent("403"), "", TODAY)
    (missing,) = troubles_of(catalog, GREEN, [gone, later], sightings, TODAY)
    assert missing.is_sure


def test_a_source_with_nothing_new_for_too_long_is_a_trouble(catalog: Catalog) -> None:
    held = MonthLine("green", MONTH, Standing.HELD, held=True)
    late = MonthLine("green", MONTH.plus(1), Standing.OVERDUE, SEEN)

    (silent,) = troubles_of(catalog, GREEN, [held, late], Sightings(), TODAY)

    assert silent.title == "green: nothing new at the source for too long"
    assert silent.since == SEEN
    assert "2025-04 is overdue and nothing after 2025-03 is published" in silent.reason


def test_a_month_that_was_left_out_is_a_trouble_of_its_own(catalog: Catalog) -> None:
    left_out = MonthLine("green", MONTH, Standing.OVERDUE, SEEN)
    held = MonthLine("green", MONTH.plus(1), Standing.HELD, held=True)

    (trouble,) = troubles_of(catalog, GREEN, [left_out, held], Sightings(), TODAY)

    assert trouble.title == "green 2025-03 is overdue, though later months are there"
