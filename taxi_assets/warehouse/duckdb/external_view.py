"""The external table in DuckDB: a view that reads the raw files of the loaded months."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Iterator

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from taxi_assets.errors import DamagedCopyError
from taxi_assets.lake.folder import FolderLake
from taxi_assets.lake.lake import Lake
from taxi_assets.lake.landed_file import LandedFile, LineEnd
from taxi_assets.lake.landing import landed_months
from taxi_assets.lake.local_copy import LocalCopy
from taxi_assets.lake.parquet_schema import held_schema
from taxi_assets.rows.odd_texts import parquet_reader
from taxi_assets.rows.typed_rows import csv_reader, csv_rows, parquet_rows
from taxi_assets.sql.duckdb import only_path
from taxi_assets.sql.identifiers import literal, quoted
from taxi_assets.trips.dataset import Dataset
from taxi_assets.trips.file import FileFormat, TripFile
from taxi_assets.warehouse.duckdb.names import external_name, require_external_view
from taxi_assets.warehouse.duckdb.session import DuckDBSession, sql
from taxi_assets.warehouse.records import ledger_entries, reject_counts
from taxi_assets.warehouse.session import Session

_log = logging.getLogger(__name__)


def _path_column(schema: pa.Schema) -> str:
    """A name for the reader's column with the file's path, which no column of the file has."""
    taken, name = {each.lower() for each in schema.names}, "path of the file"
    while name in taken:
        name += "_"
    return name


def _filename(path: str) -> str:
    """SQL for the value of ``filename`` as in the merged table: no folder and no `.gz`."""
    return f"regexp_replace(parse_filename({path}), '\\.gz$', '')"


def refresh_external_view(session: DuckDBSession, lake: Lake, dataset: Dataset) -> int:
    """Make the view ``<taxi>_tripdata_ext`` read the raw files of the loaded months.

    One unreadable file would make every query of the view fail. So the view reads a file only if
    exactly its bytes were loaded. It leaves out a file that was damaged since, where DuckDB cannot
    read its columns. It also leaves out files with lines that a strict CSV reader refuses, with
    zeros behind their gzip data and with rejected rows, because a view cannot repair them.

    Returns:
        How many files the view reads. If it is 0, there is no view.

    Raises:
        WarehouseError: somebody else's table or view has that name.
    """
    files: list[tuple[TripFile, LandedFile]] = []
    union = ""
    if isinstance(lake, FolderLake):
        files = _loaded_files(session, lake, dataset)
        try:
            union = _union(session, lake, dataset, files)
        except (duckdb.Error, pa.ArrowException, OSError):
            files = [each for each in files if _is_whole(lake, each[1])]
            union = _union(session, lake, dataset, files)
    require_external_view(session, dataset)
    view = quoted(external_name(dataset))
    session.change(
        sql("create_external_view", view=view, selects=union)
        if union
        else sql("drop_external_view", view=view)
    )
    return len(files)


def is_external_view_complete(session: Session, lake: Lake, dataset: Dataset) -> bool:
    """Whether the view reads every raw file that it would read if it were made now."""
    if not isinstance(lake, FolderLake):
        return True
    views = session.ask(sql("show_external_view"), {"name": f"{dataset.table}_ext"})
    text = " ".join(str(view) for (view,) in views)
    files = _loaded_files(session, lake, dataset)
    return all(literal(only_path(lake.path(landed.name))) in text for _, landed in files)


def _union(
    session: DuckDBSession,
    lake: FolderLake,
    dataset: Dataset,
    files: list[tuple[TripFile, LandedFile]],
) -> str:
    """The view's query, which DuckDB has understood: it looks into the Parquet files for that."""
    selects = [*_csv_selects(lake, dataset, files), *_parquet_selects(lake, dataset, files)]
    union = "\nUNION ALL BY NAME\n".join(selects)
    if union:
        # Not on the session's own connection: a failure would end its transaction.
        with session.connection.cursor() as connection:
            connection.execute(sql("describe_external_view", selects=union).text)
    return union


def _is_whole(lake: FolderLake, landed: LandedFile) -> bool:
    try:
        LocalCopy(lake.path(landed.name), landed).prove()
    except DamagedCopyError as damage:
        _log.warning("%s; the external view does without it", damage.what)
        return False
    return True


def _loaded_files(
    session: Session, lake: FolderLake, dataset: Dataset
) -> list[tuple[TripFile, LandedFile]]:
    loaded = {entry.filename: entry.sha256 for entry in ledger_entries(session)}
    whole = loaded.keys() - reject_counts(session).keys()
    return [
        (file, landed)
        for file, landed in landed_months(lake, dataset)
        if file.filename in whole
        and loaded[file.filename] == landed.sha256
        and not landed.facts.irregular
        and not landed.facts.padded
    ]


def _csv_selects(
    lake: FolderLake, dataset: Dataset, files: list[tuple[TripFile, LandedFile]]
) -> Iterator[str]:
    groups: dict[tuple[LineEnd, tuple[str, ...]], list[str]] = defaultdict(list)
    for file, landed in files:
        if file.format is not FileFormat.PARQUET and landed.facts.line_end is not None:
            layout = (landed.facts.line_end, landed.facts.header(dataset))
            groups[layout].append(only_path(lake.path(landed.name)))
    for (line_end, header), paths in groups.items():
        reader = csv_reader(dataset, header, line_end, jagged=True, paths=_list(paths), zipped=True)
        yield csv_rows(dataset, header, reader, _filename("filename"))


def _parquet_selects(
    lake: FolderLake, dataset: Dataset, files: list[tuple[TripFile, LandedFile]]
) -> Iterator[str]:
    groups: dict[str, tuple[pa.Schema, list[str]]] = {}
    for file, landed in files:
        if file.format is FileFormat.PARQUET:
            path = lake.path(landed.name)
            schema = held_schema(pq.read_schema(path))
            groups.setdefault(str(schema), (schema, []))[1].append(only_path(path))
    for schema, paths in groups.values():
        column = _path_column(schema)
        reader = parquet_reader(_list(paths), column)
        yield parquet_rows(dataset, schema, reader, _filename(quoted(column)))


def _list(paths: list[str]) -> str:
    return f"[{', '.join(map(literal, paths))}]"
