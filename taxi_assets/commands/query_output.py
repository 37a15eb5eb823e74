"""Hands on the rows of a query: as a table, CSV, JSON or Parquet, to the terminal or a file."""

from __future__ import annotations

import io
import json
import math
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from taxi_assets.commands.encoding import printable
from taxi_assets.commands.output import console, print_warning
from taxi_assets.commands.query import FORMATS
from taxi_assets.commands.tables import print_table
from taxi_assets.errors import QueryError
from taxi_assets.output_file import is_stdout, write_file
from taxi_assets.query.guarded_query import QueryRows
from taxi_assets.query.kinds import Kind

if TYPE_CHECKING:
    import pyarrow as pa

_PAST_INTEGERS = 2**63
_NUMBERS = (Kind.INTEGER, Kind.DOUBLE, Kind.DECIMAL)
_PAGE_COLUMNS = 160
_ENDINGS = {f".{form}": form for form in FORMATS} | {".txt": "table", "": "table"}


def format_of(form: str | None, output: Path | None) -> str:
    """The format that was chosen, by name or by the ending of the file.

    Raises:
        UsageError: the ending is that of another format, or Parquet has no file to go to.
    """
    ending = output.suffix.lower() if output else ""
    chosen = form or _ENDINGS.get(ending)
    if chosen is None:
        raise click.UsageError(
            f"{output} ends in none of {', '.join(filter(None, _ENDINGS))}: name its --format"
        )
    if chosen == "parquet" and output is None:
        raise click.UsageError("--format parquet needs a file: --output trips.parquet")
    return chosen


def deliver(rows: QueryRows, form: str, output: Path | None) -> None:
    """Print rows, or write them to a file, and warn if there are more.

    Raises:
        QueryError: the format cannot hold them.
        StorageError: the file cannot be written. One that was there before is left.
    """
    if output is None or is_stdout(output):
        if form == "table":
            _print_rows(console, rows)
        else:
            click.echo(_CONTENTS[form](rows), nl=False)
    else:
        content = _CONTENTS[form](rows)
        write_file(output, content if isinstance(content, bytes) else content.encode())
        count = f"{len(rows.rows):,} {'row' if len(rows.rows) == 1 else 'rows'}"
        console.print(f"{output}: {count}", highlight=False, markup=False, soft_wrap=True)
    if rows.cut:
        print_warning(
            f"there are more rows than the first {len(rows.rows):,}",
            "ask for more by --rows, or for a total in place of the rows",
        )


def _print_rows(place: Console, rows: QueryRows) -> None:
    table = Table()
    for name, kind in zip(rows.columns, rows.kinds, strict=True):
        table.add_column(escape(printable(name)), justify="right" if kind in _NUMBERS else "left")
    for row in rows.rows:
        table.add_row(*(escape(printable("–" if v is None else _text(v))) for v in row))
    print_table(place, table)


def _text(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return json.dumps(value, ensure_ascii=False) if isinstance(value, list | dict) else str(value)


def _csv(rows: QueryRows) -> str:
    lines = [rows.columns, *rows.rows]
    # An empty line would be no row.
    return "".join((",".join(map(_csv_field, line)) or '""') + "\n" for line in lines)


def _csv_field(value: object) -> str:
    if value is None:
        return ""
    text = _text(value)
    quoted = not text or any(sign in text for sign in ',"\r\n')
    return '"' + text.replace('"', '""') + '"' if quoted else text


def _json(rows: QueryRows) -> str:
    _require_names(rows)
    found = [dict(zip(rows.columns, map(_without_nan, row), strict=True)) for row in rows.rows]
    return json.dumps(found, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def _parquet(rows: QueryRows) -> bytes:
    import pyarrow.parquet as pq

    file = io.BytesIO()
    pq.write_table(arrow_table(rows), file)
    return file.getvalue()


def _page(rows: QueryRows) -> str:
    page = io.StringIO()
    _print_rows(Console(file=page, width=_PAGE_COLUMNS), rows)
    return page.getvalue()


_CONTENTS: dict[str, Callable[[QueryRows], str | bytes]] = {
    "csv": _csv,
    "json": _json,
    "parquet": _parquet,
    "table": _page,
}


def arrow_table(rows: QueryRows) -> pa.Table:
    """The rows with the types of their kinds; lists and the like are text.

    Raises:
        QueryError: two columns have one name, or a value has no place in its type.
    """
    import pyarrow as pa

    _require_names(rows)
    columns = {}
    for place, (name, kind) in enumerate(zip(rows.columns, rows.kinds, strict=True)):
        values = [row[place] for row in rows.rows]
        try:
            columns[name] = _arrow_column(kind, values)
        except (ValueError, ArithmeticError, pa.ArrowException) as error:
            said = " ".join(str(error).split())
            raise QueryError(
                f"the column {name} does not fit into Parquet: {said}", "cast it, such as to text"
            ) from None
    return pa.table(columns)


def _arrow_column(kind: Kind, values: list[Any]) -> pa.Array:
    import pyarrow as pa

    known = [value for value in values if value is not None]
    type_ = {
        Kind.INTEGER: pa.int64(),
        Kind.DOUBLE: pa.float64(),
        Kind.DECIMAL: None if known else pa.decimal128(38, 9),  # as many digits as there are
        Kind.BOOLEAN: pa.bool_(),
        Kind.DATE: pa.date32(),
        Kind.TIME: pa.timestamp("us"),
        Kind.TEXT: pa.string(),
    }[kind]
    if kind is Kind.INTEGER and any(abs(value) >= _PAST_INTEGERS for value in known):
        type_, kind = pa.decimal128(38, 0), Kind.DECIMAL  # DuckDB's sums have 128 bits
    if parse := _PARSERS.get(kind):
        values = [None if value is None else parse(value) for value in values]
    return pa.array(values, type_)


_PARSERS: dict[Kind, Callable[[Any], object]] = {
    Kind.DECIMAL: Decimal,
    Kind.DATE: date.fromisoformat,
    Kind.TIME: datetime.fromisoformat,
    Kind.TEXT: _text,
}


def _require_names(rows: QueryRows) -> None:
    twice = sorted({name for name in rows.columns if rows.columns.count(name) > 1})
    if twice:
        raise QueryError(
            f"two columns are called {twice[0]}", "give each column its own name by AS"
        )


def _without_nan(value: object) -> object:
    """The value, or its name as text: JSON has no such number."""
    if isinstance(value, list):
        return list(map(_without_nan, value))
    if isinstance(value, dict):
        return {key: _without_nan(each) for key, each in value.items()}
    return str(value) if isinstance(value, float) and not math.isfinite(value) else value
