"""Sets aside the rows of a file whose values do not fit: run only where a load has failed."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from isal import igzip

from taxi_assets.errors import InvalidFileError
from taxi_assets.lake.csv_inspection import CsvInspection
from taxi_assets.lake.landed_file import FileFacts
from taxi_assets.rows.bad_values import BadRow, bad_rows_in_csv, bad_rows_in_parquet
from taxi_assets.rows.csv_text import csv_lines
from taxi_assets.rows.duckdb_text import csv_file
from taxi_assets.rows.odd_texts import readable, shown, with_plain_bytes
from taxi_assets.rows.reading import ORDERED, OpenMonth, Reject
from taxi_assets.trips.file import FileFormat

_BLOCK_BYTES = 1 << 20
_LINES_SHOWN = 3
# No text in Postgres holds the byte itself.
_NUL_SHOWN = r"\x00"


@contextmanager
def without_bad_rows(month: OpenMonth, most: int, refusal: InvalidFileError) -> Iterator[OpenMonth]:
    """The month without the rows whose values do not fit, which it names as its rejects.

    Args:
        month: as it landed.
        most: how many rows may be rejected.
        refusal: why it was not loaded whole.

    Raises:
        InvalidFileError: more rows than that have such values; or none has, and the refusal
            stands.
    """
    bad = _bad_rows(month, most + 1)
    if not bad:
        raise refusal
    if len(bad) > most:
        first = ", ".join(f"{row.number + _first_line(month):,}" for row in bad[:_LINES_SHOWN])
        raise InvalidFileError(
            f"{refusal.what}; more rows have such values than TAXI_MAX_REJECTED_ROWS={most} "
            f"allows: the first are {first}",
            refusal.remedy,
        )
    if len(bad) == month.landed.facts.rows:
        raise InvalidFileError(
            f"{refusal.what}; every row would be rejected", "look at the file: it is another one's"
        )
    with tempfile.TemporaryDirectory(prefix="taxi_accepted_") as folder:
        sift = _sift_parquet if month.file.format is FileFormat.PARQUET else _sift_csv
        path = Path(folder) / month.path.name
        rejects, facts = sift(month, {row.number: row for row in bad}, path)
        assert facts.rows + len(rejects) == month.landed.facts.rows
        known = month.landed.facts
        same = {"csv_columns": known.csv_columns, "left_out": known.left_out}
        landed = month.landed.model_copy(update={"facts": facts.model_copy(update=same)})
        yield replace(month, landed=landed, accepted=path, rejects=tuple(rejects))


def _bad_rows(month: OpenMonth, most: int) -> list[BadRow]:
    dataset, facts = month.file.dataset, month.landed.facts
    try:
        with duckdb.connect(config=dict(ORDERED)) as connection:
            if month.file.format is FileFormat.PARQUET:
                return bad_rows_in_parquet(connection, dataset, month.path, most)
            with csv_file(connection, month.path, facts) as source:
                return bad_rows_in_csv(connection, dataset, source.path, facts, most)
    except duckdb.Error:
        # What cannot be read as text has no rows to set aside.
        return []


def _first_line(month: OpenMonth) -> int:
    """What the first row is called: lines are counted from the header, which is the first."""
    return 0 if month.file.format is FileFormat.PARQUET else 1


def _sift_csv(
    month: OpenMonth, bad: dict[int, BadRow], accepted: Path
) -> tuple[list[Reject], FileFacts]:
    rejects, number = [], 0
    # The names of columns are kept in the facts; one that is not declared may hold a comma.
    header = ",".join(map(str, range(len(month.landed.facts.header(month.file.dataset)))))
    with igzip.open(accepted, "wb", compresslevel=0) as text:
        text.write(header.encode() + b"\n")
        for line_number, line in enumerate(csv_lines(month.path, month.landed.facts), start=2):
            number += bool(line)
            if line and number in bad:
                rejects.append(_reject(bad[number], line_number, line.decode()))
            elif line:
                text.write(line + b"\n")
    inspection = CsvInspection(str(month.file), header, max_jagged_rows=month.landed.facts.rows)
    with accepted.open("rb") as file:
        while block := file.read(_BLOCK_BYTES):
            inspection.feed(block)
    return rejects, inspection.finish()


def _sift_parquet(
    month: OpenMonth, bad: dict[int, BadRow], accepted: Path
) -> tuple[list[Reject], FileFacts]:
    rejects, number, rows = [], 0, 0
    with _checked(month.path) as file, ExitStack() as stack:
        out: pq.ParquetWriter | None = None
        for batch in map(with_plain_bytes, file.iter_batches()):
            if out is None:
                out = stack.enter_context(pq.ParquetWriter(accepted, batch.schema))
            numbers = range(number + 1, number + 1 + batch.num_rows)
            number += batch.num_rows
            for row in sorted(bad.keys() & set(numbers)):
                values = readable(batch.slice(row - numbers[0], 1)).to_pylist()[0]
                texts = {k: shown(v) if isinstance(v, str) else v for k, v in values.items()}
                rejects.append(_reject(bad[row], row, json.dumps(texts, default=str)))
            kept = batch.filter(pa.array(~np.isin(np.array(numbers), list(bad))))
            rows += kept.num_rows
            out.write_batch(kept)
    return rejects, FileFacts(rows=rows, uncompressed_bytes=accepted.stat().st_size)


def _checked(path: Path) -> pq.ParquetFile:
    return pq.ParquetFile(path, page_checksum_verification=True)


def _reject(row: BadRow, line: int, text: str) -> Reject:
    value = row.value.replace("\0", _NUL_SHOWN) if row.value is not None else None
    return Reject(line, row.column.name, value, row.reason, text)
