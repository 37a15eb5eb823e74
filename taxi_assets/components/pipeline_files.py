"""Reads the folder of pipeline files: each file gives a pipeline or an error."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from taxi_assets.components.copy_table import CopyTable
from taxi_assets.components.existing_job import ExistingJob
from taxi_assets.components.http_table import HttpTable
from taxi_assets.components.pipeline import Pipeline
from taxi_assets.components.pipeline_text import REMEDY, Place, parse_pipeline
from taxi_assets.components.report import Report
from taxi_assets.components.sql_table import SqlTable
from taxi_assets.components.table_name import is_plain
from taxi_assets.components.trip_pipeline import TripPipeline
from taxi_assets.errors import InvalidFileError
from taxi_assets.settings import Settings
from taxi_assets.settings.reading import in_plain_words

COMPONENTS: dict[str, type[Pipeline]] = {
    f"taxi_assets.components.{each.__name__}": each
    for each in (TripPipeline, HttpTable, SqlTable, CopyTable, Report, ExistingJob)
}
"""The components that a file may be an instance of, by the file's ``type``."""

_ENDINGS = (".yaml", ".yml")


@dataclass(frozen=True)
class PipelineFile:
    """A file of the folder.

    Attributes:
        name: name of the file without its extension.
        path: path of the file.
        found: the pipeline, or the error in the file.
    """

    name: str
    path: Path
    found: Pipeline | InvalidFileError


def read_pipeline_files(folder: Path, settings: Settings) -> list[PipelineFile]:
    """The files of the folder, by name. An error in one file does not affect the others."""
    return list(_without_circles(list(_read_each(folder, settings))))


def _without_circles(files: list[PipelineFile]) -> Iterator[PipelineFile]:
    """Refuse pipelines that are made from each other: Dagster could load nothing at all."""
    maker = {
        table: file
        for file in files
        if isinstance(file.found, Pipeline)
        for table in file.found.tables
    }

    def sources(file: PipelineFile) -> list[PipelineFile]:
        reads = file.found.reads if isinstance(file.found, Pipeline) else ()
        return [maker[table] for table in reads if table in maker]

    for file in files:
        seen: set[str] = set()
        left = sources(file)
        while left:
            source = left.pop()
            if source.name not in seen:
                seen.add(source.name)
                left += sources(source)
        if file.name in seen:
            error = InvalidFileError(
                f"{file.path}: its table is made from itself, by way of {', '.join(sorted(seen))}",
                "let one of them read another table",
            )
            yield PipelineFile(file.name, file.path, error)
        else:
            yield file


def _read_each(folder: Path, settings: Settings) -> Iterator[PipelineFile]:
    taken: dict[tuple[str, str], Path] = {}
    names: set[str] = set()
    for path in sorted(each for each in folder.iterdir() if each.suffix.lower() in _ENDINGS):
        found: Pipeline | InvalidFileError
        try:
            if not is_plain(path.stem) or path.suffix not in _ENDINGS or path.stem in names:
                raise InvalidFileError(
                    f"{path}: a pipeline file is named with lower-case letters, digits and "
                    "underscores, its ending too, and differently from the others",
                    "rename it, such as to exchange_rates.yaml",
                )
            found = read_pipeline(path, settings)
            for table in found.tables:
                if table in taken:
                    raise InvalidFileError(
                        f"{path}: {taken[table]} makes the table {table[1]} in {table[0]} already",
                        "give the table of one of them another name",
                    )
            taken |= dict.fromkeys(found.tables, path)
        except InvalidFileError as error:
            # A new error: the old one's traceback would keep DuckDB's objects alive.
            found = InvalidFileError(error.what, error.remedy)
        names.add(path.stem)
        yield PipelineFile(path.stem, path, found)


def read_pipeline(path: Path, settings: Settings) -> Pipeline:
    """The pipeline in a file.

    Raises:
        InvalidFileError: the file is wrong; it names file, line, key and remedy.
    """
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidFileError(f"{path} cannot be read: {error}", REMEDY) from None
    return pipeline_of_text(text, path, settings)


def pipeline_of_text(text: str, path: Path, settings: Settings) -> Pipeline:
    """The pipeline in the text of a file of that name.

    Raises:
        InvalidFileError: the text is wrong; it names file, line, key and remedy.
    """
    content, lines = parse_pipeline(text, str(path))
    if not isinstance(content, dict) or set(content) != {"type", "attributes"}:
        raise InvalidFileError(f"{path}: it must have the keys type and attributes", REMEDY)
    component = COMPONENTS.get(str(content["type"]))
    if component is None:
        raise InvalidFileError(
            f"{path}, line {lines['type',]}: type is {content['type']!r}; it must be "
            f"{' or '.join(COMPONENTS)}",
            REMEDY,
        )
    try:
        pipeline = component.model_validate(content["attributes"])
        pipeline.require(settings)
    except ValidationError as error:
        problems = (_explain(problem, lines, component) for problem in error.errors())
        raise InvalidFileError("\n".join(f"{path}, {each}" for each in problems), REMEDY) from None
    except ValueError as error:
        raise InvalidFileError(f"{path}: {error}", REMEDY) from None
    return pipeline


def _explain(problem: ErrorDetails, lines: dict[Place, int], component: type[Pipeline]) -> str:
    place: Place = tuple(each for each in problem["loc"] if each != "[key]")
    known = ("attributes", *place)
    while known not in lines:
        known = known[:-1]
    name = ".".join(map(str, place)) or component.__name__
    what = in_plain_words(problem["msg"])
    if problem["type"] == "extra_forbidden":
        close = difflib.get_close_matches(str(place[-1]), component.model_fields, n=1)
        what = "there is no such key" + (f"; did you mean {close[0]}?" if close else "")
    return f"line {lines[known]}: {name}: {what}"
