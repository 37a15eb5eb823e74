"""Twenty wishes in plain words: a plan that the form can hold loads and runs, or says impossible.

What is tried is what can be expressed, not how well a model plans: no model is asked here.
"""

from __future__ import annotations

import gzip
import io
import json
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from taxi_assets.assistant.copilot.plan import Plan
from taxi_assets.assistant.copilot.rendering import pipeline_text
from taxi_assets_tests.api_server import Answer, ApiServer, Route, api_server, as_json
from taxi_assets_tests.command_line import DataFolder, taxi_assets
from taxi_assets_tests.postgres_server import postgres_server

ROWS = 40
SECRET = "k3y"


@dataclass(frozen=True)
class Wish:
    """A wish.

    Attributes:
        words: what somebody asks for.
        pipelines: what the plan makes, in the order in which it is run; empty if nothing can.
        query: what is asked of DuckDB afterwards.
        rows: what it answers.
        where: the warehouse that is asked.
    """

    words: str
    pipelines: tuple[dict[str, object], ...] = ()
    query: str = ""
    rows: list[tuple[object, ...]] | None = None
    where: str = "duckdb"


def http(name: str, path: str, columns: dict[str, object], **more: object) -> dict[str, object]:
    """A plan of a table of what this machine's server answers at that path."""
    listed = [
        {"name": column, **(given if isinstance(given, dict) else {"kind": given})}
        for column, given in columns.items()
    ]
    plan: dict[str, object] = {"component": "HttpTable", "name": name, "url": f"URL/{path}"}
    fixed: dict[str, object] = {"table": name, "warehouse": "duckdb", "columns": listed}
    return plan | fixed | {"format": "json"} | more


def sql(name: str, text: str, **more: object) -> dict[str, object]:
    """A plan of a table that a query gives."""
    plan = {"component": "SqlTable", "name": name, "table": name, "sql": text}
    return plan | {"warehouse": "duckdb"} | more


def trips(name: str, taxi: str) -> dict[str, object]:
    """A plan of a month of a taxi."""
    months = {"first": "2020-01", "last": "2020-01"}
    given = {"name": name, "taxi": taxi, "months": months, "warehouses": ["duckdb"]}
    return {"component": "TripPipeline", "schedule": "30 6 * * *", **given}


