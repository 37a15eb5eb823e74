"""A source that publishes as TLC does, and an instance that ticks against it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest

from taxi_assets.automation.instance import open_instance
from taxi_assets.settings import read_settings
from taxi_assets_tests.command_line import DataFolder
from taxi_assets_tests.fake_source import FakeSource, fake_source
from taxi_assets_tests.webhook import Webhook, webhook_server


@pytest.fixture
def source() -> Iterator[FakeSource]:
    """A host that serves nothing yet."""
    with fake_source() as server:
        yield server


@pytest.fixture
def data(settings_env: Path, source: FakeSource, monkeypatch: pytest.MonkeyPatch) -> DataFolder:
    """An empty data folder. All months come from the source, as Parquet."""
    monkeypatch.setenv("TAXI_SOURCE", "parquet")
    monkeypatch.setenv("TAXI_PARQUET_BASE_URL", source.url)
    monkeypatch.setenv("TAXI_PUBLISHED_COUNTS", "warn")
    # Made trips are of April 2020, whatever the month of their file.
    monkeypatch.setenv("TAXI_REFUSE_OUT_OF_MONTH_SHARE", "1")
    monkeypatch.setenv("TAXI_SCHEDULE_MONTHS", "4")
    return DataFolder(settings_env)


@pytest.fixture
def instance(data: DataFolder) -> Iterator[dg.DagsterInstance]:
    """The instance that ticks belong to."""
    with open_instance(read_settings()) as opened:
        yield opened


@pytest.fixture
def webhook(data: DataFolder, monkeypatch: pytest.MonkeyPatch) -> Iterator[Webhook]:
    """A webhook that the settings name."""
    with webhook_server() as server:
        monkeypatch.setenv("TAXI_ALERT_WEBHOOK", server.url)
        yield server
