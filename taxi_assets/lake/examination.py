"""Reads a file in the lake as if it had just arrived."""

from __future__ import annotations

from pathlib import Path

from taxi_assets.lake.landed_file import FileFacts
from taxi_assets.lake.landing import inspection_of
from taxi_assets.trips.file import TripFile

_BLOCK_BYTES = 1 << 20
_ANY_NUMBER = 10**18


def facts_anew(path: Path, file: TripFile) -> FileFacts:
    """What verification finds in a file's bytes.

    Raises:
        InvalidFileError: it is not such a file.
    """
    inspection = inspection_of(file, max_jagged_rows=_ANY_NUMBER, largest_bytes=_ANY_NUMBER)
    with path.open("rb") as stream:
        while block := stream.read(_BLOCK_BYTES):
            inspection.feed(block)
    return inspection.finish()
