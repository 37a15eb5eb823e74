"""`taxi-assets mcp`, asked by the official SDK's own client, as AI programs ask it.

The SDK takes seconds to import, which each process of the tests would spend.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any
from unittest import mock

import duckdb
import pytest
import requests

from taxi_assets.mcp.server import mcp_server
from taxi_assets.settings import read_settings
from taxi_assets_tests.command_line import DataFolder, taxi_assets, wait_for
from taxi_assets_tests.loopback import free_port

if TYPE_CHECKING:
    from mcp import Client
    from mcp_types import CallToolResult, Tool

TOKEN = "a-token-of-this-test-0123456789"
READING = {
    "search_docs",
    "status",
    "list_tables",
    "query",
    "check_results",
    "audit",
    "backfills",
    "validate_pipeline",
}
WRITING = {"load", "apply_pipeline"}
COUNT = "SELECT count(*) AS trips FROM green_tripdata WHERE filename LIKE '%{}%'"
PIPELINE = """\
type: taxi_assets.components.TripPipeline
attributes:
  taxi: green
  months: {first: 2020-01, last: 2020-03}
  warehouses: [duckdb]
"""


def settings_of(data: Path) -> dict[str, str]:
    """The settings of a data folder whose months are synthetic."""
    return {
        "TAXI_DATA_DIR": str(data),
        "DAGSTER_HOME": str(data / "dagster"),
        "TAXI_SOURCE": "sample",
        "TAXI_SAMPLE_ROWS": "50",
        "TAXI_ASSISTANT_SOURCES": "docs",
    }


@pytest.fixture(scope="module")
def once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a data folder in which one synthetic month is loaded, and a copy of it."""
    folder = tmp_path_factory.mktemp("once")
    with mock.patch.dict(os.environ, settings_of(folder / "data")):
        said = taxi_assets("load", "green", "2020-04")
    assert said.exit_code == 0, said.text
    shutil.copytree(folder / "data", folder / "kept", symlinks=True)
    return folder


@pytest.fixture
def loaded(settings_env: Path, once: Path) -> DataFolder:
    """That data folder, put back at its place: the external view names the lake's path."""
    data = once / "data"
    shutil.rmtree(data)
    shutil.copytree(once / "kept", data, symlinks=True)
    os.environ |= settings_of(data)
    return DataFolder(data)


def asked(use: Callable[[Client], Awaitable[Any]], allow_writes: bool = False) -> Any:
    """What a client of a server in this process gets."""
    from mcp import Client

    async def run() -> Any:
        async with Client(mcp_server(read_settings(), allow_writes)) as client:
            return await use(client)

    return asyncio.run(run())


def call(tool: str, allow_writes: bool = False, /, **arguments: object) -> Any:
    """What a tool returns, as its structured content."""
    result = asked(lambda client: client.call_tool(tool, arguments), allow_writes)
    assert not result.is_error, result.content
    return result.structured_content


def refused(tool: str, allow_writes: bool = False, /, **arguments: object) -> str:
    """What a tool says in place of a result."""
    result = asked(lambda client: client.call_tool(tool, arguments), allow_writes)
    assert result.is_error, result
    (content,) = result.content
    return str(content.text)


def tools(allow_writes: bool = False) -> dict[str, Tool]:
    """The tools that a server offers."""
    found = asked(lambda client: client.list_tools(), allow_writes)
    return {tool.name: tool for tool in found.tools}


def test_without_a_flag_no_tool_changes_anything(settings_env: Path) -> None:
    offered = tools()
    assert set(offered) == READING
    for tool in offered.values():
        assert tool.annotations is not None
        assert tool.annotations.read_only_hint is True
        assert tool.description
        assert "\n  " not in tool.description, "no indentation of the code"
    assert set(tools(allow_writes=True)) == READING | WRITING
    assert "Unknown tool" in refused("load", taxi="green", start="2020-04")


