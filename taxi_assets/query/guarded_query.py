"""Runs a query that somebody else wrote: it can read tables, for a while, and nothing else."""

from __future__ import annotations

import json
import math
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from taxi_assets.errors import (
    QueryError,
    QueryLimitError,
    StorageError,
    WarehouseBusyError,
    WarehouseUnavailableError,
)
from taxi_assets.query.child_environment import plain_environment
from taxi_assets.query.kinds import Kind
from taxi_assets.query.limits import MEMORY_MB
from taxi_assets.settings import variable

_LONGEST_REASON = 300
_CORRECT = "correct it; `taxi-assets show` lists the tables, `taxi-assets show TABLE` shows one"


@dataclass(frozen=True)
class QueryRows:
    """What a query gave.

    Attributes:
        columns: their names.
        kinds: what each column's values are. Dates, times and decimals are text in the rows.
        rows: the first ones.
        cut: whether there are more.
    """

    columns: list[str]
    kinds: list[Kind]
    rows: list[list[Any]]
    cut: bool


def run_guarded(
    reader: str,
    request: Mapping[str, object],
    sql: str,
    place: str,
    seconds: float,
    grace_seconds: float = 0,
) -> QueryRows:
    """The first rows of a query, run in a process without secrets that ends in time.

    Args:
        reader: the module that runs it.
        request: what that module is handed, the statement included.
        sql: the statement, for errors.
        place: where the tables are, for errors.
        seconds: how long it may take.
        grace_seconds: how much longer its process may, where a server ends the query.

    Raises:
        QueryError: it is no single SELECT, reaches for what it must not, or is wrong.
        QueryLimitError: it took too long or gave too much.
        StorageError: the database's file cannot be opened.
        WarehouseBusyError: somebody writes to the database now.
        WarehouseUnavailableError: the server does not answer.
    """
    longest = seconds + grace_seconds
    try:
        done = subprocess.run(  # noqa: S603 - our own module
            [sys.executable, "-m", reader],
            input=json.dumps({**request, "ends_after": math.ceil(longest) + 1}).encode(),
            capture_output=True,
            timeout=longest,
            check=False,
            env=plain_environment(),
        )
    except subprocess.TimeoutExpired:
        raise _late(sql, seconds) from None
    answer = json.loads(done.stdout) if not done.returncode and done.stdout else {}
    match answer:
        case {"columns": list(columns), "rows": list(rows), "cut": bool(cut)}:
            names, kinds = [name for name, _ in columns], [Kind(kind) for _, kind in columns]
            return QueryRows(names, kinds, rows, cut)
        case {"error": str(reason)}:
            raise QueryError(
                f"the query cannot be run: {_short(reason)}; it was: {_short(sql)}", _CORRECT
            )
        case {"unreadable": str(reason)}:
            raise StorageError(
                f"{place} cannot be opened: {_short(reason)}",
                "let this user read it; `taxi-assets doctor` says what else may be wrong with it",
            )
        case {"busy": True}:
            raise WarehouseBusyError(
                f"{place} is being written to", "ask again when the load is done"
            )
        case {"away": reason}:
            raise WarehouseUnavailableError(
                f"{place} cannot be connected to ({reason})", "look at `taxi-assets doctor`"
            )
        case {"late": True}:
            raise _late(sql, seconds)
        case _:  # Out of memory, a process may end without a word.
            raise QueryLimitError(
                f"the query took more than {MEMORY_MB} MB of memory, or its rows more than "
                f"{request['most_bytes']:,} bytes: {_short(sql)}",
                "ask for less, such as one month, or for a total in place of the rows",
            )


def _late(sql: str, seconds: float) -> QueryLimitError:
    return QueryLimitError(
        f"the query took longer than {seconds:g} s and was ended: {_short(sql)}",
        f"ask for less, such as one month, or raise {variable('query_seconds')}",
    )


def _short(text: str) -> str:
    return " ".join(text.split())[:_LONGEST_REASON]
