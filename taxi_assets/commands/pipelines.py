"""The command for pipelines that are YAML files."""

from __future__ import annotations

import json
import sys

import click
from rich.markup import escape

from taxi_assets.commands.output import console, errors, finish, printed_errors
from taxi_assets.errors import InvalidFileError, SettingsError
from taxi_assets.settings import read_settings, variable


@click.command()
@click.argument("name", required=False)
@click.option("--schema", is_flag=True, help="Print the JSON schema of the files, for an editor.")
def pipelines(name: str | None, schema: bool) -> None:
    """List the pipelines of the folder `pipelines`, or run the one of that NAME.

    The list's exit code is 1 where a file is wrong. A pipeline of months makes all its months.
    """
    with printed_errors():
        if schema:
            from taxi_assets.components.editor_schema import editor_schema

            click.echo(json.dumps(editor_schema(), indent=2))
        elif name is None:
            _list()
        else:
            _run(name)


def _list() -> None:
    from taxi_assets.components.pipeline_files import read_pipeline_files

    settings = read_settings()
    folder = settings.pipelines
    files = read_pipeline_files(folder, settings) if folder.is_dir() else []
    if not files:
        console.print(f"No pipeline files in {folder.resolve()}", soft_wrap=True)
    wrong = 0
    for file in files:
        if isinstance(file.found, InvalidFileError):
            wrong += 1
            errors.print(f"[bold red]{escape(file.name)}[/] is wrong", highlight=False)
            errors.print(escape(str(file.found)), highlight=False, soft_wrap=True)
        else:
            schedule = file.found.schedule or "by hand"
            line = f"{file.name}: {file.found.title} ({schedule})"
            console.print(escape(line), highlight=False, soft_wrap=True)
    sys.exit(1 if wrong else 0)


def _run(name: str) -> None:
    from datetime import UTC, datetime

    from taxi_assets.commands import session
    from taxi_assets.components import TripPipeline
    from taxi_assets.components.pipeline_files import read_pipeline_files
    from taxi_assets.components.queried_table import QueriedTable

    settings = read_settings()
    folder = settings.pipelines
    files = read_pipeline_files(folder, settings) if folder.is_dir() else []
    file = next((file for file in files if file.name == name), None)
    if file is None:
        raise SettingsError(
            f"there is no pipeline {name} in {folder.resolve()}",
            f"`taxi-assets pipelines` lists them; {variable('pipelines')} names their folder",
        )
    if isinstance(file.found, InvalidFileError):
        raise file.found
    if isinstance(file.found, TripPipeline):
        dataset = file.found.dataset
        wanted = reversed(file.found.wanted(settings, datetime.now(UTC).date()))
        months = [(dataset, month) for month in wanted]
        if not months:
            console.print(f"{name}: none of its months can have been published yet")
        finish(session.load(settings, months, console, job_name=file.found.job_name(name)))
    elif isinstance(file.found, QueriedTable) and file.found.monthly:
        loaded = list(file.found.loaded(settings))
        if not loaded:
            console.print(f"{name}: none of the months that it reads is loaded")
        finish(session.run_table_job(settings, file.found.job_name(name), name, console, loaded))
    else:
        finish(session.run_table_job(settings, file.found.job_name(name), name, console))
