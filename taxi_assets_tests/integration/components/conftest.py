"""Pipeline files in a folder, a server that they fetch from, and their runs."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from taxi_assets_tests.api_server import ApiServer, api_server

Write = Callable[[str, str], None]

HTTP_TABLE = """
type: taxi_assets.components.HttpTable
attributes:
  url: {url}/rates.csv
  format: csv
  columns: {{currency: text, rate: number, day: date}}
  table: rates
  query: {{table: rate_by_currency, sql: "{sql}"}}
"""
RATES = b"currency,rate,day,more\nEUR,1.5,2026-01-01,x\nEUR,2.5,2026-01-02,\nGBP,,2026-01-01,y\n"
SQL = "SELECT currency, avg(rate) AS rate FROM rates GROUP BY ALL ORDER BY 1"


@pytest.fixture
def api(settings_env: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ApiServer]:
    """A server of this machine, which files may fetch from."""
    monkeypatch.setenv("TAXI_PIPELINE_HOSTS", "any")
    monkeypatch.setenv("TAXI_HTTP_ATTEMPTS", "1")
    with api_server() as server:
        yield server


@pytest.fixture
def write(settings_env: Path) -> Write:
    """Write a pipeline file of that name into the folder ``pipelines``."""

    def write_file(name: str, text: str) -> None:
        folder = Path("pipelines")
        folder.mkdir(exist_ok=True)
        (folder / f"{name}.yaml").write_text(textwrap.dedent(text))

    return write_file