WISHES = [
    Wish(
        "count the green trips of each zone and day",
        (
            sql(
                "by_zone_and_day",
                "SELECT PULocationID AS zone, CAST(lpep_pickup_datetime AS DATE) AS day, count(*) "
                "AS trips FROM green_tripdata GROUP BY ALL",
                monthly=True,
                tests=[{"unique": ["month", "zone", "day"]}],
            ),
        ),
        "SELECT CAST(sum(trips) AS INT) FROM by_zone_and_day",
        [(ROWS,)],
    ),
    Wish(
        "put the weather of each hour beside the trips",
        (
            http(
                "weather",
                "weather",
                {
                    "at": {"kind": "timestamp", "path": "time"},
                    "celsius": {"kind": "number", "path": "temperature_2m"},
                },
                records="hourly",
            ),
            sql(
                "trips_by_weather",
                "SELECT w.celsius, count(t.filename) AS trips FROM weather AS w LEFT JOIN "
                "green_tripdata AS t ON date_trunc('hour', t.lpep_pickup_datetime) = w.at "
                "GROUP BY w.celsius",
            ),
        ),
        "SELECT count(*) FROM trips_by_weather",
        [(2,)],
    ),
    Wish(
        "only the trips that begin in Manhattan, with the names of their zones",
        (
            sql(
                "manhattan",
                "SELECT t.*, z.Zone AS zone FROM green_tripdata AS t JOIN zones AS z "
                "ON t.PULocationID = z.LocationID WHERE z.Borough = 'Synthetic borough 1'",
                monthly=True,
            ),
        ),
        "SELECT count(*) = (SELECT count(*) FROM green_tripdata JOIN zones ON "
        "PULocationID = LocationID WHERE Borough = 'Synthetic borough 1') FROM manhattan",
        [(True,)],
    ),
    Wish(
        "a table from our API, which wants a key",
        (
            http(
                "guarded",
                "guarded",
                {"a": "text"},
                headers=[{"name": "Authorization", "secret": "our_key", "before": "Bearer "}],
                parameters=[{"name": "key", "secret": "our_key"}],
            ),
        ),
        "FROM guarded",
        [(SECRET,)],
    ),
    Wish(
        "the stations in nested JSON, city names as a column",
        (
            http(
                "stations",
                "nested",
                {"id": "integer", "city": {"kind": "text", "path": "address.city"}},
                records="data.stations",
            ),
        ),
        "FROM stations",
        [(7, "Queens")],
    ),
    Wish(
        "a Parquet file from the web as a table",
        (http("parquet", "file.parquet", {"a": "integer"}, format="parquet"),),
        "SELECT sum(a) FROM parquet",
        [(6,)],
    ),
    Wish(
        "all pages of a list, not only the first one",
        (
            http(
                "all_pages",
                "paged",
                {"n": "integer"},
                pages={"by": "page", "parameter": "page"},
            ),
        ),
        "SELECT count(*), max(n) FROM all_pages",
        [(5, 5)],
    ),
    Wish(
        "copy my table of sums from Postgres to where I ask questions",
        (
            {
                "component": "CopyTable",
                "name": "sums_here",
                "source": "postgres",
                "source_table": "sums",
                "table": "sums_here",
                "warehouse": "duckdb",
            },
        ),
        "FROM sums_here",
        [("x", 1.5)],
    ),
    Wish(
        "copy the green trips from DuckDB to Postgres, month by month",
        (
            {
                "component": "CopyTable",
                "name": "green_there",
                "source": "duckdb",
                "source_table": "green_tripdata",
                "table": "green_there",
                "warehouse": "postgres",
                "monthly": True,
                "schedule": "0 7 * * *",
            },
        ),
        "SELECT count(*) FROM green_there",
        [(ROWS,)],
        where="postgres",
    ),
    Wish(
        "run the checks every Monday, and keep what they say in a file",
        (
            {
                "component": "Report",
                "name": "weekly_checks",
                "shows": "checks",
                "file": "checks.json",
                "schedule": "0 8 * * 1",
            },
        ),
    ),
    Wish(
        "tell our chat each morning whether all months agree",
        (
            {
                "component": "Report",
                "name": "morning",
                "shows": "coverage",
                "webhook": "chat",
                "schedule": "0 8 * * *",
            },
        ),
    ),
    Wish(
        "load the taxi zones anew each month",
        (
            {
                "component": "ExistingJob",
                "name": "zones_monthly",
                "job": "zones",
                "schedule": "0 5 1 * *",
            },
        ),
        "SELECT count(*) > 200 FROM zones",
        [(True,)],
    ),
    Wish(
        "both taxis every day, and one table with the trips of both",
        (
            trips("both_green", "green"),
            trips("both_yellow", "yellow"),
            sql(
                "both",
                "SELECT filename FROM green_tripdata UNION ALL "
                "SELECT filename FROM yellow_tripdata",
                monthly=True,
            ),
        ),
        'SELECT count(*), count(DISTINCT filename) FROM "both"',
        [(2 * ROWS, 2)],
    ),
    Wish("load the trips of FHV, high volume, too"),
    Wish(
        "the CSV of our office, with semicolons, commas in numbers and umlauts",
        (
            http(
                "office",
                "office.csv",
                {
                    "street": {"kind": "text", "path": "Straße"},
                    "amount": {"kind": "number", "path": "Umsatz"},
                    "day": {"kind": "date", "path": "am", "time_format": "%d.%m.%Y"},
                },
                format="csv",
                delimiter=";",
                encoding="latin-1",
                decimal=",",
            ),
        ),
        "SELECT street, amount, CAST(day AS VARCHAR) FROM office",
        [("Ring", 1234.5, "2025-12-31")],
    ),
    Wish(
        "the event log, which is lines of JSON in a .gz with times since 1970",
        (
            http(
                "events",
                "events.gz",
                {"at": {"kind": "timestamp", "unix": "milliseconds"}},
                format="ndjson",
            ),
        ),
        'SELECT CAST("at" AS VARCHAR) FROM events',
        [("2026-01-01 00:00:00",)],
    ),
    Wish(
        "write down each day how often our image was pulled, and keep the old numbers",
        (
            http("pulls", "pulls", {"pulls": "integer"}, write="append", schedule="0 6 * * *"),
            http("pulls", "pulls", {"pulls": "integer"}, write="append", schedule="0 6 * * *"),
        ),
        "SELECT count(*) FROM pulls",
        [(2,)],
    ),
    Wish(
        "exchange rates by day; a correction replaces the day's rate",
        (
            http(
                "rates",
                "rates.zip",
                {"day": "date", "rate": "number"},
                format="csv",
                write="merge",
                key=["day"],
            ),
            http(
                "rates",
                "rates2.csv",
                {"day": "date", "rate": "number"},
                format="csv",
                write="merge",
                key=["day"],
            ),
        ),
        "SELECT rate FROM rates ORDER BY day",
        [(1.0,), (2.5,), (3.0,)],
    ),
    Wish("show each trip on a map while it happens"),
    Wish("train a model that predicts tips, and serve it"),
]


@pytest.fixture(scope="module")
def dsn() -> Iterator[str]:
    """A Postgres with a table of somebody's own."""
    with postgres_server() as url:
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("CREATE TABLE sums AS SELECT 'x' AS name, 1.5::float8 AS total")
        yield url


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
    assert len(EXPRESSED) >= 15


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
