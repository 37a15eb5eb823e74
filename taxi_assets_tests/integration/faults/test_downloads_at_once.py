"""Several runs that fetch from one host: no more at once than TAXI_SOURCE_DOWNLOADS says."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from taxi_assets.trips.green import GREEN
from taxi_assets_tests.command_line import DataFolder, wait_for
from taxi_assets_tests.fake_source import name_of
from taxi_assets_tests.held_source import HeldSource, held_source
from taxi_assets_tests.integration.faults.launcher import Action, Fault
from taxi_assets_tests.integration.faults.processes import Processes

FIRST, SECOND, THIRD = MONTHS = ("2025-01", "2025-02", "2025-03")
NO_PLACE_IS_FREE = Fault(Action.HOLD, "taxi_assets.lake.downloads:_pause")


@pytest.fixture
def source(data: DataFolder, monkeypatch: pytest.MonkeyPatch) -> Iterator[HeldSource]:
    """A host with three months, of which two may be fetched at once."""
    monkeypatch.setenv("TAXI_SOURCE_DOWNLOADS", "2")
    with held_source() as server:
        monkeypatch.setenv("TAXI_PARQUET_BASE_URL", server.url)
        for month in MONTHS:
            server.publish(GREEN, month, datetime(2025, 6, 1, tzinfo=UTC))
        yield server


def test_a_download_waits_for_its_place_which_a_killed_run_frees(
    data: DataFolder, source: HeldSource, processes: Processes
) -> None:
    first, second = processes.load(FIRST), processes.load(SECOND)
    wait_for(lambda: len(source.under_way) == 2, "two downloads")
    third = processes.load(THIRD, fault=NO_PLACE_IS_FREE)
    third.wait_for_fault()

    assert name_of(GREEN, THIRD) not in source.arrived
    first.kill()
    third.go_on.set()
    wait_for(lambda: name_of(GREEN, THIRD) in source.under_way, "the third download")
    source.release()

    assert (second.end().exit_code, third.end().exit_code) == (0, 0)
    assert source.most_under_way == 2
    loaded = [f"green_tripdata_{month}.parquet" for month in (SECOND, THIRD)]
    assert sorted(data.ledger()) == loaded
    assert first.end().exit_code == -9
