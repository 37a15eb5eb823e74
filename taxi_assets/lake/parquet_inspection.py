"""Verifies a Parquet file as a stream: its footer, its columns and their types.

The footer stands at the end, so the last bytes are kept as they pass, and only they.
"""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO

import pyarrow as pa
import pyarrow.parquet as pq

from taxi_assets.errors import InvalidFileError
from taxi_assets.lake.inspection import refuse_wrong_content
from taxi_assets.lake.landed_file import FileFacts
from taxi_assets.lake.parquet_schema import held_schema
from taxi_assets.trips.column import Column, ColumnType
from taxi_assets.trips.file import TripFile

_MAGIC = b"PAR1"
_KEPT_BYTES = 16 << 20
# A reader holds a column of a row group in memory. Real values take 23 bytes at most, as text.
_LONGEST_VALUE_BYTES = 256
_SPARE_BYTES = 64 << 20

_AGAIN = "fetch it again by running again; if it stays so, report it to the publisher"
_DECLARE = (
    "load the file that the publisher meant; if the layout did change, declare the columns in "
    "taxi_assets/trips"
)


@dataclass
class ParquetInspection:
    """The end of one Parquet file, kept as it passes.

    Attributes:
        file: which month it should hold.
    """

    file: TripFile
    _start: bytes = b""
    _end: bytes = b""
    _size_bytes: int = 0

    def feed(self, data: bytes) -> None:
        """Look at the next bytes."""
        self._size_bytes += len(data)
        if len(self._start) < len(_MAGIC):
            self._start = (self._start + data)[:512]
            if len(self._start) >= len(_MAGIC):
                refuse_wrong_content(str(self.file), self._start, _MAGIC, "a Parquet file")
        self._end = (self._end + data)[-_KEPT_BYTES:]

    def finish(self) -> FileFacts:
        """What the Parquet file holds."""
        refuse_wrong_content(str(self.file), self._start, _MAGIC, "a Parquet file")
        if not self._end.endswith(_MAGIC) or self._size_bytes < 2 * len(_MAGIC):
            raise InvalidFileError(
                f"{self.file}, byte {self._size_bytes}: it ends without the footer of a Parquet "
                "file: the file was cut short",
                _AGAIN,
            )
        try:
            footer = pq.read_metadata(BytesIO(self._end))
            schema = held_schema(footer.schema.to_arrow_schema())
        except (pa.ArrowException, OSError) as error:
            raise InvalidFileError(
                f"{self.file}: its footer cannot be read ({str(error).splitlines()[0]})", _AGAIN
            ) from None
        self._check_sizes(footer)
        left_out = check_columns(self.file, schema)
        if footer.num_rows < 1:
            raise InvalidFileError(f"{self.file}: it has a footer but no rows", _AGAIN)
        return FileFacts(
            rows=footer.num_rows, uncompressed_bytes=self._size_bytes, left_out=left_out
        )

    def _check_sizes(self, footer: pq.FileMetaData) -> None:
        """Refuse a file that is shorter than its footer says, or holds values without measure."""
        data_end = 0
        for group in range(footer.num_row_groups):
            rows = footer.row_group(group).num_rows
            for index in range(footer.num_columns):
                chunk = footer.row_group(group).column(index)
                if chunk.total_uncompressed_size > _SPARE_BYTES + rows * _LONGEST_VALUE_BYTES:
                    raise InvalidFileError(
                        f"{self.file}, column {chunk.path_in_schema}: unzipped, {rows:,} of its "
                        f"values take {chunk.total_uncompressed_size / 1e6:,.0f} MB, which no "
                        "column of trips does",
                        "look at the file: a value is not of a trip; have it published again",
                    )
                # Some writers give a dictionary offset that lies behind the data, or is 0.
                start = min(
                    chunk.dictionary_page_offset or chunk.data_page_offset, chunk.data_page_offset
                )
                data_end = max(data_end, start + chunk.total_compressed_size)
        if data_end + footer.serialized_size + 2 * len(_MAGIC) > self._size_bytes:
            raise InvalidFileError(
                f"{self.file}: {self._size_bytes} bytes are fewer than its footer tells of: "
                "some are missing inside",
                _AGAIN,
            )


def check_columns(file: TripFile, schema: pa.Schema) -> tuple[str, ...]:
    """Compare the columns of a Parquet file, as it holds them, with the declared ones.

    Returns:
        The columns that are not declared: a load leaves them out.

    Raises:
        InvalidFileError: a column is missing, there twice, or of a type that does not fit.
    """
    declared = file.dataset.parquet_columns
    found: dict[str, str] = {}
    left_out = []
    for field in schema:
        name = field.name
        column = declared.get(name.lower())
        if column is None:
            left_out.append(name)
            continue
        if column.name in found:
            raise InvalidFileError(
                f"{file}: columns {found[column.name]!r} and {name!r} both mean {column.name}",
                _DECLARE,
            )
        found[column.name] = name
        if not _fits(column, field.type):
            raise InvalidFileError(
                f"{file}: column {name!r} is of type {field.type}, which "
                f"does not hold {column.type} values",
                _DECLARE,
            )
    missing = [
        column.name
        for column in file.dataset.columns
        if column.name not in found and column.required_in_parquet(file.month)
    ]
    if missing:
        raise InvalidFileError(
            f"{file}: missing columns: {', '.join(missing)}; found {', '.join(schema.names)}",
            _DECLARE,
        )
    return tuple(left_out)


def _fits(column: Column, found: pa.DataType) -> bool:
    if bool(pa.types.is_null(found)):
        return column.nullable
    text = bool(pa.types.is_string(found))
    number = bool(pa.types.is_integer(found) or pa.types.is_floating(found))
    match column.type:
        case ColumnType.TIMESTAMP:
            return text or bool(pa.types.is_timestamp(found) and found.tz is None)
        case ColumnType.INTEGER:
            return number or (text and bool(column.spellings))
        case ColumnType.CODE | ColumnType.TEXT:
            return number or text
        case ColumnType.DOUBLE:
            return number or bool(pa.types.is_decimal(found))
