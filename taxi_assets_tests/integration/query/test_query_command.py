"""`taxi-assets query` and `show` on DuckDB: what they print, write and refuse, and how they end."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import duckdb
import pexpect
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

from taxi_assets.cli import main
from taxi_assets_tests.command_line import taxi_assets

KINDS = """
    SELECT
        zone_id, zone, (zone_id * 5.3)::DECIMAL(9, 2) AS dollars, fare, pickup, pickup::DATE AS day,
        zone_id > 1 AS far, [zone_id] AS ids,
        sum(zone_id) OVER () * 100000000000000000000::HUGEINT AS huge
    FROM zones ORDER BY zone_id
"""


@pytest.fixture
def file(settings_env: Path) -> Path:
    """A warehouse with two small tables."""
    settings_env.mkdir()
    path = settings_env / "taxi.duckdb"
    with duckdb.connect(path) as connection:
        connection.execute("CREATE TABLE green_tripdata AS SELECT * FROM range(1234) AS t(trip)")
        connection.execute(
            "CREATE TABLE zones AS FROM (VALUES (1, 'JFK, Queens', 5.25, "
            "TIMESTAMP '2020-01-01 07:46:31'), (2, NULL, 'NaN'::DOUBLE, NULL)) "
            "AS t(zone_id, zone, fare, pickup)"
        )
    return path


def test_a_query_is_shown_as_a_table(file: Path) -> None:
    said = taxi_assets("query", "SELECT zone_id, zone FROM zones ORDER BY 1")
    assert said.exit_code == 0, said.text
    lines = [line.split() for line in said.stdout.splitlines() if line.strip()]
    assert lines[0] == ["zone_id", "zone"]
    assert lines[2:] == [["1", "JFK,", "Queens"], ["2", "–"]]


def test_csv_has_every_value(file: Path) -> None:
    said = taxi_assets("query", KINDS, "--format", "csv")
    _, first, second = csv.reader(said.stdout.splitlines())
    assert first == [
        *("1", "JFK, Queens", "5.30", "5.25", "2020-01-01 07:46:31", "2020-01-01", "false", "[1]"),
        "300000000000000000000",
    ]
    assert second[1:7] == ["", "10.60", "nan", "", "", "true"]
    assert said.stderr == ""


def test_csv_tells_an_empty_text_from_null_and_keeps_every_line(file: Path) -> None:
    texts = "SELECT NULL AS a, '' AS b, 'x\"y' AS c, 'two\nlines' AS d"
    assert taxi_assets("query", texts, "--format", "csv").stdout == (
        'a,b,c,d\n,"","x""y","two\nlines"\n'
    )
    assert taxi_assets("query", "SELECT NULL AS a", "--format", "csv").stdout == 'a\n""\n'


def test_values_that_json_lacks_are_text_also_in_lists(file: Path) -> None:
    sql = "SELECT ['nan'::DOUBLE] AS list, {'a': '-inf'::DOUBLE} AS struct"
    said = taxi_assets("query", sql, "--json")
    assert json.loads(said.stdout, parse_constant=pytest.fail) == [
        {"list": ["nan"], "struct": {"a": "-inf"}}
    ]


def test_json_is_for_scripts(file: Path) -> None:
    said = taxi_assets("query", KINDS, "--json")
    assert said.stdout == taxi_assets("query", KINDS, "--format", "json").stdout
    first, second = json.loads(said.stdout, parse_constant=pytest.fail)
    assert first["zone"] == "JFK, Queens"
    assert (first["fare"], first["dollars"], first["ids"]) == (5.25, "5.30", [1])
    assert (second["zone"], second["fare"]) == (None, "nan")


def test_parquet_keeps_types(file: Path, tmp_path: Path) -> None:
    path = tmp_path / "zones.parquet"
    said = taxi_assets("query", KINDS, "--output", str(path))
    assert (said.exit_code, said.text) == (0, f"{path}: 2 rows")
    first, second = pq.read_table(path).to_pylist()
    assert first == {
        "zone_id": 1,
        "zone": "JFK, Queens",
        "dollars": Decimal("5.30"),
        "fare": 5.25,
        "pickup": datetime.fromisoformat("2020-01-01 07:46:31"),
        "day": date(2020, 1, 1),
        "far": False,
        "ids": "[1]",
        "huge": Decimal(3 * 10**20),
    }
    assert (second["zone"], second["pickup"], second["far"]) == (None, None, True)


def test_a_table_is_shown_and_rows_that_are_left_out_are_told(file: Path) -> None:
    said = taxi_assets("show", "GREEN_tripdata", "--format", "csv", "--rows", "3")
    assert (said.exit_code, said.stdout) == (0, "trip\n0\n1\n2\n")
    assert "more rows than the first 3" in said.stderr
    assert "--rows" in said.stderr


def test_the_tables_are_listed_with_what_they_mean(file: Path) -> None:
    found = json.loads(taxi_assets("show", "--json").stdout)
    assert [(each["table"], each["columns"]) for each in found] == [
        ("green_tripdata", 1),
        ("zones", 4),
    ]
    assert found[0]["meaning"] == "Green taxi trips, a row each."


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("show", "gren_tripdata"), "did you mean green_tripdata?"),
        (("show", "users"), "there are green_tripdata, zones"),
        (("query", "SELECT * FROM gren_tripdata"), 'Did you mean "green_tripdata"'),
        (("query", "DELETE FROM zones"), "it must be one SELECT statement"),
        (("query", "SELECT 1; DROP TABLE zones"), "it must be one SELECT statement"),
        (("query", "COPY zones TO 'zones.csv'"), "it must be one SELECT statement"),
        (("query", "ATTACH 'other.duckdb'"), "it must be one SELECT statement"),
        (("query", "SET memory_limit = '9GB'"), "it must be one SELECT statement"),
        (("query", "FROM read_text('/etc/passwd')"), "disabled by configuration"),
        (("query", "WITH d AS (DELETE FROM zones RETURNING 1) FROM d"), "cannot be run"),
        (("query", "SELECT 1 /* ; */ ; -- \n DROP TABLE zones"), "must be one SELECT statement"),
        (("query", "SELECT 1 AS a, 2 AS a", "--json"), "two columns are called a"),
        (("query", "SELECT 1", "--format", "parquet"), "--output"),
        (("query", "SELECT * FROM nothing", "--output", "t.xlsx"), "t.xlsx ends in none of"),
        (("query", "SELECT 1", "--rows", "0"), "1<=x<=1000000"),
        (("query", "SELECT 1", "--warehouse", "postgres"), "TAXI_POSTGRES_DSN"),
    ],
)
def test_a_wrong_query_ends_with_code_2_and_changes_nothing(
    file: Path, arguments: tuple[str, ...], told: str
) -> None:
    before = sorted(file.parent.parent.rglob("*"))
    said = taxi_assets(*arguments)
    assert (said.exit_code, said.stdout) == (2, ""), said.text
    assert told in said.text
    assert "What to do:" in said.stderr
    assert sorted(file.parent.parent.rglob("*")) == before
    with duckdb.connect(file, read_only=True) as connection:
        assert connection.execute("SELECT count(*) FROM zones").fetchall() == [(2,)]


def test_a_query_that_takes_too_long_names_the_setting(file: Path) -> None:
    os.environ["TAXI_QUERY_SECONDS"] = "2"
    said = taxi_assets("query", "SELECT count(*) FROM range(1000000000) a, range(1000000000) b")
    assert said.exit_code == 1
    assert "longer than 2 s" in said.text
    assert "TAXI_QUERY_SECONDS" in said.text


def test_what_was_written_before_stays_where_a_query_fails(file: Path, tmp_path: Path) -> None:
    path = tmp_path / "zones.csv"
    path.write_text("kept")
    assert taxi_assets("query", "SELECT nothing FROM zones", "--output", str(path)).exit_code == 2
    assert path.read_text() == "kept"
    away = taxi_assets("query", "SELECT 1", "--output", str(tmp_path / "away" / "zones.csv"))
    assert away.exit_code == 1
    assert "away/zones.csv" in away.text


def test_a_pipe_and_stdout_get_the_rows_alone(file: Path) -> None:
    program = Path(sys.executable).with_name("taxi-assets")
    ask = f"{program} query 'SELECT zone_id FROM zones ORDER BY 1' --format csv --output"
    script = f"mkfifo p; cat p & {ask} p >&2; wait; test -p p && {ask} /dev/stdout"
    shell = ["bash", "-c", script]
    done = subprocess.run(
        shell, cwd=file.parent, capture_output=True, text=True, check=True, timeout=120
    )
    assert done.stdout == "zone_id\n1\n2\n" * 2
    assert done.stderr == "p: 2 rows\n"


def test_without_a_database_the_command_that_makes_one_is_named(settings_env: Path) -> None:
    said = taxi_assets("show")
    assert said.exit_code == 1
    assert "taxi-assets load green 2021-03" in said.text


@pytest.mark.parametrize(
    ("words", "place", "completed"),
    [
        ("taxi-assets show gre", "2", ["plain,green_tripdata"]),
        ("taxi-assets show ", "2", ["plain,green_tripdata", "plain,zones"]),
        ('taxi-assets query "SELECT 1 FROM zo', "2", ["plain,SELECT 1 FROM zones"]),
        ("taxi-assets show --warehouse postgres gre", "4", []),
    ],
)
def test_a_shell_is_told_the_names_of_tables(
    file: Path, words: str, place: str, completed: list[str]
) -> None:
    asked = {"_TAXI_ASSETS_COMPLETE": "bash_complete", "COMP_WORDS": words, "COMP_CWORD": place}
    answer = CliRunner().invoke(main, env=asked, prog_name="taxi-assets")
    assert [line for line in answer.stdout.splitlines() if line] == completed


def test_models_are_read_with_and_without_their_schema(file: Path) -> None:
    with duckdb.connect(file) as connection:
        connection.execute("CREATE SCHEMA analytics")
        connection.execute("CREATE VIEW analytics.fct_trips AS SELECT count(*) trips FROM zones")
    for name in ("fct_trips", "analytics.fct_trips"):
        for asked in (("show", name), ("query", f"SELECT trips FROM {name}")):
            said = taxi_assets(*asked, "--format", "csv")
            assert (said.exit_code, said.stdout) == (0, "trips\n2\n"), said.text
    for begun, whole in (("fct", "fct_trips"), ("ana", "analytics.fct_trips")):
        asked_for = {"COMP_WORDS": f"taxi-assets show {begun}", "COMP_CWORD": "2"}
        answer = CliRunner().invoke(
            main,
            env={"_TAXI_ASSETS_COMPLETE": "bash_complete", **asked_for},
            prog_name="taxi-assets",
        )
        assert answer.stdout.split() == [f"plain,{whole}"]
    with duckdb.connect(file) as connection:
        connection.execute("CREATE TABLE fct_trips AS SELECT 'mine' AS whose")
    assert taxi_assets("show", "fct_trips", "--format", "csv").stdout == "whose\nmine\n"
    assert taxi_assets("show", "analytics.fct_trips", "--format", "csv").stdout == "trips\n2\n"


@pytest.mark.long
def test_bash_completes_names_of_tables(file: Path) -> None:
    programs = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    shell = pexpect.spawn(
        "bash --norc --noprofile -i",
        env={**os.environ, "PATH": programs, "PS1": "> "},
        encoding="utf-8",
        timeout=60,
    )
    try:
        shell.sendline('eval "$(_TAXI_ASSETS_COMPLETE=bash_source taxi-assets)"; echo rea""dy')
        shell.expect("ready")
        shell.send("taxi-assets show gre\t")
        shell.expect("green_tripdata ")
        shell.sendcontrol("c")
        shell.send('taxi-assets query "SELECT count(*) FROM gre\t')
        shell.expect('FROM green_tripdata"')
    finally:
        shell.close(force=True)


def test_a_file_that_cannot_be_opened_is_no_fault_of_the_query(settings_env: Path) -> None:
    settings_env.mkdir()
    (settings_env / "taxi.duckdb").write_bytes(b"no database" * 1_000)

    for command in (("query", "SELECT 1"), ("show",)):
        answer = taxi_assets(*command)
        assert answer.exit_code == 1, answer.text
        assert f"{settings_env / 'taxi.duckdb'} cannot be opened" in answer.text
        assert "it was:" not in answer.text
        assert "`taxi-assets doctor`" in answer.text
