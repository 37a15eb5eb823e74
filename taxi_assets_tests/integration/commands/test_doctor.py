"""What `taxi-assets doctor` finds; no command says or keeps a password."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from taxi_assets.settings import Settings, variable
from taxi_assets_tests.command_line import DataFolder, taxi_assets
from taxi_assets_tests.faulty_server import Reply, ServedFile, faulty_server
from taxi_assets_tests.integration.commands.conftest import FILE, SECRET


def test_check_and_doctor_cut_nothing_in_a_narrow_terminal(loaded: DataFolder) -> None:
    checked = taxi_assets("check", columns=60)
    found = taxi_assets("doctor", "--all", columns=60)

    assert "duckdb: rows_match_file" in checked.text
    assert all(variable(name) in found.text for name in Settings.model_fields)
    assert "…" not in checked.stdout + found.stdout


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
