"""Twenty wishes in plain words, and the plans that fulfil them."""

from __future__ import annotations

from dataclasses import dataclass

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
        (http("all_pages", "paged", {"n": "integer"}, pages={"by": "page", "parameter": "page"}),),
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
    Wish(
        "load the trips of FHV, high volume, too",
        (trips("high_volume", "fhvhv"),),
        "SELECT count(*) FROM fhvhv_tripdata",
        [(ROWS,)],
    ),
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
