"""The hashes of a month's ids, eight bytes a row, and which of them several rows have.

DuckDB takes 64 bytes a row to group them (measured with eight million rows).
"""

from __future__ import annotations

from array import array

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from taxi_assets.rows.arrow_rows import numbers

HASH = np.dtype(np.uint64)
"""A hash of eight bytes, which is never NULL."""


class IdHashes:
    """Hashes of ids, as they come."""

    def __init__(self) -> None:
        self._hashes = array("Q")

    def add(self, hashes: pa.Array) -> None:
        """Add some, as unsigned numbers of eight bytes."""
        self._hashes.frombytes(numbers(hashes, HASH).tobytes())

    def shared(self) -> NDArray[np.uint64]:
        """Those that several rows have, once for each row, sorted. None can be added after it."""
        hashes = np.frombuffer(self._hashes, np.uint64)
        hashes.sort()
        same = hashes[1:] == hashes[:-1]
        is_shared = np.zeros(len(hashes), bool)
        is_shared[1:] |= same
        is_shared[:-1] |= same
        found: NDArray[np.uint64] = hashes[is_shared]
        return found
