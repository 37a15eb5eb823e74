"""The group of all commands: its help, its errors, and what it warns of before each command."""

from __future__ import annotations

from typing import Any

import click

from taxi_assets.commands.encoding import accept_every_sign
from taxi_assets.commands.output import print_warning, printed_errors
from taxi_assets.settings.reading import likely_typos


class ListedCommands(click.Group):
    """Commands that its help lists with whole sentences; click cuts them off."""

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands, each with the whole first sentence of its help."""
        commands = [(name, self.get_command(ctx, name)) for name in self.list_commands(ctx)]
        lines = [(name, each.get_short_help_str(limit=1_000)) for name, each in commands if each]
        with formatter.section("Commands"):
            formatter.write_dl(lines)


class Commands(ListedCommands):
    """Commands whose wrong arguments are told as every other error is."""

    def make_context(self, *args: Any, **kwargs: Any) -> click.Context:
        """Parse the arguments of the group itself."""
        accept_every_sign()
        with printed_errors():
            return super().make_context(*args, **kwargs)

    def invoke(self, ctx: click.Context) -> Any:
        """Parse the arguments of a command, and run it."""
        with printed_errors():
            return super().invoke(ctx)


def warn_of_typos() -> None:
    """Name variables of the environment that are probably meant to be settings."""
    for name, likely in likely_typos().items():
        print_warning(
            f"{name} is not a setting; did you mean {likely}?",
            f"set {likely} in its place, or leave it as it is if another program reads it",
        )
