"""Plans as a model might make them, and a server that makes them."""

from __future__ import annotations

import json
from pathlib import Path

from taxi_assets_tests.gemini_server import GeminiServer

REQUEST = "load green taxi into Postgres every morning at nine from 2020 on"
FILE = Path("pipelines/green_to_postgres.yaml")
POINTS = [{"asked": "a pipeline", "done_by": "the pipeline"}]


def trips(**changes: object) -> dict[str, object]:
    """The plan that fulfils the request."""
    pipeline = {
        "component": "TripPipeline",
        "name": "green_to_postgres",
        "taxi": "green",
        "months": {"first": "2020-01"},
        "warehouses": ["postgres"],
        "schedule": "0 9 * * *",
    }
    return {"kind": "pipelines", "points": POINTS, "pipelines": [pipeline | changes]}


def address(**changes: object) -> dict[str, object]:
    """A plan of a table from the web."""
    pipeline = {
        "component": "HttpTable",
        "name": "products",
        "url": "https://dummyjson.com/products?limit=0",
        "format": "json",
        "records": "products",
        "columns": [{"name": "brand", "kind": "text"}, {"name": "price", "kind": "number"}],
        "table": "products",
        "warehouse": "duckdb",
        "query": {"table": "brands", "sql": "SELECT brand\nFROM products\nGROUP BY ALL"},
    }
    return {"kind": "pipelines", "points": POINTS, "pipelines": [pipeline | changes]}


def command(*arguments: str, **settings: str) -> dict[str, object]:
    """A plan of a command."""
    named = [{"name": name, "value": value} for name, value in settings.items()]
    plan = {"arguments": arguments, "settings": named}
    return {"kind": "command", "points": POINTS, "command": plan}


def replies(server: GeminiServer, *plans: object) -> None:
    """Let the model reply with these plans, the last one again and again."""
    left = list(plans)
    server.think = lambda _: left.pop(0) if len(left) > 1 else left[0]


def failed(server: GeminiServer) -> list[str]:
    """What the last request to the model said of the plans before."""
    told: list[str] = json.loads(server.asked[-1].prompt)["failed"]
    return told