def test_the_docs_are_searched(loaded: DataFolder) -> None:
    found = call("search_docs", question="How do I back the server up?")
    assert found["fits"] is True
    assert any("deploy/backup" in passage["text"] for passage in found["passages"])
    assert call("search_docs", question="Who painted the Mona Lisa?")["fits"] is False


def test_tables_are_listed_with_meanings_and_loaded_months(loaded: DataFolder) -> None:
    found = call("list_tables")
    assert found["warehouse"] == "duckdb"
    assert found["loaded"] == {"green": "2020-04"}
    fare = found["tables"]["green_tripdata"]["columns"]["fare_amount"]
    assert "US dollars" in fare["meaning"]


def test_a_query_is_run_and_one_about_a_month_that_is_not_loaded_is_not(
    loaded: DataFolder,
) -> None:
    found = call("query", sql=COUNT.format("2020-04"))
    assert (found["columns"], found["rows"]) == (["trips"], [[50]])
    assert found["loaded"] == "green 2020-04"
    assert "green 2021-01 is not loaded" in refused("query", sql=COUNT.format("2021-01"))
    assert "one SELECT statement" in refused("query", sql="DROP TABLE green_tripdata")
    assert "cannot be run" in refused("query", sql="SELECT * FROM read_text('/etc/passwd')")
    nested = f"SELECT {'(' * 5000}1{')' * 5000}"
    assert "expression depth" in refused("query", sql=nested)
    found = call("query", sql="SELECT 'NaN'::DOUBLE, '-inf'::DOUBLE, 1.5::DOUBLE")
    assert found["rows"] == [["nan", "-inf", 1.5]]


def test_status_checks_and_backfills_are_shown(loaded: DataFolder) -> None:
    (line,) = call("status", taxi="green")["result"]
    assert (line["month"], line["warehouse_rows"], line["agreement"]) == (
        "2020-04",
        {"duckdb": 50},
        "ok",
    )
    every = call("check_results", month="2020-04", only_bad=False)["result"]
    assert {each["asset"] for each in every} == {"duckdb/green_tripdata"}
    assert {"rows_match_file"} <= {each["name"] for each in every if each["state"] == "passed"}
    assert call("check_results", only_bad=False, month="2019-01") == {"result": []}
    assert call("backfills") == {"result": []}


def test_a_month_is_audited_and_nothing_is_written(loaded: DataFolder) -> None:
    def audited() -> dict[str, str]:
        found = call("audit", taxi="green", month="2020-04")["result"]
        return {f"{each['side']}: {each['subject']}": each["proof"] for each in found}

    proved = dict.fromkeys(("lake: file", "lake: note", "duckdb: rows"), "proved")
    before = loaded.query("FROM tripdata_files")
    assert audited() == proved
    assert loaded.query("FROM tripdata_files") == before, "no digest was added"
    with duckdb.connect(read_settings().duckdb_file) as connection:
        connection.execute("UPDATE green_tripdata SET tip_amount = 77 WHERE rowid = 3")
    assert audited() == {**proved, "duckdb: rows": "wrong"}
    assert "lies before" in refused("audit", taxi="green", month="2001-01")


def test_an_error_says_what_to_do(settings_env: Path) -> None:
    assert "What to do: load one" in refused("list_tables")
    assert "there is no taxi 'blue'" in refused("status", taxi="blue")


