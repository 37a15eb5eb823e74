"""The output of commands: results, progress, errors with their remedy, and the exit code."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click
from rich.console import Console
from rich.markup import escape

from taxi_assets.commands.encoding import printable
from taxi_assets.errors import ArgumentError, SettingsError, TaxiAssetsError
from taxi_assets.output_file import NO_ROOM

if TYPE_CHECKING:
    from taxi_assets.automation.month_outcomes import MonthOutcome

_FAILED = 1
_WRONG_USE = 2
_INTERRUPTED = 130

console = Console()
errors = Console(stderr=True)

json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON for a script.")


def progress(as_json: bool) -> Console:
    """The console for progress. It is silent if the command prints JSON."""
    return Console(quiet=True) if as_json else console


def finish(outcomes: list[MonthOutcome]) -> None:
    """If months failed or are not published, name them and exit with code 1."""
    from taxi_assets.commands.steps import not_done

    if bad := not_done(outcomes):
        errors.print(f"{len(bad)} of {len(outcomes)} not done: {', '.join(o.name for o in bad)}")
        sys.exit(_FAILED)


@contextmanager
def printed_errors() -> Iterator[None]:
    """Print an error with its remedy, and exit.

    The exit code is 2 for a wrong argument or setting, where nothing was tried; 1 for what failed;
    130 after Ctrl-C.
    """
    try:
        yield
    except KeyboardInterrupt as interrupt:
        errors.print(str(interrupt) or "Interrupted.", soft_wrap=True)
        sys.exit(_INTERRUPTED)
    except click.exceptions.NoArgsIsHelpError:
        raise
    except click.UsageError as error:
        context = error.ctx or click.get_current_context()
        print_error(
            error.format_message(), f"`{context.command_path} --help` says what can be given"
        )
        sys.exit(_WRONG_USE)
    except TaxiAssetsError as error:
        print_error(error.what, error.remedy)
        wrong_use = isinstance(error, SettingsError | ArgumentError)
        sys.exit(_WRONG_USE if wrong_use else _FAILED)
    except OSError as error:
        if error.errno not in NO_ROOM or error.filename is not None:
            raise
        print_error(f"cannot print: {error.strerror}", "free some space where the output goes")
        sys.exit(_FAILED)


def print_warning(what: str, remedy: str) -> None:
    """Print what may be wrong, in the form of an error."""
    _print("[yellow]Warning:[/]", what, remedy)


def print_error(what: str, remedy: str) -> None:
    """Print what is wrong, and what to do about it."""
    _print("[bold red]Error:[/]", what, remedy)


def _print(word: str, what: str, remedy: str) -> None:
    what, remedy = (escape(printable(text)) for text in (what, remedy))
    errors.print(f"{word} {what}", highlight=False, soft_wrap=True)
    errors.print(f"  What to do: {remedy}", highlight=False, soft_wrap=True)
