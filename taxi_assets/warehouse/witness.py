"""The lake as witness: digests of a file's rows are noted beside the file, outside the database."""

from __future__ import annotations

from collections.abc import Sequence

from taxi_assets.errors import InvalidFileError
from taxi_assets.lake.lake import Lake
from taxi_assets.lake.landed_file import LandedFile, NotedDigests
from taxi_assets.rows.reading import OpenMonth
from taxi_assets.rows.row_digest import READER, Digests


def noted_digests(
    landed: LandedFile, rows: int, left_out: Sequence[str], engine: str = ""
) -> Digests:
    """The digests that the lake noted for a file's rows, as far as they can be compared.

    Args:
        landed: what the lake knows of the file.
        rows: number of rows that are to be compared.
        left_out: columns of the file that these rows do not have.
        engine: the `Digests.engine` to look for.
    """
    noted = _comparable(landed, rows, left_out)
    if noted is None:
        return Digests()
    found = noted.engines.get(engine)
    return Digests(noted.digest, engine, found) if found else Digests(noted.digest)


def _comparable(landed: LandedFile, rows: int, left_out: Sequence[str]) -> NotedDigests | None:
    """What was noted, if it is of the same rows; None otherwise."""
    noted = landed.digests
    if noted is None or (noted.reader, noted.rows, noted.left_out) != (READER, rows, left_out):
        return None
    return noted


def note_digests(
    lake: Lake,
    month: OpenMonth,
    digests: Digests,
    accepted: int | None = None,
    others: Sequence[Digests] = (),
) -> None:
    """Note the digests of the rows that a month's file gave, before they become visible.

    Args:
        lake: has the file.
        month: the file.
        digests: the digests of its rows.
        accepted: number of the rows, if it is not that of the file's facts.
        others: further digests of the same rows, of other kinds.

    Raises:
        InvalidFileError: the same bytes gave other rows before.
        LakeBusyError: the lake has another version of the file meanwhile.
    """
    landed = month.landed
    rows = landed.facts.rows if accepted is None else accepted
    left_out = landed.facts.undeclared(month.file)

    kinds = (digests, *others)

    def noting(now: LandedFile) -> LandedFile:
        for each in kinds:
            known = noted_digests(now, rows, left_out, each.engine)
            if each.conflict(known):
                raise InvalidFileError(
                    f"{month.file}: the rows that were read have the digest "
                    f"{each.digest or each.engine_text}, and the same file gave rows with "
                    f"{known.digest or known.engine_text} before",
                    f"check this machine's memory and disk, then run `taxi-assets audit "
                    f"{month.file.dataset.taxi} {month.file.month}`; the rows that were loaded "
                    "before are still there",
                )
        kept = _comparable(now, rows, left_out) or NotedDigests(reader=READER, rows=rows)
        found = {each.engine: each.by_engine for each in kinds if each.engine}
        noted = NotedDigests(
            reader=READER,
            rows=rows,
            left_out=left_out,
            digest=digests.digest or kept.digest,
            engines={**kept.engines, **found},
        )
        return now.model_copy(update={"digests": noted})

    lake.revise(landed, noting)