ODD: list[tuple[str, dict[str, object], str]] = [
    ("search_docs", {"question": " "}, "1 to 2,000 characters, not 0"),
    ("search_docs", {"question": "x" * 200_000}, "1 to 2,000 characters, not 200,000"),
    ("search_docs", {"question": ["a"]}, "question: Input should be a valid string"),
    ("search_docs", {"question": "a", "limit": 3}, "there is no argument limit"),
    ("status", {"taxi": "x" * 200_000}, "name one of yellow, green, fhv, fhvhv, or all"),
    ("list_tables", {"warehouse": "oracle"}, "'duckdb', 'postgres' or 'bigquery'"),
    ("query", {}, "sql: Field required"),
    ("query", {"sql": "SELECT 1", "most_rows": 10**9}, "less than or equal to 1000"),
    ("check_results", {"month": "2020-13"}, "2020-13 is not a month"),
    ("audit", {"taxi": "all", "month": "2020-04"}, "name one of yellow, green, fhv, fhvhv"),
    ("audit", {"taxi": "green", "month": "April"}, "month: String should match"),
    ("backfills", {"taxi": "green"}, "backfills takes no arguments"),
    ("validate_pipeline", {"name": "x" * 200_000, "text": ""}, "is no name of a pipeline"),
    ("load", {"taxi": "green", "start": "2020-01", "dryrun": False}, "no argument dryrun"),
    ("load", {"taxi": "зелёный", "start": "2020-01"}, "there is no taxi 'зелёный'"),
    ("load", {"taxi": "green", "start": "2020-05", "end": "2020-04"}, "0 months that have ended"),
]
"""Calls that a model might make, and what it is told."""


def test_an_odd_call_is_told_what_is_wrong_and_what_to_do(settings_env: Path) -> None:
    async def said(client: Client) -> list[CallToolResult]:
        return [await client.call_tool(tool, arguments) for tool, arguments, _ in ODD]

    for (tool, _, told), result in zip(ODD, asked(said, True), strict=True):
        (content,) = result.content
        assert result.is_error
        assert told in content.text, (tool, content.text)
        assert "What to do:" in content.text, (tool, content.text)
        assert len(content.text) < 1_000
        assert "pydantic" not in content.text


def test_a_pipeline_is_proved_and_nothing_is_written(loaded: DataFolder) -> None:
    found = call("validate_pipeline", name="green_2020", text=PIPELINE)
    assert found["proof"]["job"] == "pipeline_green_2020"
    assert found["proof"]["months"] == ["2020-01", "2020-02", "2020-03"]
    assert "+type: taxi_assets.components.TripPipeline" in found["diff"]
    assert not Path("pipelines").exists()


@pytest.mark.usefixtures("proved_here")
def test_a_wrong_pipeline_is_told_of(loaded: DataFolder) -> None:
    wrong = PIPELINE.replace("green", "blue")
    said = refused("validate_pipeline", name="green_2020", text=wrong)
    assert "line 3: taxi: it must be one of yellow, green" in said
    assert "What to do: correct the file" in said
    for text in ("\0", "type: \x07", "\ud800"):
        said = refused("validate_pipeline", name="green_2020", text=text)
        assert "green_2020.yaml" in said
        assert "What to do: correct the file" in said
    assert "is no name" in refused("validate_pipeline", name="../../etc/x", text=PIPELINE)
    assert not Path("pipelines").exists()


@pytest.mark.usefixtures("proved_here")
def test_a_pipeline_is_written_only_when_that_is_asked_for(loaded: DataFolder) -> None:
    file = Path("pipelines/green_2020.yaml")
    assert call("apply_pipeline", True, name="green_2020", text=PIPELINE)["written"] is False
    assert not file.exists()
    found = call("apply_pipeline", True, name="green_2020", text=PIPELINE, dry_run=False)
    assert found["written"] is True
    assert file.read_text() == PIPELINE
    again = refused("apply_pipeline", True, name="green_2020", text=PIPELINE, dry_run=False)
    assert "there is a pipeline green_2020 already" in again


def test_months_are_loaded_only_when_that_is_asked_for(loaded: DataFolder) -> None:
    planned = call("load", True, taxi="green", start="2020-05")
    assert planned["outcomes"] == []
    assert planned["plans"][0]["warehouses"] == {"duckdb": {"action": "load", "rows": 0}}
    assert set(loaded.ledger()) == {"green_tripdata_2020-04.synthetic.csv"}
    done = call("load", True, taxi="green", start="2020-05", dry_run=False)
    assert [(each["state"], each["rows"]) for each in done["outcomes"]] == [("loaded", 50)]
    assert "green_tripdata_2020-05.synthetic.csv" in loaded.ledger()
    assert "at once" in refused("load", True, taxi="green", start="2015-01", end="2020-01")


