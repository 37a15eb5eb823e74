"""What checks found is written in forms that programs read."""

from __future__ import annotations

import json
from xml.etree import ElementTree as ET

from taxi_assets.automation.month_outcomes import CheckOutcome, MonthOutcome, State
from taxi_assets.commands.check_files import outcomes_json, outcomes_junit

TABLE = "duckdb/green_tripdata"
OUTCOMES = [
    MonthOutcome(
        "green 2020-04",
        State.FAILED,
        checks=(
            CheckOutcome(TABLE, "rows_match_file", True, True, "60 rows", {"rows_in_table": 60}),
            CheckOutcome(TABLE, "values_as_loaded", False, True, "fare_amount < 3 & \x00 more"),
            CheckOutcome(TABLE, "rows_not_jagged", False, False, "2 rows"),
        ),
    ),
    MonthOutcome("green 2020-05", State.FAILED, message="no database\n  What to do: start it"),
]


def test_junit_tells_failures_from_warnings_and_from_runs_that_broke() -> None:
    suites = ET.fromstring(outcomes_junit(OUTCOMES))

    assert dict(suites.items()) == {
        "name": "taxi-assets check",
        "tests": "4",
        "failures": "1",
        "errors": "1",
    }
    april, may = suites
    passed, failed, warned = april
    assert dict(passed.items()) == {"classname": "duckdb.green_tripdata", "name": "rows_match_file"}
    assert len(passed) == 0
    assert [child.tag for child in failed] == ["failure"]
    assert failed[0].text == "fare_amount < 3 & \N{REPLACEMENT CHARACTER} more"
    assert [(child.tag, child.text) for child in warned] == [("system-out", "warning: 2 rows")]
    assert may[0][0].get("message") == "no database"
    assert "start it" in (may[0][0].text or "")


def test_json_has_every_check_with_its_figures() -> None:
    april, may = json.loads(outcomes_json(OUTCOMES))

    assert april["checks"][0] == {
        "asset": TABLE,
        "name": "rows_match_file",
        "passed": True,
        "blocks": True,
        "reason": "60 rows",
        "figures": {"rows_in_table": 60},
    }
    assert may["message"].startswith("no database")
