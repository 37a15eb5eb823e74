"""What `taxi-assets status` and `report` say, in any terminal."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from taxi_assets_tests.command_line import DataFolder, taxi_assets
from taxi_assets_tests.integration.commands.conftest import CSV


def test_status_shows_what_is_where(loaded: DataFolder) -> None:
    answer = taxi_assets("status")

    assert answer.exit_code == 0
    assert "green 2020-04 csv 5 5 35,612 not the published rows" in answer.text
    assert "01 02 03 04 05 06 07 08 09 10 11 12" in answer.text
    assert "green 2020 · · · ! · · · · · · · ·" in answer.text
    assert "! differs" in answer.text


def test_status_says_the_same_in_json(loaded: DataFolder) -> None:
    answer = taxi_assets("status", "green", "--json")

    assert json.loads(answer.stdout) == [
        {
            "taxi": "green",
            "month": "2020-04",
            "format": "csv",
            "filename": CSV,
            "lake_rows": 5,
            "published_rows": 35612,
            "warehouse_rows": {"duckdb": 5},
            "ledger_rows": {"duckdb": 5},
            "state": "differs",
            "agreement": "not the published rows",
            "standing": "held",
        }
    ]


def test_status_says_where_rows_are_missing(tampered: DataFolder) -> None:
    tampered.change("DELETE FROM green_tripdata WHERE fare_amount = 1")

    assert "duckdb: 4 of 5 rows" in taxi_assets("status").text


def test_status_says_where_the_lake_has_another_version_of_as_many_rows(
    tampered: DataFolder,
) -> None:
    tampered.change("UPDATE tripdata_files SET sha256 = repeat('0', 64)")

    assert "duckdb: the lake has another version" in taxi_assets("status").text


def test_status_cuts_nothing_in_a_narrow_terminal(loaded: DataFolder) -> None:
    answer = taxi_assets("status", columns=60)

    assert "…" not in answer.stdout
    assert max(map(len, answer.stdout.splitlines())) <= 60
    assert (
        "green 2020-04 format csv, lake 5, duckdb 5, published 35,612, agreement not the published "
        "rows, source held"
    ) in answer.text
    assert "green 2020 · · · ! · · · · · · · ·" in answer.text


@pytest.mark.parametrize(
    ("charset", "year"),
    [
        ("ascii", "green 2020 . . . ! . . . . . . . ."),
        ("cp1252", "green 2020 · · · ! · · · · · · · ·"),
    ],
)
def test_status_is_readable_in_any_encoding(loaded: DataFolder, charset: str, year: str) -> None:
    answer = taxi_assets("status", charset=charset)

    assert answer.exit_code == 0
    assert year in answer.text
    assert "+ agrees ~ in part ! differs" in answer.text


def test_commands_work_where_the_locale_has_ascii_alone(loaded: DataFolder) -> None:
    program = "from taxi_assets.cli import main; main(prog_name='taxi-assets')"
    done = subprocess.run(
        [sys.executable, "-c", program, "status"],
        env={**os.environ, "LC_ALL": "C", "PYTHONUTF8": "0"},
        capture_output=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    assert b"+ agrees   ~ in part" in done.stdout


def test_report_of_nothing_says_how_to_begin(settings_env: Path, tmp_path: Path) -> None:
    page = tmp_path / "report.html"

    assert taxi_assets("report", str(page)).exit_code == 0
    assert "No month is there yet" in page.read_text(encoding="utf-8")
    assert not (settings_env / "taxi.duckdb").exists()


def test_a_report_that_cannot_be_written_says_where(settings_env: Path, tmp_path: Path) -> None:
    answer = taxi_assets("report", str(tmp_path / "no folder" / "report.html"))

    assert answer.exit_code == 1
    assert "report.html: No such file or directory" in answer.text
    assert "What to do: name a file in a folder" in answer.text


def test_status_of_nothing_says_how_to_begin(settings_env: Path) -> None:
    answer = taxi_assets("status")

    assert answer.exit_code == 0
    assert "`taxi-assets load green 2020-04` loads one" in answer.text
    assert f"data folder {settings_env}, duckdb" in answer.text
    assert json.loads(taxi_assets("status", "--json").stdout) == []
