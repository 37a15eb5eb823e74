"""Chance that is the same everywhere: whole numbers drawn from tables of whole numbers.

NumPy promises the stream of raw words of a bit generator for all versions and platforms, but
not what its distributions make of them (NEP 19), and floats may round differently on another
processor. So only raw words are drawn, and everything after them is integer arithmetic.
"""

from collections.abc import Mapping
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

Integers = NDArray[np.int64]
Lots = NDArray[np.uint16]
"""Draws from 0 to 65,535: a row of them for each trip."""

LOTS_PER_WORD = 4
_SIDES = 1 << 16


class Stream:
    """An endless stream of draws; the same purpose and seed give the same stream.

    Args:
        purpose: what is drawn for, so that no two uses share a stream.
        seed: any whole number from 0.
    """

    def __init__(self, purpose: str, seed: int) -> None:
        words = [int.from_bytes(purpose.encode(), "big"), seed]
        self._bits = np.random.PCG64(np.random.SeedSequence(words))

    def lots(self, rows: int, per_row: int) -> Lots:
        """The next draws as an array of rows by ``per_row``, a multiple of LOTS_PER_WORD.

        Rows come one after the other out of the stream, so that how many are asked for at
        once makes no difference to what a row gets.
        """
        words = self._bits.random_raw(rows * per_row // LOTS_PER_WORD)
        little_endian = words.astype("<u8", copy=False).view("<u2")
        return little_endian.astype(np.uint16, copy=False).reshape(rows, per_row)


def weighted(weights: Mapping[int, int]) -> Integers:
    """A table to look draws up in: each value as often as its weight asks."""
    bounds = np.cumsum([0, *weights.values()], dtype=np.int64) * _SIDES // sum(weights.values())
    return np.repeat(np.array(list(weights), dtype=np.int64), np.diff(bounds))


def quantiles(*points: tuple[int, int]) -> Integers:
    """A table to look draws up in, from points ``(rank in thousandths, value)`` of a curve.

    The ranks rise from 0 to 1000; between two points the curve is a straight line.
    """
    sides = np.arange(_SIDES, dtype=np.int64)
    table = np.empty(_SIDES, dtype=np.int64)
    for (rank, value), (next_rank, next_value) in pairwise(points):
        first, last = rank * _SIDES // 1000, next_rank * _SIDES // 1000
        rise = (sides[first:last] - first) * (next_value - value)
        table[first:last] = value + rise // max(1, last - first)
    return table


def spread(total: int, one_in: int, at_least: int, stream: Stream) -> Integers:
    """Places among ``total``, rising and distinct: one drawn in each run of ``one_in``.

    ``at_least`` as many (but not more than there are places), where the runs are too few.
    """
    count = min(total, max(total // one_in, at_least))
    bounds = np.arange(count + 1, dtype=np.int64) * total // max(1, count)
    # Two lots make one draw of 32 bits: a run may be longer than one lot can reach.
    lots = stream.lots(count, LOTS_PER_WORD).astype(np.int64)
    return bounds[:-1] + (lots[:, 0] * _SIDES + lots[:, 1]) % np.maximum(1, np.diff(bounds))
