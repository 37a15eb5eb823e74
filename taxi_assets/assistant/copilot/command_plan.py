"""Checks a command that a model proposes, by the command line's own parser; it is never run."""

from __future__ import annotations

import shlex
from dataclasses import dataclass

import click
from pydantic import ValidationError

from taxi_assets.assistant.copilot.plan import CommandPlan
from taxi_assets.assistant.copilot.proof import PlanError
from taxi_assets.errors import TaxiAssetsError
from taxi_assets.settings import Settings, variables
from taxi_assets.settings.reading import SECRETS, in_plain_words
from taxi_assets.trips.datasets import DATASETS
from taxi_assets.trips.month import Month

_PROGRAM = "taxi-assets"
_ITSELF = "copilot"


@dataclass(frozen=True)
class Command:
    """A command to be run by hand.

    Attributes:
        line: as a shell takes it.
        help: what it does, in the first line of its help.
    """

    line: str
    help: str


def checked_command(plan: CommandPlan, group: click.Group) -> Command:
    """The command, if there is one that takes these arguments and settings.

    Raises:
        PlanError: there is no such command, argument, month or setting, or it has another form.
    """
    name, *arguments = plan.arguments
    command = group.commands.get(name)
    if command is None or name == _ITSELF:
        known = ", ".join(each for each in group.commands if each != _ITSELF)
        raise _error(f"{name} is not a command; there are {known}")
    try:
        with command.make_context(f"{_PROGRAM} {name}", [*arguments]) as context:
            _require_months(context.params)
    except click.exceptions.Exit:
        raise _error(f"{name}: leave --help out") from None
    except click.ClickException as error:
        raise _error(f"{name}: {error.format_message()}") from None
    except TaxiAssetsError as error:
        raise _error(f"{name}: {error.what}") from None
    settings = [f"{each.name}={_value(each.name, each.value)}" for each in plan.settings]
    line = " ".join([*map(_quoted, settings), shlex.join([_PROGRAM, *plan.arguments])])
    return Command(line, command.get_short_help_str(limit=200))


def described_commands(group: click.Group) -> dict[str, str]:
    """The help of each command, for the model."""
    return {
        name: command.get_help(click.Context(command, info_name=f"{_PROGRAM} {name}"))
        for name, command in group.commands.items()
        if name != _ITSELF
    }


def described_settings() -> dict[str, str]:
    """The meaning of each setting that is no secret, for the model."""
    return {
        variables(name)[0]: field.description or ""
        for name, field in Settings.model_fields.items()
        if name not in SECRETS
    }


def _require_months(given: dict[str, object]) -> None:
    """Months are texts to the parser: a month that is none would only be found by the run."""
    start, end = given.get("start"), given.get("end")
    if not isinstance(start, str):
        return
    first = Month.parse(start)
    last = Month.parse(end) if isinstance(end, str) else first
    if last < first:
        raise click.UsageError(f"{last} lies before {first}")
    for taxi, dataset in DATASETS.items():
        if given.get("taxi") in (taxi, "all"):
            dataset.require(first)


def _value(variable: str, value: str) -> str:
    field = next((f for f in Settings.model_fields if variable in variables(f)), None)
    if field is None:
        raise _error(f"{variable} is not a setting")
    if field in SECRETS:
        raise _error(f"{variable} is a secret: leave it out, its owner sets it")
    alias = Settings.model_fields[field].validation_alias
    try:
        Settings.model_validate({variable if alias else field: value})
    except ValidationError as error:
        problem = in_plain_words(error.errors()[0]["msg"])
        raise _error(f"{variable}={value}: {problem}") from None
    return value


def _quoted(setting: str) -> str:
    name, value = setting.split("=", 1)
    return f"{name}={shlex.quote(value)}"


def _error(what: str) -> PlanError:
    return PlanError(
        what, "`taxi-assets --help` lists the commands; put the request in other words"
    )
