"""Runs local-bigquery, and teaches it external tables, times of partitions, and quicker look-ups.

The stand-in's own Python runs this file, with the arguments of ``local-bigquery``. An external
table here holds the rows that its object had when the table was made; the service reads the object
anew for each query. As in BigQuery, an empty value of a CSV is an empty text, a value that a jagged
row lacks is NULL, and a Parquet file brings its own columns and types.

It also says which table a CREATE TABLE … AS filled, as BigQuery does: dbt asks for it.

The file ``storage_url`` in the data folder says where the bucket is; without it an external table
stays empty.
"""

from __future__ import annotations

import gzip
import inspect
import os
import sys
import tempfile
import threading
import time
import urllib.parse
import urllib.request
from pathlib import Path
from typing import Any

import duckdb
from local_bigquery.catalog import names, tables
from local_bigquery.cli import main
from local_bigquery.engine import database
from local_bigquery.engine.database import quote
from local_bigquery.jobs import query
from local_bigquery.jobs.storage import literal
from local_bigquery.models import JobStatistics2, Table
from local_bigquery.sql.rules import information_schema
from sqlglot import exp

_RECORDS = "emulator"
"""The database of its own records and of the jobs' results, which no DuckLake holds."""

_run = query._run
_all_objects = database.objects
_fetch_all = database.fetch
_OBJECTS = """
    SELECT table_name, 'TABLE', coalesce(record_count, 0)::BIGINT
    FROM {lake}.ducklake_table AS named
    JOIN {lake}.ducklake_schema AS home USING (schema_id)
    LEFT JOIN {lake}.ducklake_table_stats USING (table_id)
    WHERE schema_name = $1 AND table_name = coalesce($2, table_name)
        AND named.end_snapshot IS NULL AND home.end_snapshot IS NULL
    UNION ALL
    SELECT view_name, 'VIEW', 0
    FROM {lake}.ducklake_view AS named
    JOIN {lake}.ducklake_schema AS home USING (schema_id)
    WHERE schema_name = $1 AND view_name = coalesce($2, view_name)
        AND named.end_snapshot IS NULL AND home.end_snapshot IS NULL
    ORDER BY 1
"""


_COLUMNS = """(
    SELECT '{project}' AS database_name, schema_name, table_name, column_name,
        nulls_allowed AS is_nullable
    FROM {lake}.ducklake_column AS held
    JOIN {lake}.ducklake_table AS named USING (table_id)
    JOIN {lake}.ducklake_schema AS home USING (schema_id)
    WHERE held.end_snapshot IS NULL AND named.end_snapshot IS NULL AND home.end_snapshot IS NULL
        AND parent_column IS NULL
)"""


def _objects(project: str, dataset: str, table: str | None = None) -> Any:
    """Name, kind and rows of a dataset's tables, or of one of them.

    The original reads the statistics of every table of every dataset at each call, and those are
    many: each job leaves a table with its result. So do the columns and the temporary tables below.
    Together that was more than half of what the server did.
    """
    if project != _RECORDS:
        return database.fetch(_OBJECTS.format(lake=_lake(project)), [dataset, table])
    if table is None:
        return _all_objects(project, dataset)
    try:
        [(rows,)] = database.fetch(f"SELECT count(*) FROM {quote(project, dataset, table)}")
    except duckdb.CatalogException:
        return []
    return [(table, "TABLE", rows)]


def _fetch(sql: str, params: Any = None) -> Any:
    if "duckdb_columns()" in sql and params[0] != _RECORDS:
        columns = _COLUMNS.format(project=params[0], lake=_lake(params[0]))
        sql = sql.replace("duckdb_columns()", columns)
    elif "AND NOT is_nullable" in sql:  # a job's result has no column that must not be NULL
        return []
    return _fetch_all(sql, params)


def _lake(project: str) -> str:
    return str(quote(f"__ducklake_metadata_{project}"))


def _look_for_temporary_tables_in_sessions_alone() -> None:
    """Others have none yet."""
    look = '"SELECT table_name FROM duckdb_tables() WHERE temporary"'
    source = inspect.getsource(query.execute)
    assert look in source, "another local-bigquery"
    source = source.replace(look, f"{look} if session else \"SELECT '' WHERE false\"")
    exec(compile(source, query.__file__, "exec"), query.__dict__)


_look_for_temporary_tables_in_sessions_alone()
_execute = query.execute


def _execute_and_name_table(*arguments: Any, **named: Any) -> Any:
    statistics, children, destination = _execute(*arguments, **named)
    if statistics.statementType == "CREATE_TABLE_AS_SELECT":
        destination = statistics.ddlTargetTable
    return statistics, children, destination


