"""The output of commands: results, progress, errors with their remedy, and the exit code."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click
from rich.console import Console
from rich.markup import escape

from taxi_assets.errors import TaxiAssetsError

if TYPE_CHECKING:
    from taxi_assets.automation.month_runs import MonthOutcome

_INTERRUPTED = 130

console = Console()
errors = Console(stderr=True)

json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON for a script.")


def progress(as_json: bool) -> Console:
    """The console for progress. It is silent if the command prints JSON."""
    return Console(quiet=True) if as_json else console


def finish(outcomes: list[MonthOutcome]) -> None:
    """If months failed or are not published, name them and exit with code 1."""
    from taxi_assets.commands.session import not_done

    if bad := not_done(outcomes):
        errors.print(f"{len(bad)} of {len(outcomes)} not done: {', '.join(o.name for o in bad)}")
        sys.exit(1)


@contextmanager
def printed_errors() -> Iterator[None]:
    """Print an error with its remedy and exit with code 1; after Ctrl-C, exit with code 130."""
    try:
        yield
    except KeyboardInterrupt as interrupt:
        errors.print(str(interrupt) or "Interrupted.", soft_wrap=True)
        sys.exit(_INTERRUPTED)
    except TaxiAssetsError as error:
        errors.print(f"[bold red]Error:[/] {escape(error.what)}", highlight=False, soft_wrap=True)
        errors.print(f"  What to do: {escape(error.remedy)}", highlight=False, soft_wrap=True)
        sys.exit(1)
