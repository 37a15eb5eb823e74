"""Computes Postgres's own hash of rows here, while they pass on their way to the server.

So the digest of what is sent is known before the server has it, and the server computes the same
of what it stores: a check compares both. MD5 of the rows' texts takes four times as long here, and
more than twice as long in the server.

The server's ``hash_record_extended`` hashes each value by Bob Jenkins' lookup3
(http://burtleburtle.net/bob/hash/doobs.html) and adds up the hashes, weighted by powers of 31. Two
rows that swap a value would have the same sum of such hashes, so that the hash is hashed once more.
Amounts and times are hashed as the bytes that the server sends of them: its hash of a double is
the same for 0 and -0.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from taxi_assets.rows.arrow_rows import nulls, numbers
from taxi_assets.rows.row_digest import Digests, as_digest, engine_label
from taxi_assets.trips.column import ColumnType
from taxi_assets.trips.dataset import Dataset

Words = NDArray[np.uint32]
Hashes = NDArray[np.uint64]

_WORD_BYTES = 4
_BLOCK_WORDS = 3
_START = 0x9E3779B9 + 3923095
_MIX_BITS = (4, 6, 8, 16, 19, 4)
_FINAL_BITS = (14, 11, 25, 16, 4, 14, 24)
_WEIGHT = 31
_MODULUS = 2**64

# Postgres counts microseconds from 2000-01-01, Arrow from 1970-01-01.
_EPOCH_MICROSECONDS = np.int64(946_684_800_000_000)


class RecordHashes:
    """Adds up the hashes of all rows that are sent."""

    def __init__(self, dataset: Dataset, engine: str) -> None:
        """Begin with no row.

        Args:
            dataset: whose rows they are.
            engine: the server's hash, as `PostgresSession.engine` names it.
        """
        self._columns = [("unique_row_id", None), *((c.name, c.type) for c in dataset.columns)]
        self._engine = engine_label(engine, len(dataset.columns))
        self._sum = 0

    def add(self, batch: pa.RecordBatch) -> None:
        """Add rows with the columns of the merged table."""
        hashes = np.zeros(batch.num_rows, np.uint64)
        weight = 1
        for name, type_ in reversed(self._columns):
            column = batch.column(name)
            if column.null_count < len(column):
                hashes += _hashes(column, type_) * np.uint64(weight)
            weight = weight * _WEIGHT % _MODULUS
        again = _hash(_sent(hashes), 8)
        self._sum += int(again.sum(dtype=np.uint64))

    def digests(self) -> Digests:
        """The digest of the rows."""
        return Digests(engine=self._engine, by_engine=as_digest(self._sum))


def _hashes(column: pa.Array, type_: ColumnType | None) -> Hashes:
    """The hash of each value; that of NULL is 0."""
    match type_:
        case None:
            return _text_hashes(column)
        case ColumnType.CODE | ColumnType.TEXT:
            found = pc.dictionary_encode(column)
            known: Hashes = np.append(_text_hashes(found.dictionary), np.uint64(0))
            places = numbers(found.indices, np.dtype(np.int32))
            if column.null_count:
                places = np.where(nulls(found.indices), len(known) - 1, places)
            return known[places]
        case ColumnType.INTEGER:
            words = numbers(column, np.dtype(np.uint32)).reshape(-1, 1)
            hashes = _hash(words, _WORD_BYTES)
        case ColumnType.DOUBLE:
            hashes = _hash(_sent(numbers(column, np.dtype(np.uint64))), 8)
        case ColumnType.TIMESTAMP:
            times = numbers(column, np.dtype(np.int64)) - _EPOCH_MICROSECONDS
            hashes = _hash(_sent(times.view(np.uint64)), 8)
    if column.null_count:
        hashes[nulls(column)] = 0
    return hashes


def _sent(numbers: NDArray[np.uint64]) -> Words:
    """The words of numbers as the server sends them, the highest byte first."""
    return numbers.astype(">u8").view("<u4").reshape(-1, 2)


def _text_hashes(texts: pa.Array) -> Hashes:
    """The hash of each text; none of them is NULL."""
    _, offsets, data = texts.buffers()
    ends = np.frombuffer(offsets, np.int32)[texts.offset : texts.offset + len(texts) + 1]
    bytes_ = np.frombuffer(data, np.uint8) if data else np.empty(0, np.uint8)
    starts, lengths = ends[:-1], np.diff(ends)
    hashes = np.empty(len(texts), np.uint64)
    for length in np.unique(lengths).tolist():
        chosen = lengths == length
        if chosen.all():
            found = bytes_[ends[0] : ends[-1]].reshape(len(texts), length)
        else:
            found = bytes_[starts[chosen][:, np.newaxis] + np.arange(length)]
        padded = np.pad(found, ((0, 0), (0, -length % _WORD_BYTES)))
        words = padded.view("<u4").reshape(len(found), -1)
        hashes[chosen] = _hash(words, length)
    return hashes


def _hash(words: Words, length: int) -> Hashes:
    """lookup3 of keys that are equally long, without a seed.

    Args:
        words: for each key a row: its first four bytes as a number with the lowest one first, the
            next four, and so on; zeros fill the last number.
        length: length of the keys in bytes.
    """
    a = np.full(len(words), (_START + length) % 2**32, np.uint32)
    b, c = a.copy(), a.copy()
    blocks = length // (_BLOCK_WORDS * _WORD_BYTES) * _BLOCK_WORDS
    for place in range(0, blocks, _BLOCK_WORDS):
        a += words[:, place]
        b += words[:, place + 1]
        c += words[:, place + 2]
        for bits in _MIX_BITS:
            a -= c
            a ^= _rotated(c, bits)
            c += b
            a, b, c = b, c, a
    # The lowest byte of the third word is kept for the length.
    for state, word, shift in zip((a, b, c), words[:, blocks:].T, (0, 0, 8), strict=False):
        np.add(state, word << np.uint32(shift), out=state)
    for bits in _FINAL_BITS:
        c ^= b
        c -= _rotated(b, bits)
        a, b, c = b, c, a
    return (a.astype(np.uint64) << np.uint64(32)) | b


def _rotated(words: Words, bits: int) -> Words:
    return (words << np.uint32(bits)) | (words >> np.uint32(32 - bits))
