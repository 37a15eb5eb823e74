"""Commands that read tables: a SELECT of one's own, and the rows of a table."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import click
from click.shell_completion import CompletionItem

from taxi_assets.commands.output import printed_errors
from taxi_assets.errors import TaxiAssetsError
from taxi_assets.settings import WAREHOUSES, read_settings

if TYPE_CHECKING:
    from taxi_assets.query.database import Database, Tables

FORMATS = ("table", "csv", "json", "parquet")
_MOST_ROWS = 1_000_000
_SEVERAL_WORDS = " \t\n"

_Command = TypeVar("_Command", bound=Callable[..., object])


def _reading(command: _Command) -> _Command:
    """The options of commands that read tables."""
    for option in (
        click.option(
            "--output",
            type=click.Path(dir_okay=False, path_type=Path),
            help="Write this file. Its ending is the format, if --format names none: .csv, .json, "
            ".parquet; a table for .txt and without one.",
        ),
        click.option("--json", "form", flag_value="json", help="The same as --format json."),
        click.option("--format", "form", type=click.Choice(FORMATS), help="By default a table."),
        click.option(
            "--rows",
            "most_rows",
            type=click.IntRange(1, _MOST_ROWS),
            default=100,
            show_default=True,
            help="The most rows to hand on.",
        ),
        click.option(
            "--warehouse",
            type=click.Choice([*WAREHOUSES]),
            help="Whose tables; by default those of the first of TAXI_WAREHOUSES.",
        ),
    ):
        command = option(command)
    return command


def _completed(ctx: click.Context, _: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Names of tables; within a query, for the word that is being written."""
    begun = incomplete.rsplit(maxsplit=1)[-1] if incomplete.strip(_SEVERAL_WORDS) else ""
    if incomplete[-1:] in _SEVERAL_WORDS:
        begun = ""
    before = incomplete[: len(incomplete) - len(begun)]
    try:
        tables = _database(ctx.params.get("warehouse"))[1]
    except TaxiAssetsError:
        return []  # a shell has no place for what is wrong
    from taxi_assets.query.guard import parts_of

    names = {**tables, **{parts_of(table)[1]: None for table in tables}} if begun else tables
    return [CompletionItem(before + name) for name in names if name.startswith(begun)]


@click.command()
@click.argument("sql", metavar="SELECT", shell_complete=_completed)
@_reading
def query(
    sql: str, warehouse: str | None, most_rows: int, form: str | None, output: Path | None
) -> None:
    """Run one SELECT over the tables of a warehouse.

    It can only read: what would write, or reach a file or a setting, is refused. TAXI_QUERY_SECONDS
    limits its time, and in BigQuery TAXI_QUERY_BIGQUERY_MAX_GB what it reads.
    """
    from taxi_assets.commands.query_output import deliver, format_of

    with printed_errors():
        chosen = format_of(form, output)
        database, tables = _database(warehouse)
        deliver(database.ask(sql, tables, most_rows), chosen, output)


@click.command()
@click.argument("table", required=False, shell_complete=_completed)
@_reading
def show(
    table: str | None, warehouse: str | None, most_rows: int, form: str | None, output: Path | None
) -> None:
    """Show the first rows of a TABLE; without one, the tables that there are."""
    from taxi_assets.commands.query_output import deliver, format_of
    from taxi_assets.query.database import table_named
    from taxi_assets.query.dictionary import listed

    with printed_errors():
        chosen = format_of(form, output)
        database, tables = _database(warehouse)
        if table is None:
            rows = listed(tables)
        else:
            rows = database.show(table_named(table, tables), tables, most_rows)
        deliver(rows, chosen, output)


def _database(warehouse: str | None) -> tuple[Database, Tables]:
    """The warehouse of that name, or the first one, and its tables."""
    from taxi_assets.query.database import database_of, tables_of
    from taxi_assets.query.limits import FILE_BYTES

    database = database_of(read_settings(), warehouse, FILE_BYTES)
    return database, tables_of(database)
