"""The command for pipelines that are YAML files."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from typing import TYPE_CHECKING

import click
from rich.markup import escape

from taxi_assets.commands.output import (
    console,
    finish,
    json_option,
    print_error,
    printed_errors,
    progress,
)
from taxi_assets.errors import InvalidFileError, SettingsError
from taxi_assets.settings import Settings, read_settings, variable

if TYPE_CHECKING:
    from rich.console import Console

    from taxi_assets.automation.month_outcomes import MonthOutcome
    from taxi_assets.components.pipeline_files import PipelineFile


@click.command()
@click.argument("name", required=False)
@click.option("--schema", is_flag=True, help="Print the JSON schema of the files, for an editor.")
@json_option
def pipelines(name: str | None, schema: bool, as_json: bool) -> None:
    """List the pipelines of the folder `pipelines`, or run the one of that NAME.

    The list's exit code is 1 where a file is wrong. A pipeline of months makes all its months.
    """
    with printed_errors():
        if schema:
            from taxi_assets.components.editor_schema import editor_schema

            click.echo(json.dumps(editor_schema(), indent=2))
        elif name is None:
            _list(as_json)
        else:
            outcomes = _run(name, progress(as_json))
            if as_json:
                click.echo(json.dumps([asdict(outcome) for outcome in outcomes], indent=2))
            finish(outcomes)


def _list(as_json: bool) -> None:
    settings = read_settings()
    files = _files(settings)
    wrong = [file for file in files if isinstance(file.found, InvalidFileError)]
    if as_json:
        click.echo(json.dumps([_as_json(file) for file in files], indent=2))
        sys.exit(1 if wrong else 0)
    if not files:
        console.print(f"No pipeline files in {settings.pipelines.resolve()}", soft_wrap=True)
    for file in files:
        if isinstance(file.found, InvalidFileError):
            print_error(f"pipeline {file.name}: {file.found.what}", file.found.remedy)
        else:
            schedule = file.found.schedule or "by hand"
            line = f"{file.name}: {file.found.title} ({schedule})"
            console.print(escape(line), highlight=False, soft_wrap=True)
    sys.exit(1 if wrong else 0)


def _as_json(file: PipelineFile) -> dict[str, str | None]:
    found = file.found
    if isinstance(found, InvalidFileError):
        return {"name": file.name, "title": None, "schedule": None, "problem": str(found)}
    return {"name": file.name, "title": found.title, "schedule": found.schedule, "problem": None}


def _files(settings: Settings) -> list[PipelineFile]:
    from taxi_assets.components.pipeline_files import read_pipeline_files

    folder = settings.pipelines
    return read_pipeline_files(folder, settings) if folder.is_dir() else []


def _run(name: str, console: Console) -> list[MonthOutcome]:
    from datetime import UTC, datetime

    from taxi_assets.commands import session
    from taxi_assets.components import TripPipeline
    from taxi_assets.components.queried_table import QueriedTable

    settings = read_settings()
    file = next((file for file in _files(settings) if file.name == name), None)
    if file is None:
        raise SettingsError(
            f"there is no pipeline {name} in {settings.pipelines.resolve()}",
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
        return session.load(settings, months, console, job_name=file.found.job_name(name))
    loaded = None
    if isinstance(file.found, QueriedTable) and file.found.monthly:
        loaded = list(file.found.loaded(settings))
        if not loaded:
            console.print(f"{name}: none of the months that it reads is loaded")
    return session.run_table_job(settings, file.found.job_name(name), name, console, loaded)
