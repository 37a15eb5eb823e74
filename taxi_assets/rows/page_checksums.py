"""Holds the pages of a Parquet file against the checksums that some writers put beside them.

DuckDB passes over them. Few writers write them: then there is nothing to read here.
"""

from __future__ import annotations

import re
from pathlib import Path

import pyarrow.parquet as pq

# https://github.com/apache/parquet-format/blob/master/src/main/thrift/parquet.thrift: type, sizes
# before and after compression, and then perhaps `4: optional i32 crc`. In Thrift's compact protocol
# each field begins with the step from the number before it and its type, 0x15 for the next one as
# an i32; all bytes of a number but its last one have their first bit set.
_WITH_CHECKSUM = re.compile(rb"(?:\x15[\x80-\xff]*[\x00-\x7f]){3}\x15")
_HEADER_BYTES = 64


def contradicted_column(path: Path) -> str | None:
    """The first column with a page that its checksum contradicts; None where all is well.

    Raises:
        OSError, pyarrow.ArrowException: the file cannot be read.
    """
    with pq.ParquetFile(path, page_checksum_verification=True) as file:
        if not _has_checksums(path, file.metadata):
            return None
        for group in range(file.num_row_groups):
            for name in file.schema_arrow.names:
                try:
                    file.read_row_group(group, columns=[name])
                except OSError as error:
                    if "CRC" not in str(error):
                        raise
                    return str(name)
    return None


def _has_checksums(path: Path, metadata: pq.FileMetaData) -> bool:
    """Whether the first page has one; a writer gives one to all pages, or to none."""
    if not metadata.num_row_groups:
        return False
    chunk = metadata.row_group(0).column(0)
    with path.open("rb") as stream:
        stream.seek(
            min(chunk.dictionary_page_offset or chunk.data_page_offset, chunk.data_page_offset)
        )
        return _WITH_CHECKSUM.match(stream.read(_HEADER_BYTES)) is not None
