"""The header of a CSV: its columns, held against those that are declared."""

from __future__ import annotations

import csv
from collections.abc import Sequence

from taxi_assets.errors import InvalidFileError
from taxi_assets.lake.inspection import refuse_other_text


def columns_of(line: bytes, name: str, header: str) -> tuple[str, ...]:
    """The columns of a file, in its order. Capitals need not be as declared.

    Columns that are not declared may stand anywhere between the others.

    Args:
        line: the first line of the file.
        name: the file's name, for messages.
        header: the header that it must have.

    Raises:
        InvalidFileError: a declared column is missing, is there twice, or stands elsewhere.
    """
    refuse_other_text(name, line)
    text = line.removeprefix(b"\xef\xbb\xbf").rstrip(b"\r").decode("utf-8", "replace")
    wanted = header.split(",")
    columns = _as_declared([n.strip().strip('"') for n in _values(text)], wanted)
    found = [column for column in columns if column in wanted]
    if found == wanted:
        return columns
    missing = [column for column in wanted if column not in found]
    added = [column or "a column without a name" for column in columns if column not in wanted]
    twice = [column for column in wanted if found.count(column) > 1]
    differences = [
        *([f"missing: {', '.join(missing)}"] if missing else []),
        *([f"twice: {', '.join(twice)}"] if twice else []),
        *([f"not expected: {', '.join(added)[:200]}"] if added else []),
    ] or ["the columns stand in another order"]
    raise InvalidFileError(
        f"{name}, line 1: the header is not that of these files "
        f"({'; '.join(differences)}); expected {header!r}, found {text[:400]!r}",
        "load the file that the publisher meant; if the layout did change, declare the "
        "columns in taxi_assets/trips",
    )


def _values(header: str) -> list[str]:
    try:
        return next(csv.reader([header], strict=True), [header])
    except csv.Error:
        return header.split(",")


def _as_declared(names: Sequence[str], wanted: Sequence[str]) -> tuple[str, ...]:
    """The names of a header, each as declared where it differs from that in capitals alone."""
    lacking = {name.lower(): name for name in wanted if name not in names}
    return tuple(name if name in wanted else lacking.get(name.lower(), name) for name in names)
