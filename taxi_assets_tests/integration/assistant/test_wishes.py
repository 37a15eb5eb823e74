"""Twenty wishes in plain words: a plan that the form can hold loads and runs, or says impossible.

What is tried is what can be expressed, not how well a model plans: no model is asked here.
"""

from __future__ import annotations

import gzip
import io
import json
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path

import psycopg
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from taxi_assets.assistant.copilot.plan import Plan
from taxi_assets.assistant.copilot.rendering import pipeline_text
from taxi_assets_tests.api_server import Answer, ApiServer, Route, api_server, as_json
from taxi_assets_tests.command_line import DataFolder, taxi_assets
from taxi_assets_tests.wishes import ROWS, SECRET, WISHES, Wish


@pytest.fixture(scope="module")
def dsn(shared_dsn: str) -> str:
    """A Postgres with a table of somebody's own."""
    with psycopg.connect(shared_dsn, autocommit=True) as connection:
        connection.execute("CREATE TABLE sums AS SELECT 'x' AS name, 1.5::float8 AS total")
    return shared_dsn


@pytest.fixture
def api(settings_env: Path, dsn: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[ApiServer]:
    """The web that the wishes are about, on this machine, and settings that reach it."""
    with api_server() as server:
        server.routes |= answers()
        secrets = {"our_key@127.0.0.1": SECRET, "chat@127.0.0.1": f"{server.url}/hook"}
        given = {
            "TAXI_SOURCE": "sample",
            "TAXI_SAMPLE_ROWS": str(ROWS),
            "TAXI_WAREHOUSES": "duckdb",
            "TAXI_TAXIS": "yellow,green,fhvhv",
            "TAXI_POSTGRES_DSN": dsn,
            "TAXI_PIPELINE_HOSTS": "any",
            "TAXI_PIPELINE_SECRETS": json.dumps(secrets),
        }
        for name, value in given.items():
            monkeypatch.setenv(name, value)
        yield server


def answers() -> dict[str, Route]:
    """What the web answers."""
    parquet, packed = io.BytesIO(), io.BytesIO()
    pq.write_table(pa.table({"a": [1, 2, 3]}), parquet)
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("rates.csv", "day,rate\n2026-01-01,1\n2026-01-02,2\n")
    office = "Straße;Umsatz;am\nRing;1.234,5;31.12.2025\n".encode("latin-1")
    hourly = {"time": ["2020-01-01T00:00", "2020-01-01T01:00"], "temperature_2m": [1.5, 2.5]}

    def paged(query: Mapping[str, str]) -> Answer:
        first = 2 * int(query["page"]) - 1
        return as_json([{"n": n} for n in range(first, min(first + 2, 6))])

    return {
        "/weather": lambda _: as_json({"hourly": hourly}),
        "/guarded": lambda query: as_json([{"a": query.get("key")}]),
        "/nested": lambda _: as_json(
            {"data": {"stations": [{"id": 7, "address": {"city": "Queens"}}]}}
        ),
        "/file.parquet": lambda _: Answer(parquet.getvalue()),
        "/paged": paged,
        "/office.csv": lambda _: Answer(office),
        "/events.gz": lambda _: Answer(gzip.compress(b'{"at": 1767225600000}\n')),
        "/pulls": lambda _: as_json({"pulls": 12}),
        "/rates.zip": lambda _: Answer(packed.getvalue()),
        "/rates2.csv": lambda _: Answer(b"day,rate\n2026-01-02,2.5\n2026-01-03,3\n"),
        "/hook": lambda _: Answer(b"ok"),
    }


EXPRESSED = [wish for wish in WISHES if wish.pipelines]


def test_there_are_twenty_wishes_and_most_can_be_expressed() -> None:
    assert len(WISHES) == 20
    told = (Path(__file__).parents[3] / "docs" / "assistant.md").read_text("utf-8")
    assert f"a report to a chat, {len(EXPRESSED)} can be expressed by plans" in told


@pytest.mark.parametrize("wish", EXPRESSED, ids=lambda wish: wish.words)
def test_a_wish_becomes_pipelines_that_load_and_run(
    api: ApiServer, wish: Wish, settings_env: Path, dsn: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if "postgres" in json.dumps(wish.pipelines):
        monkeypatch.setenv("TAXI_WAREHOUSES", "duckdb,postgres")
    text = json.dumps(wish.pipelines)
    if any(each["component"] in ("SqlTable", "Report", "CopyTable") for each in wish.pipelines):
        assert taxi_assets("load", "green", "2020-01").exit_code == 0
    if "zones" in text:
        assert taxi_assets("load", "zones").exit_code == 0
    Path("pipelines").mkdir()
    for pipeline in wish.pipelines:
        plan = {
            "kind": "pipelines",
            "points": [{"asked": wish.words, "done_by": pipeline["name"]}],
            "pipelines": [pipeline],
        }
        form = Plan.model_validate_json(json.dumps(plan).replace("URL", api.url))
        for planned in form.pipelines or []:
            Path(f"pipelines/{planned.name}.yaml").write_text(pipeline_text(planned))
            said = taxi_assets("pipelines", planned.name)
            assert said.exit_code == 0, said.text
    if wish.rows is not None and wish.where == "duckdb":
        assert DataFolder(settings_env).query(wish.query) == wish.rows
    elif wish.rows is not None:
        with psycopg.connect(dsn) as connection:
            assert connection.execute(wish.query.encode()).fetchall() == wish.rows
    if "chat" in text:
        assert "months: 0 differ" in json.loads(api.posted[-1])["text"]


@pytest.mark.parametrize(
    "wish", [wish for wish in WISHES if not wish.pipelines], ids=lambda wish: wish.words
)
def test_a_wish_that_nothing_does_can_be_answered_with_that(wish: Wish) -> None:
    plan = {"kind": "impossible", "reason": f"No component does: {wish.words}."}
    assert Plan.model_validate_json(json.dumps(plan)).reason
