"""Runs a query that somebody else wrote: it can read tables, for a while, and nothing else."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from taxi_assets.assistant.child_environment import plain_environment
from taxi_assets.assistant.data import reader
from taxi_assets.errors import AssistantError, WarehouseBusyError

QUERY_SECONDS = 30.0
MOST_ROWS = 100
_LARGEST_BYTES = 1_000_000
_LONGEST_REASON = 300


@dataclass(frozen=True)
class Rows:
    """What a query gave.

    Attributes:
        columns: their names.
        rows: the first ones.
        cut: whether there are more.
    """

    columns: list[str]
    rows: list[list[Any]]
    cut: bool


class QueryError(AssistantError):
    """The query cannot be run as it is written."""


def run_guarded(
    path: Path, sql: str, seconds: float = QUERY_SECONDS, most_rows: int = MOST_ROWS
) -> Rows:
    """The first rows of a query, run in a process without secrets that ends in time.

    Raises:
        QueryError: it is no single SELECT, reaches for what it must not, or is wrong.
        AssistantError: it took too long or gave too much, or there is no database.
        WarehouseBusyError: somebody writes to the database now.
    """
    if not path.is_file():
        raise AssistantError(
            f"{path} is not there: no month was loaded into DuckDB",
            "load one, such as `taxi-assets load green 2021-03`",
        )
    request = json.dumps({"path": str(path), "sql": sql, "most_rows": most_rows})
    try:
        done = subprocess.run(  # noqa: S603 - our own module
            [sys.executable, "-m", reader.__name__],
            input=request.encode(),
            capture_output=True,
            timeout=seconds,
            check=False,
            env=plain_environment(),
        )
    except subprocess.TimeoutExpired:
        raise AssistantError(
            f"the query took longer than {seconds:g} s and was ended: {_short(sql)}",
            "ask for less, such as one month",
        ) from None
    if done.returncode or not 0 < len(done.stdout) <= _LARGEST_BYTES:
        what = f"gave more than {_LARGEST_BYTES:,} bytes" if done.stdout else "broke down"
        raise AssistantError(f"the query {what}: {_short(sql)}", "ask for less")
    answer = json.loads(done.stdout)
    if answer.get("busy"):
        raise WarehouseBusyError(f"{path} is being written to", "ask again when the load is done")
    if reason := answer.get("error"):
        raise QueryError(
            f"the query cannot be run: {_short(reason)}; it was: {_short(sql)}",
            "put the question in other words",
        )
    return Rows(answer["columns"], answer["rows"], answer["cut"])


def _short(text: str) -> str:
    return " ".join(text.split())[:_LONGEST_REASON]