def test_a_client_starts_it_and_talks_over_stdin_and_stdout(loaded: DataFolder) -> None:
    from mcp import Client
    from mcp.client.stdio import StdioServerParameters

    program = "from taxi_assets.cli import main; main()"
    server = StdioServerParameters(
        command=sys.executable, args=["-c", program, "mcp"], env=dict(os.environ)
    )

    async def run() -> tuple[set[str], Any]:
        async with Client(server) as client:
            offered = await client.list_tools()
            result = await client.call_tool("query", {"sql": COUNT.format("2020-04")})
            return {tool.name for tool in offered.tools}, result.structured_content

    names, found = asyncio.run(run())
    assert names == READING
    assert found["rows"] == [[50]]


@pytest.fixture(scope="module")
def http(once: Path) -> Iterator[str]:
    """The address of a server that wants a token."""
    port = free_port()
    program = "from taxi_assets.cli import main; main()"
    process = subprocess.Popen(
        [sys.executable, "-c", program, "mcp", "--http", "--port", str(port)],
        env={**os.environ, **settings_of(once / "data"), "TAXI_MCP_TOKEN": TOKEN},
        cwd=once,
        stderr=subprocess.PIPE,
    )

    def answers() -> bool:
        assert process.poll() is None, process.stderr and process.stderr.read().decode()
        try:
            return requests.get(f"http://127.0.0.1:{port}/mcp").status_code == 401
        except requests.ConnectionError:
            return False

    try:
        wait_for(answers, "the server")
        yield f"http://127.0.0.1:{port}/mcp"
    finally:
        process.send_signal(signal.SIGTERM)
        _, said = process.communicate(timeout=60)
        assert TOKEN.encode() not in said


def over_http(address: str, **headers: str) -> Any:
    """What a client gets that sends these headers."""
    import httpx2
    from mcp import Client
    from mcp.client.streamable_http import streamable_http_client

    async def run() -> Any:
        async with (
            httpx2.AsyncClient(headers=headers) as http,
            Client(streamable_http_client(address, http_client=http)) as client,
        ):
            result = await client.call_tool("query", {"sql": COUNT.format("2020-04")})
            return result.structured_content

    return asyncio.run(run())


def test_over_http_it_answers_whoever_has_the_token(loaded: DataFolder, http: str) -> None:
    assert over_http(http, Authorization=f"Bearer {TOKEN}")["rows"] == [[50]]


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Authorization": "Bearer wrong"},
        {"Authorization": TOKEN},
        {"Authorization": f"Basic {TOKEN}"},
    ],
)
def test_over_http_it_answers_nobody_else(http: str, headers: dict[str, str]) -> None:
    answer = requests.post(http, headers=headers, json={"jsonrpc": "2.0", "method": "tools/list"})
    assert answer.status_code == 401
    assert "TAXI_MCP_TOKEN" in answer.text


@pytest.mark.parametrize(
    "headers", [{"Host": "evil.example:80"}, {"Origin": "https://evil.example"}]
)
def test_a_page_of_another_site_cannot_ask_even_with_the_token(
    http: str, headers: dict[str, str]
) -> None:
    named = {"Authorization": f"Bearer {TOKEN}", "Accept": "application/json, text/event-stream"}
    message: dict[str, Any] = {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}
    answer = requests.post(http, headers={**named, **headers}, json=message)
    assert answer.status_code in (403, 421)


def test_over_http_it_does_not_start_without_a_token(settings_env: Path) -> None:
    said = taxi_assets("mcp", "--http")
    assert said.exit_code == 2
    assert "set it to a secret of 16 characters or more" in said.text
