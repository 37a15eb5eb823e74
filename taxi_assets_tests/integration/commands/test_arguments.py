"""Help, completion, and what is said of wrong arguments and settings."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

import click
import pytest

from taxi_assets.cli import main
from taxi_assets.trips.month import Month
from taxi_assets_tests.command_line import DataFolder, taxi_assets
from taxi_assets_tests.integration.commands.conftest import SECRET
from taxi_assets_tests.loopback import free_port

THIS_MONTH = Month.of(datetime.now(UTC).date())


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ("green", ["name a month, such as"]),
        ("green 2020-06 2020-04", ["2020-04 lies before 2020-06"]),
        (f"green {THIS_MONTH}", [f"{THIS_MONTH} has not ended yet"]),
        ("green 2999-01", ["2999-01 has not ended yet"]),
        (
            "green 2013-07",
            ["2013-07 lies before the first month of green trips", "2013-08 or later"],
        ),
        ("yellow 2008-12", ["2008-12", "yellow", "2009-01 or later"]),
        ("green 2020-13", ["2020-13 is not a month", "write a month as YYYY-MM"]),
        ("green 2020-04 2020-00", ["2020-00 is not a month", "YYYY-MM"]),
        ("green 2020-4", ["'2020-4' is not a month", "write a month as YYYY-MM"]),
        ("green April", ["'April' is not a month", "write a month as YYYY-MM"]),
        ("blue 2020-04", ["'blue' is not one of", "'yellow', 'green'"]),
    ],
)
def test_load_refuses_what_it_cannot_load(
    data: DataFolder, arguments: str, says: list[str]
) -> None:
    answer = taxi_assets("load", *arguments.split())

    assert answer.exit_code == 2
    assert not [words for words in says if words not in answer.stderr]
    assert "Traceback" not in answer.stderr
    assert not data.folder.exists()


def test_the_zones_have_no_months(data: DataFolder) -> None:
    answer = taxi_assets("load", "zones", "2020-04")

    assert answer.exit_code == 2
    assert not data.lake.exists()


def test_a_mistyped_setting_is_an_error_that_names_the_right_one(
    settings_env: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TAXI_SORCE", "sample")

    answer = taxi_assets("load", "green", "2020-04")

    assert answer.exit_code == 2
    assert "TAXI_SORCE is not a setting; did you mean TAXI_SOURCE?" in answer.stderr
    assert "What to do: correct the name" in answer.stderr


def test_dev_says_when_its_port_is_taken(data: DataFolder) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        answer = taxi_assets("dev", "--port", str(port))

    assert answer.exit_code == 1
    assert f"cannot listen on 127.0.0.1, port {port}" in answer.text
    assert "taxi-assets dev --port" in answer.text


@pytest.mark.parametrize("command", [["dev"], ["mcp", "--http"]])
def test_a_port_that_cannot_be_is_a_wrong_argument(command: list[str]) -> None:
    answer = taxi_assets(*command, "--port", "65536")

    assert answer.exit_code == 2
    assert "65536 is not in the range" in answer.text


def test_commands_that_need_the_database_say_when_a_file_is_none(data: DataFolder) -> None:
    data.folder.mkdir()
    data.duckdb_file.write_bytes(b"no database" * 1_000)

    for arguments in (["status"], ["check"], ["load", "green", "2020-04"]):
        answer = taxi_assets(*arguments)

        assert answer.exit_code == 1, arguments
        assert f"{data.duckdb_file} cannot be opened" in answer.text
        assert "What to do: check that it is a DuckDB file" in answer.text
        assert "Trace" not in answer.text


@pytest.mark.parametrize("command", sorted(main.commands))
def test_every_command_says_what_it_does(command: str) -> None:
    answer = taxi_assets(command, "--help")

    assert answer.exit_code == 0
    assert answer.stdout.startswith(f"Usage: taxi-assets {command}")
    help_text = main.commands[command].get_short_help_str(limit=1_000)
    assert help_text.rstrip(".") in answer.text
    options = main.commands[command].params
    assert all(option.help for option in options if isinstance(option, click.Option))


@pytest.mark.parametrize("columns", [60, 80])
def test_help_lists_every_command_with_its_whole_first_sentence(columns: int) -> None:
    answer = taxi_assets("--help", columns=columns)

    assert answer.exit_code == 0
    assert "..." not in answer.stdout.partition("Commands:")[2]
    for name, command in main.commands.items():
        assert f"{name} {command.get_short_help_str(limit=1_000)}" in answer.text


@pytest.mark.parametrize(
    ("arguments", "what", "remedy"),
    [
        (["statsu"], "No such command 'statsu'", "`taxi-assets --help`"),
        (["--colour"], "No such option '--colour'", "`taxi-assets --help`"),
        (["load", "blue", "2020-04"], "'blue' is not one of", "`taxi-assets load --help`"),
        (["load", "green", "2020-13"], "2020-13 is not a month", "write a month as YYYY-MM"),
        (["purge", "--days", "0"], "0 is not in the range", "`taxi-assets purge --help`"),
        (["pipelines", "none"], "there is no pipeline none in", "`taxi-assets pipelines`"),
        (["purge"], "TAXI_KEEP_RUNS_DAYS is not set", "set it"),
        (["ask", "--no-rag", "--data", "?"], "choose one of", "`taxi-assets ask --help`"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_a_wrong_argument_is_told_in_one_form_and_gives_2(
    settings_env: Path, arguments: list[str], what: str, remedy: str
) -> None:
    answer = taxi_assets(*arguments)

    assert answer.exit_code == 2
    error, to_do = answer.stderr.rstrip("\n").rsplit("\n", 1)
    assert error.startswith("Error: ")
    assert what in error
    assert to_do.startswith("  What to do: ")
    assert remedy in to_do


@pytest.mark.parametrize(
    ("name", "likely"),
    [
        ("GCP_DATASETT", "GCP_DATASET"),
        ("GEMNI_API_KEY", "GEMINI_API_KEY"),
        ("DAGSTER_HOM", "DAGSTER_HOME"),
        ("TAIX_SOURCE", "TAXI_SOURCE"),
    ],
)
def test_a_name_that_resembles_a_setting_is_warned_of(
    settings_env: Path, monkeypatch: pytest.MonkeyPatch, name: str, likely: str
) -> None:
    monkeypatch.setenv(name, SECRET)

    answer = taxi_assets("pipelines", "--json")

    assert (answer.exit_code, json.loads(answer.stdout)) == (0, [])
    assert f"Warning: {name} is not a setting; did you mean {likely}?" in answer.stderr
    assert f"set {likely} in its place" in answer.stderr
    assert SECRET not in answer.stderr


def test_what_reads_prints_json_for_a_script(settings_env: Path) -> None:
    for command in ("alerts", "backfills", "dictionary", "pipelines", "status"):
        assert isinstance(json.loads(taxi_assets(command, "--json").stdout), list), command
    purged = json.loads(taxi_assets("purge", "--days", "30", "--dry-run", "--json").stdout)
    assert purged == {"days": 30, "dry_run": True, "kept": 0, "runs": [], "freed_bytes": 0}
    tables = {
        each["table"]: each for each in json.loads(taxi_assets("dictionary", "--json").stdout)
    }
    first = tables["green_tripdata"]["columns"][0]
    assert first["column"] == "unique_row_id"
    assert first["Postgres"] == "text"


def test_a_shell_completes_commands_taxis_and_options(tmp_path: Path) -> None:
    program = Path(sys.executable).with_name("taxi-assets")
    words = "COMP_WORDS=(taxi-assets load g) COMP_CWORD=2; _taxi_assets_completion taxi-assets"
    script = f'eval "$(_TAXI_ASSETS_COMPLETE=bash_source taxi-assets)"; {words}; echo "$COMPREPLY"'
    done = subprocess.run(
        ["bash", "-c", script],
        env={**os.environ, "PATH": f"{program.parent}:{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        check=True,
    )

    assert done.stdout == "green\n"


def test_the_help_of_a_group_cuts_no_sentence_off() -> None:
    answer = taxi_assets("analytics", "--help", columns=60)

    assert answer.exit_code == 0
    assert "in every warehouse" in answer.text
    assert "..." not in answer.stdout.partition("Commands:")[2]


def test_a_report_of_no_known_format_is_refused(data: DataFolder, tmp_path: Path) -> None:
    file = tmp_path / "trips.pdf"

    answer = taxi_assets("report", str(file))

    assert answer.exit_code == 2
    assert "no format is named .pdf" in answer.stderr
    assert not file.exists()


def test_nothing_is_asked_without_words(data: DataFolder) -> None:
    answer = taxi_assets("ask", " ")

    assert answer.exit_code == 2
    assert "write what you want to know" in answer.stderr


def test_a_temporary_folder_that_is_too_deep_for_sockets_is_told(
    data: DataFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / ("deep" * 30)
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))

    answer = taxi_assets("dev", "--port", str(free_port()))

    assert answer.exit_code == 1
    assert "the code server cannot listen in" in answer.stderr
    assert "TMPDIR" in answer.stderr
