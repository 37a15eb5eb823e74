"""What `taxi-assets` does and says."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from unittest import mock
from xml.etree import ElementTree as ET

import click
import pytest

from taxi_assets.cli import main
from taxi_assets.settings import Settings, variable
from taxi_assets.trips.datasets import DATASETS
from taxi_assets.trips.green import GREEN
from taxi_assets.trips.month import Month
from taxi_assets.trips.yellow import YELLOW
from taxi_assets_tests.command_line import DataFolder, rows_in, sha256, taxi_assets
from taxi_assets_tests.faulty_server import Reply, ServedFile, faulty_server
from taxi_assets_tests.published import Mirror, csv_month, line, parquet_bytes, parquet_table

CSV = "green_tripdata_2020-04.csv"
PARQUET = "green_tripdata_2020-04.parquet"
SYNTHETIC = "green_tripdata_2020-04.synthetic.csv"

FILE = csv_month(GREEN, 5)
ONE_BYTE_CHANGED = csv_month(GREEN, [line(GREEN, fare_amount=str(n)) for n in (1, 2, 3, 4, 6)])

THIS_MONTH = Month.of(datetime.now(UTC).date())
SECRET = "s3cret"  # a password in a URL


@pytest.fixture
def data(settings_env: Path, mirror: Mirror, monkeypatch: pytest.MonkeyPatch) -> DataFolder:
    """An empty data folder whose source is the mirror; it has green 2020-04."""
    monkeypatch.setenv("TAXI_CSV_BASE_URL", mirror.csv_url)
    monkeypatch.setenv("TAXI_PARQUET_BASE_URL", mirror.parquet_url)
    monkeypatch.setenv("TAXI_PUBLISHED_COUNTS", "warn")
    # Made trips are of April 2020, whatever the month of their file.
    monkeypatch.setenv("TAXI_REFUSE_OUT_OF_MONTH_SHARE", "1")
    mirror.publish(f"{CSV}.gz", FILE)
    return DataFolder(settings_env)


@pytest.fixture(scope="module")
def one_month(tmp_path_factory: pytest.TempPathFactory) -> tuple[DataFolder, Mirror]:
    """A data folder with green 2020-04, loaded once for all tests that change nothing."""
    folder = tmp_path_factory.mktemp("one_month")
    mirror = Mirror(folder / "mirror")
    mirror.publish(f"{CSV}.gz", FILE)
    settings = {
        "TAXI_DATA_DIR": str(folder / "data"),
        "DAGSTER_HOME": str(folder / "data" / "dagster"),
        "TAXI_CSV_BASE_URL": mirror.csv_url,
        "TAXI_PUBLISHED_COUNTS": "warn",
        # Made trips are of April 2020, whatever the month of their file.
        "TAXI_REFUSE_OUT_OF_MONTH_SHARE": "1",
    }
    with mock.patch.dict(os.environ, settings):
        answer = taxi_assets("load", "green", "2020-04")
    assert answer.exit_code == 0, answer.text
    return DataFolder(folder / "data"), mirror


@pytest.fixture
def loaded(
    one_month: tuple[DataFolder, Mirror], settings_env: Path, monkeypatch: pytest.MonkeyPatch
) -> DataFolder:
    """The data folder with green 2020-04, for a test that changes nothing in it."""
    data, mirror = one_month
    monkeypatch.setenv("TAXI_DATA_DIR", str(data.folder))
    monkeypatch.setenv("DAGSTER_HOME", str(data.folder / "dagster"))
    monkeypatch.setenv("TAXI_CSV_BASE_URL", mirror.csv_url)
    monkeypatch.setenv("TAXI_PUBLISHED_COUNTS", "warn")
    # Made trips are of April 2020, whatever the month of their file.
    monkeypatch.setenv("TAXI_REFUSE_OUT_OF_MONTH_SHARE", "1")
    return data


@pytest.fixture
def tampered(loaded: DataFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> DataFolder:
    """A copy of the database, for a test that changes it by hand."""
    copy = DataFolder(tmp_path)
    shutil.copy(loaded.duckdb_file, copy.duckdb_file)
    monkeypatch.setenv("TAXI_DUCKDB_PATH", str(copy.duckdb_file))
    return copy


def test_demo_loads_synthetic_months_and_says_that_they_are_not_real(
    settings_env: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = tmp_path / "own"
    monkeypatch.setenv("TAXI_DUCKDB_PATH", str(own / "taxi.duckdb"))
    monkeypatch.setenv("TAXI_LAKE", own.as_uri())
    answer = taxi_assets("demo", "--rows", "50")
    assert not own.exists(), "the sample would replace real months"

    assert answer.exit_code == 0, answer.text
    assert "Synthetic trips (not real ones)" in answer.text
    assert "duckdb.connect(" in answer.text
    demo = DataFolder(settings_env / "demo")
    for dataset in (YELLOW, GREEN):
        files = demo.query(f"SELECT filename, count(*) FROM {dataset.table} GROUP BY filename")
        names = [f"{dataset.table}_2024-0{month}.synthetic.csv" for month in (1, 2, 3)]
        assert sorted(files) == [(name, 50) for name in names]
    assert demo.query("SELECT count(*) FROM zones") == [(265,)]
    assert demo.debris() == []


def test_a_loaded_month_equals_its_file(loaded: DataFolder) -> None:
    assert loaded.rows(GREEN, CSV) == rows_in(FILE, GREEN)
    assert loaded.ledger() == {CSV: (sha256(FILE), 5)}
    assert (loaded.lake / "green" / f"{CSV}.gz").read_bytes() == FILE


def test_a_range_of_months_of_all_taxis(data: DataFolder, mirror: Mirror) -> None:
    names = [f"{d.table}_{month}.csv" for d in (GREEN, YELLOW) for month in ("2020-04", "2020-05")]
    for number, name in enumerate(names, start=1):
        dataset = DATASETS[name.partition("_")[0]]
        mirror.publish(f"{name}.gz", csv_month(dataset, number))

    answer = taxi_assets("load", "all", "2020-04", "2020-05")

    assert answer.exit_code == 0, answer.text
    assert answer.text.count(" loaded ") == 4
    assert {name: rows for name, (_, rows) in data.ledger().items()} == {
        name: number for number, name in enumerate(names, start=1)
    }


def test_the_taxi_zones(data: DataFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TAXI_SOURCE", "sample")

    answer = taxi_assets("load", "zones")

    assert answer.exit_code == 0, answer.text
    assert data.query("SELECT count(DISTINCT LocationID) FROM zones") == [(265,)]


def test_a_month_that_is_there_unchanged_is_passed_over(loaded: DataFolder) -> None:
    landed = loaded.lake / "green" / f"{CSV}.gz"
    before = (loaded.query("FROM tripdata_files"), landed.stat().st_mtime_ns)

    answer = taxi_assets("load", "green", "2020-04")

    assert answer.exit_code == 0, answer.text
    assert "green 2020-04 unchanged, 5 rows: passed over" in answer.text
    assert (loaded.query("FROM tripdata_files"), landed.stat().st_mtime_ns) == before


def test_force_loads_an_unchanged_month_again(loaded: DataFolder) -> None:
    before = loaded.query("SELECT loaded_at FROM tripdata_files")

    answer = taxi_assets("load", "green", "2020-04", "--force")

    assert answer.exit_code == 0, answer.text
    assert "green 2020-04 loaded 5 rows" in answer.text
    assert loaded.query("SELECT loaded_at FROM tripdata_files") > before
    assert loaded.rows(GREEN, CSV) == rows_in(FILE, GREEN)


def test_a_changed_byte_in_the_source_replaces_the_month(data: DataFolder, mirror: Mirror) -> None:
    assert taxi_assets("load", "green", "2020-04").exit_code == 0
    mirror.publish(f"{CSV}.gz", ONE_BYTE_CHANGED)

    answer = taxi_assets("load", "green", "2020-04")

    assert answer.exit_code == 0, answer.text
    assert "green 2020-04 loaded 5 rows" in answer.text
    assert data.rows(GREEN, CSV) == rows_in(ONE_BYTE_CHANGED, GREEN)
    assert data.ledger() == {CSV: (sha256(ONE_BYTE_CHANGED), 5)}


def test_a_month_from_another_source_replaces_the_one_before(
    data: DataFolder, mirror: Mirror, monkeypatch: pytest.MonkeyPatch
) -> None:
    mirror.publish(PARQUET, parquet_bytes(parquet_table(GREEN, Month(2020, 4), 4)))
    monkeypatch.setenv("TAXI_SAMPLE_ROWS", "7")

    for source, name, rows in (("csv", CSV, 5), ("parquet", PARQUET, 4), ("sample", SYNTHETIC, 7)):
        monkeypatch.setenv("TAXI_SOURCE", source)
        answer = taxi_assets("load", "green", "2020-04")

        assert answer.exit_code == 0, answer.text
        for table in ("green_tripdata", "green_tripdata_ext"):
            held = data.query(f"SELECT filename, count(*) FROM {table} GROUP BY filename")
            assert held == [(name, rows)], table
        assert [(key, value[1]) for key, value in data.ledger().items()] == [(name, rows)]


def test_a_month_that_fails_does_not_keep_the_others_from_loading(
    data: DataFolder, mirror: Mirror
) -> None:
    mirror.publish(f"{CSV}.gz", FILE[:-9])
    mirror.publish("green_tripdata_2020-05.csv.gz", FILE)

    answer = taxi_assets("load", "green", "2020-04", "2020-05")

    assert answer.exit_code == 1
    assert "1 of 2 not done: green 2020-04" in answer.stderr
    assert list(data.ledger()) == ["green_tripdata_2020-05.csv"]


def test_load_prints_only_json_where_a_script_reads(data: DataFolder) -> None:
    answer = taxi_assets("load", "green", "2020-04", "2020-05", "--json")

    done, missing = json.loads(answer.stdout)
    assert (done["name"], done["state"], done["rows"]) == ("green 2020-04", "loaded", 5)
    assert all(check["passed"] for check in done["checks"] if check["blocks"])
    assert missing["state"] == "failed"
    assert "green_tripdata_2020-05.csv.gz is not at" in missing["message"]
    assert answer.exit_code == 1
    assert "1 of 2 not done: green 2020-05" in answer.stderr


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["green"], "name a month, such as"),
        (["green", "2020-06", "2020-04"], "2020-04 lies before 2020-06"),
        (["green", str(THIS_MONTH)], f"{THIS_MONTH} has not ended yet"),
        (["green", "2999-01"], "2999-01 has not ended yet"),
        (["green", "2013-07"], "2013-07 lies before the first month of green trips, 2013-08"),
        (["green", "2020-13"], "2020-13 is not a month"),
        (["green", "April"], "'April' is not a month"),
        (["blue", "2020-04"], "'blue' is not one of"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_load_refuses_what_it_cannot_load(
    data: DataFolder, arguments: list[str], says: str
) -> None:
    answer = taxi_assets("load", *arguments)

    assert answer.exit_code == 2
    assert says in answer.stderr
    assert "Traceback" not in answer.stderr
    assert not data.lake.exists()


def test_a_backfill_without_a_daemon_is_refused_with_what_to_do(data: DataFolder) -> None:
    answer = taxi_assets("backfill", "green", "2020-04", "2020-05")

    assert answer.exit_code == 1
    assert "no Dagster daemon is running on this instance" in answer.text
    assert "start one (`taxi-assets dev`), or load the months here" in answer.text


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


def test_check_passes_where_nobody_changed_anything(loaded: DataFolder) -> None:
    answer = taxi_assets("check")

    assert answer.exit_code == 0, answer.text
    assert "rows_match_file passed 5 rows in the table" in answer.text


def test_check_says_the_same_in_json(loaded: DataFolder) -> None:
    answer = taxi_assets("check", "green", "2020-04", "--json")

    (month,) = json.loads(answer.stdout)
    failed = [check["name"] for check in month["checks"] if not check["passed"]]
    assert month["state"] == "checked"
    assert failed == ["rows_match_published"]
    assert answer.exit_code == 0


@pytest.mark.parametrize(
    ("change", "check"),
    [
        ("DELETE FROM green_tripdata WHERE fare_amount = 1", "rows_match_file"),
        (
            "INSERT INTO green_tripdata FROM green_tripdata WHERE fare_amount = 1",
            "rows_match_file",
        ),
        ("DELETE FROM tripdata_files", "rows_match_file"),
        ("UPDATE green_tripdata SET filename = 'april.csv'", "rows_match_file"),
        ("UPDATE green_tripdata SET tip_amount = 0 WHERE fare_amount = 1", "values_as_loaded"),
        ("UPDATE green_tripdata SET lpep_pickup_datetime = NULL", "pickup_present"),
        ("UPDATE green_tripdata SET unique_row_id = upper(unique_row_id)", "row_ids_match_values"),
        ("ALTER TABLE green_tripdata ALTER trip_distance TYPE VARCHAR", "columns_as_declared"),
    ],
    ids=[
        "a row deleted",
        "a row duplicated",
        "the ledger emptied",
        "the filename altered",
        "one value changed",
        "pickups lost",
        "other row ids",
        "another type",
    ],
)
def test_check_names_what_somebody_spoilt(tampered: DataFolder, change: str, check: str) -> None:
    tampered.change(change)

    answer = taxi_assets("check", "green", "2020-04")

    assert answer.exit_code == 1
    assert f"FAILED duckdb/green_tripdata: {check}:" in answer.text
    assert "1 of 1 not done: green 2020-04" in answer.stderr


def test_check_writes_what_a_ci_system_reads(tampered: DataFolder, tmp_path: Path) -> None:
    junit, found = tmp_path / "reports" / "checks.xml", tmp_path / "checks.json"
    arguments = ("check", "green", "--junit", str(junit), "--json-file", str(found))
    good = taxi_assets(*arguments)
    suites = ET.parse(junit).getroot()
    assert good.exit_code == 0
    assert (suites.get("failures"), suites.get("errors")) == ("0", "0")
    assert int(suites.get("tests", "0")) == len(json.loads(found.read_text())[0]["checks"])

    tampered.change("UPDATE green_tripdata SET tip_amount = 0 WHERE fare_amount = 1")
    bad = taxi_assets(*arguments)

    (failure,) = ET.parse(junit).getroot().iterfind(".//testcase[failure]")
    assert bad.exit_code == 1
    assert failure.get("classname") == "duckdb.green_tripdata"
    assert failure.get("name") == "values_as_loaded"
    assert "rows or values were changed since the month was loaded" in str(failure[0].text)
    failed = [c["name"] for c in json.loads(found.read_text())[0]["checks"] if not c["passed"]]
    assert "values_as_loaded" in failed


def test_check_has_nothing_to_do_where_nothing_is_loaded(settings_env: Path) -> None:
    answer = taxi_assets("check")

    assert answer.exit_code == 1
    assert "no month is loaded" in answer.stderr
    assert str(settings_env) in answer.stderr
    assert "What to do: `taxi-assets load green 2020-04` loads one" in answer.stderr
    of_fhv = taxi_assets("audit", "fhv")
    assert (of_fhv.exit_code, "no month of fhv is loaded" in of_fhv.stderr) == (1, True)
    assert "`taxi-assets load fhv 2020-04`" in of_fhv.stderr
    assert taxi_assets("purge", "--days", "99999999999").exit_code == 2


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


def test_check_and_doctor_cut_nothing_in_a_narrow_terminal(loaded: DataFolder) -> None:
    checked = taxi_assets("check", columns=60)
    found = taxi_assets("doctor", "--all", columns=60)

    assert "duckdb: rows_match_file" in checked.text
    assert all(variable(name) in found.text for name in Settings.model_fields)
    assert "…" not in checked.stdout + found.stdout


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


def test_status_of_nothing_says_how_to_begin(settings_env: Path) -> None:
    answer = taxi_assets("status")

    assert answer.exit_code == 0
    assert "`taxi-assets load green 2020-04` loads one" in answer.text
    assert f"data folder {settings_env}, duckdb" in answer.text
    assert json.loads(taxi_assets("status", "--json").stdout) == []


def test_doctor_shows_every_setting_and_where_it_comes_from(
    loaded: DataFolder,
) -> None:
    Path(".env").write_text("TAXI_SAMPLE_SEED=42\n", encoding="utf-8")

    answer = taxi_assets("doctor", "--all")

    assert all(variable(name) in answer.text for name in Settings.model_fields)
    assert f"TAXI_DATA_DIR environment {loaded.folder}" in answer.text
    assert "TAXI_SAMPLE_SEED .env 42" in answer.text
    assert "TAXI_HTTP_ATTEMPTS default 8" in answer.text
    assert f"ok duckdb: {loaded.duckdb_file}: opens" in answer.text


def test_doctor_shows_what_is_set_and_what_is_wrong_first(data: DataFolder) -> None:
    data.folder.mkdir()
    data.duckdb_file.write_bytes(b"no database" * 1_000)

    answer = taxi_assets("doctor")

    assert "TAXI_PUBLISHED_COUNTS environment warn" in answer.text
    assert "TAXI_HTTP_ATTEMPTS" not in answer.text
    assert "settings have their defaults; `taxi-assets doctor --all` lists them" in answer.text
    assert answer.text.index("problem duckdb:") < answer.text.index("ok source:")


def test_doctor_is_content_with_the_sample(
    settings_env: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TAXI_SOURCE", "sample")

    answer = taxi_assets("doctor", "--json")

    report = json.loads(answer.stdout)
    assert answer.exit_code == 0, report["findings"]
    assert {line["variable"] for line in report["settings"]} == set(
        map(variable, Settings.model_fields)
    )
    assert {finding["part"] for finding in report["findings"]} >= {"source", "lake", "duckdb"}


def test_doctor_finds_a_mirror_that_is_not_there(data: DataFolder) -> None:
    Path(os.environ["TAXI_CSV_BASE_URL"].removeprefix("file://")).rename("elsewhere")

    answer = taxi_assets("doctor")

    assert answer.exit_code == 1
    assert f"problem source: {os.environ['TAXI_CSV_BASE_URL']}: no such folder" in answer.text
    assert "What to do: check the network and the proxy, or set a mirror" in answer.text


def test_doctor_finds_a_host_that_does_not_answer(
    settings_env: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with faulty_server(ServedFile(b"")) as server:
        address = server.address
    monkeypatch.setenv("TAXI_CSV_BASE_URL", f"http://user:{SECRET}@{address}/mirror")
    monkeypatch.setenv("TAXI_SOURCE", "csv")

    for answer in (taxi_assets("doctor"), taxi_assets("doctor", "--json")):
        assert answer.exit_code == 1
        assert f"http://{address}/mirror: it cannot be reached" in answer.text
        assert SECRET not in answer.text


def test_doctor_finds_a_file_that_is_no_database(data: DataFolder) -> None:
    data.folder.mkdir()
    data.duckdb_file.write_bytes(b"no database" * 1_000)

    answer = taxi_assets("doctor", "--json")

    assert answer.exit_code == 1
    (problem,) = [f for f in json.loads(answer.stdout)["findings"] if f["part"] == "duckdb"]
    assert not problem["ok"]
    assert f"{data.duckdb_file} cannot be opened" in problem["detail"]
    assert "check that it is a DuckDB file" in problem["remedy"]


def test_commands_that_need_the_database_say_when_a_file_is_none(data: DataFolder) -> None:
    data.folder.mkdir()
    data.duckdb_file.write_bytes(b"no database" * 1_000)

    for arguments in (["status"], ["check"], ["load", "green", "2020-04"]):
        answer = taxi_assets(*arguments)

        assert answer.exit_code == 1, arguments
        assert f"{data.duckdb_file} cannot be opened" in answer.text
        assert "What to do: check that it is a DuckDB file" in answer.text
        assert "Trace" not in answer.text


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_doctor_finds_a_folder_that_may_not_be_written(data: DataFolder) -> None:
    data.folder.mkdir(mode=0o500)

    answer = taxi_assets("doctor")

    assert answer.exit_code == 1
    assert f"problem lake: {data.lake}: Permission denied" in answer.text
    assert "set TAXI_LAKE or TAXI_DATA_DIR" in answer.text


def test_a_password_in_an_address_is_neither_said_nor_kept(
    data: DataFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    refused = Reply(status=401, text="log in")
    with faulty_server(ServedFile(FILE), refused, Reply(status=404)) as server:
        monkeypatch.setenv("TAXI_CSV_BASE_URL", f"http://user:{SECRET}@{server.address}")
        answers = [taxi_assets("load", "green", "2020-04") for _ in range(3)]
        answers.append(taxi_assets("load", "green", "2020-04", "--json"))

    assert [answer.exit_code for answer in answers] == [1, 1, 0, 0]
    assert "answers HTTP 401: log in" in answers[0].text
    assert not [answer.text for answer in answers if SECRET in answer.text]
    kept = [path for path in data.folder.rglob("*") if path.is_file()]
    assert not [path for path in kept if SECRET.encode() in path.read_bytes()]


@pytest.mark.parametrize(
    "address", ["ftp://user:{}@host/x", "user:{}@host/x", "file://u:{}@host/x"]
)
def test_a_password_in_an_address_that_cannot_be_used_is_not_said(
    settings_env: Path, monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    monkeypatch.setenv("TAXI_CSV_BASE_URL", address.format(SECRET))

    answers = [taxi_assets("load", "green", "2020-04"), taxi_assets("doctor")]

    is_found_late = address.startswith("file")
    for answer in answers:
        assert answer.exit_code == (1 if is_found_late else 2)
        assert "TAXI_CSV_BASE_URL" in answer.text
        assert SECRET not in answer.text


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
