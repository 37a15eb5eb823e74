"""The summary assets, run by Dagster, and what its UI is given to show."""

from __future__ import annotations

import base64
from pathlib import Path

import dagster as dg
import pytest

from taxi_assets.automation.instance import SESSION_TAGS, open_instance
from taxi_assets.definitions import build_definitions
from taxi_assets.report.assets import SUMMARY_JOB
from taxi_assets.settings import read_settings
from taxi_assets_tests.command_line import taxi_assets

ROWS = 200


def test_the_job_shows_pictures_tables_and_numbers(
    settings_env: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TAXI_SOURCE", "sample")
    monkeypatch.setenv("TAXI_SAMPLE_ROWS", str(ROWS))
    assert taxi_assets("load", "all", "2020-04").exit_code == 0
    settings = read_settings()

    with open_instance(settings) as instance:
        result = (
            build_definitions(settings)
            .resolve_job_def(SUMMARY_JOB)
            .execute_in_process(instance=instance, tags=SESSION_TAGS)
        )

    found = {
        event.materialization.asset_key.to_user_string(): event.materialization.metadata
        for event in result.get_asset_materialization_events()
    }
    summary, coverage = found["duckdb/tripdata_summaries"], found["summary/coverage"]
    assert summary["months_summarized"].value == 2
    assert summary["dagster/row_count"].value == 2 * ROWS
    assert coverage["months_that_agree"].value == 2
    assert coverage["mean_rows_per_second"].value
    for picture in (summary["rows_by_month"], coverage["heat_map"], coverage["rows_per_second"]):
        assert isinstance(picture, dg.MarkdownMetadataValue)
        kind, _, data = str(picture.value).rpartition(",")
        assert kind.endswith("(data:image/svg+xml;base64")
        assert b"</svg>" in base64.b64decode(data.removesuffix(")"))
    table = summary["summary"]
    assert isinstance(table, dg.TableMetadataValue)
    assert [record.data["trips"] for record in table.records] == [ROWS, ROWS]