def _run_or_make_external(cur: Any, tree: Any, context: Any, *rest: Any) -> Any:
    if not (isinstance(tree, exp.Create) and tree.find(exp.ExternalProperty)):
        return _run(cur, tree, context, *rest)
    reference = names.reference(tree.find(exp.Table), context.project_id, context.dataset_id)
    options = _options(tree)
    with tempfile.TemporaryDirectory() as folder:
        source = _source(tree, options, Path(folder))
        cur.execute(f"CREATE OR REPLACE TABLE {quote(*reference)} AS {source}")
    described = {
        column.name: options_of["description"]
        for column in _columns(tree)
        if (options_of := _options(column))
    }
    fields = [
        field.replace(description=described.get(field.name))
        for field in tables.fields(tables.load(*reference))
    ]
    made = Table.model_validate(
        {
            "type": "EXTERNAL",
            "description": options.get("description"),
            "schema": {"fields": fields},
            "externalDataConfiguration": {
                "sourceFormat": options["format"],
                "sourceUris": options["uris"],
            },
        }
    )
    tables.record(*reference, tables.defaults(*reference).merged(made))
    target = dict(zip(("projectId", "datasetId", "tableId"), reference, strict=True))
    return JobStatistics2.model_validate(
        {
            "statementType": "CREATE_EXTERNAL_TABLE",
            "ddlOperationPerformed": "CREATE",
            "ddlTargetTable": target,
        }
    )


def _columns(tree: Any) -> list[Any]:
    return tree.this.expressions if isinstance(tree.this, exp.Schema) else []


def _options(tree: Any) -> dict[str, Any]:
    """The options of a table, without those of its columns; or those of a column."""
    found: dict[str, Any] = {}
    for node in tree.find_all(exp.Property, exp.FileFormatProperty):
        column = node.find_ancestor(exp.ColumnDef)
        if column is not None and column is not tree:
            continue
        if isinstance(node, exp.FileFormatProperty):
            found["format"] = node.this.name
            continue
        value = node.args.get("value")
        if value is None:
            continue
        listed = isinstance(value, exp.Array)
        found[node.name.lower()] = [e.name for e in value.expressions] if listed else value.name
    return found


def _source(tree: Any, options: dict[str, Any], folder: Path) -> str:
    """SELECT of the rows that the external table has."""
    columns = {column.name: "VARCHAR" for column in _columns(tree)}
    path = _fetched(options["uris"][0], folder)
    if path is None:
        nothing = ", ".join(f"CAST(NULL AS {t}) AS {quote(n)}" for n, t in columns.items())
        return f"SELECT {nothing or 'NULL AS nothing'} LIMIT 0"
    if options["format"] == "PARQUET":
        return f"SELECT * FROM read_parquet({literal(str(path))})"
    with gzip.open(path) as lines:
        line_end = r"\r\n" if lines.readline().endswith(b"\r\n") else r"\n"
    typed = ", ".join(f"{literal(name)}: {literal(type_)}" for name, type_ in columns.items())
    return (
        f"SELECT * FROM read_csv({literal(str(path))}, columns = {{{typed}}}, header = false, "
        "skip = 1, auto_detect = false, delim = ',', quote = '\"', escape = '\"', "
        f"null_padding = true, nullstr = 'no value is null', new_line = '{line_end}')"
    )


def _fetched(uri: str, folder: Path) -> Path | None:
    """A copy of the object; None where nobody says where the bucket is."""
    data = Path(sys.argv[sys.argv.index("--data-dir") + 1])
    place = data / "storage_url"
    if not place.exists():
        return None
    parts = urllib.parse.urlsplit(uri)
    name = urllib.parse.quote(parts.path.lstrip("/"), safe="")
    bucket = f"{place.read_text()}/download/storage/v1/b/{parts.netloc}"
    url = f"{bucket}/o/{name}?alt=media&reader=bigquery"
    copy = folder / Path(parts.path).name
    urllib.request.urlretrieve(url, copy)
    return copy


def _end_with_the_parent() -> None:
    """End when standard input does: its other end is with whoever started the server."""
    sys.stdin.buffer.read()
    os._exit(0)


_written: dict[tuple[str, ...], tuple[object, int]] = {}
"""For each partition, a hash of its rows, and the millisecond in which they were first seen."""


def _partitions_with_times(project_id: str, dataset_id: str | None) -> Any:
    """``INFORMATION_SCHEMA.PARTITIONS`` with a time that changes with the rows."""
    columns, rows = _partitions(project_id, dataset_id)
    return (
        [*columns, "last_modified_time TIMESTAMP"],
        [[*row, information_schema._timestamp(str(_last_written(*row[:4])))] for row in rows],
    )


def _last_written(project: str, dataset: str, name: str, partition: str | None) -> int:
    reference = (project, dataset, name)
    table = tables.load(*reference)
    if not (partition and table.timePartitioning and table.timePartitioning.field):
        return int(table.lastModifiedTime or 0)
    month = f"strftime({quote(table.timePartitioning.field)}, '%Y%m')"
    condition = f"coalesce({month}, '__NULL__') = {literal(partition)}"
    query = f"SELECT sum(hash(t)) FROM {tables.name(*reference)} AS t WHERE {condition}"
    [(rows,)] = database.fetch(query)
    key = (*reference, partition)
    if key not in _written or _written[key][0] != rows:
        _written[key] = (rows, time.time_ns() // 1_000_000)
    return _written[key][1]


_partitions = information_schema.VIEWS["PARTITIONS"]
information_schema.VIEWS["PARTITIONS"] = _partitions_with_times
query._run = _run_or_make_external
database.objects = _objects
database.fetch = _fetch
query.execute = _execute_and_name_table

if __name__ == "__main__":
    threading.Thread(target=_end_with_the_parent, daemon=True).start()
    sys.exit(main())
