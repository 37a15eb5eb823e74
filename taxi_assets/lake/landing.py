"""Brings one published file into the lake: fetched, verified as it passes, visible when whole."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from taxi_assets.errors import InvalidFileError
from taxi_assets.lake.csv_inspection import LARGEST_BYTES, CsvInspection
from taxi_assets.lake.inspection import Inspection
from taxi_assets.lake.lake import Arrival, Lake
from taxi_assets.lake.landed_file import FileFacts, LandedFile
from taxi_assets.lake.parquet_inspection import ParquetInspection
from taxi_assets.source.public_url import public_url
from taxi_assets.source.transfer import Absent, Fetched, NotModified, Transport, Version
from taxi_assets.trips.column import is_pandas_index
from taxi_assets.trips.dataset import Dataset
from taxi_assets.trips.file import FileFormat, TripFile
from taxi_assets.trips.published_counts import published_count

_LONGEST_LIST = 400

Judge = Callable[[FileFacts, str | None], None]
"""Raises if what verification found, in a file of that HTTP date, must not be published."""


@dataclass(frozen=True)
class Landing:
    """What came of landing a file.

    Attributes:
        file: the version that now stands in the lake.
        changed: whether its bytes differ from those that stood there before.
    """

    file: LandedFile
    changed: bool


def lake_name(file: TripFile) -> str:
    """The file's place in the lake, such as ``green/green_tripdata_2020-04.csv.gz``."""
    return f"{file.dataset.taxi}/{file.published_name}"


def landed_months(lake: Lake, dataset: Dataset) -> list[tuple[TripFile, LandedFile]]:
    """Every file of the dataset in the lake, in the order of their names."""
    landed = lake.find_all(f"{dataset.taxi}/{dataset.table}_")
    named = [
        (TripFile.published_as(dataset, found.name.rpartition("/")[2]), found) for found in landed
    ]
    return [(file, found) for file, found in named if file is not None]


def inspection_of(
    file: TripFile, max_jagged_rows: int, largest_bytes: float = LARGEST_BYTES
) -> Inspection:
    """How a file of that format is verified."""
    if file.format is FileFormat.PARQUET:
        return ParquetInspection(file)
    return CsvInspection(str(file), file.dataset.csv_header, max_jagged_rows, largest_bytes)


def land(
    lake: Lake,
    name: str,
    url: str,
    transport: Transport,
    inspect: Callable[[], Inspection],
    judge: Judge,
    anew: bool = False,
) -> Landing | Absent:
    """Fetch what is published behind the URL, unless the lake has it, and publish it in the lake.

    Args:
        lake: where the file goes.
        name: its place there.
        url: where it is published.
        transport: what fetches that URL.
        inspect: begins a verification of the bytes.
        judge: raises if what verification found must not be published; it is given the HTTP date
            of the file's last change, too.
        anew: fetch and publish it even where the lake has these bytes already.

    Returns:
        What stands in the lake now, or that the source has no such file.

    Raises:
        InvalidFileError: the file is not what it should be; the lake is as it was.
        SourceUnavailableError, SourceRefusedError: the source did not hand it over.
        StorageError: the lake could not keep it.
    """
    with lake.receive(name) as arrival:
        current = lake.find(name)
        # What was fetched from elsewhere says nothing about this URL's version.
        here = current if current is not None and current.url == public_url(url) else None
        known = None
        if here is not None and not anew:
            known = Version(here.etag, here.last_modified, here.size_bytes)
        passage = _Passage(arrival, inspect)
        outcome = transport.fetch(url, passage, known)
        match outcome:
            case Absent():
                return outcome
            case NotModified() if here is not None:
                judge(here.facts, here.last_modified)
                return Landing(here, changed=False)
            case NotModified():
                raise AssertionError("a source called a file unchanged that was not asked about")
            case Fetched(version):
                facts = passage.inspection.finish()
                judge(facts, version.last_modified)
                landed = LandedFile(
                    name=name,
                    url=public_url(url),
                    etag=version.etag,
                    last_modified=version.last_modified,
                    sha256=passage.sha256.hexdigest(),
                    size_bytes=passage.size_bytes,
                    facts=facts,
                    landed_at=datetime.now(UTC),
                )
                if not anew and current is not None and current.sha256 == landed.sha256:
                    same = landed.model_copy(
                        update={"landed_at": current.landed_at, "digests": current.digests}
                    )
                    lake.revise(same, lambda now: same.model_copy(update={"digests": now.digests}))
                    return Landing(same, changed=False)
                arrival.publish(landed)
                return Landing(landed, changed=True)


def judge(
    file: TripFile,
    facts: FileFacts,
    published_counts: str,
    undeclared_columns: str,
    last_modified: str | None = None,
) -> None:
    """Refuse a file that must not be loaded, however whole it is.

    Args:
        file: which month it is.
        facts: what verification found in it.
        published_counts: ``require`` that its rows are as many as were published.
        undeclared_columns: ``refuse`` columns that no dataset declares.
        last_modified: HTTP date of the file's last change, if the source told it.

    Raises:
        InvalidFileError: says both counts, or names the columns.
    """
    judge_published_count(file, facts, published_counts, last_modified)
    names = [name for name in facts.undeclared(file) if not is_pandas_index(name)]
    if names and undeclared_columns == "refuse":
        dataset = file.dataset
        listed = ", ".join(map(repr, names))[:_LONGEST_LIST]
        found = f"columns {listed} are" if len(names) > 1 else f"column {listed} is"
        nameless = [name for name in names if re.fullmatch(r"(column \d+)?", name)]
        unnamed = "; one without a name is pandas' numbering of rows, as a rule" * bool(nameless)
        raise InvalidFileError(
            f"{file}: {found} not declared for {dataset.taxi} trips{unnamed}",
            "have the file written without it (`to_csv(index=False)`), or set "
            "TAXI_UNDECLARED_COLUMNS=skip to load it so"
            if nameless == names
            else f"declare them at the end of the columns in taxi_assets/trips/{dataset.taxi}.py "
            "(they are NULL in months that are loaded), or set TAXI_UNDECLARED_COLUMNS=skip to "
            "load the file without them",
        )


def judge_published_count(
    file: TripFile, facts: FileFacts, policy: str, last_modified: str | None = None
) -> None:
    """Refuse a file whose rows differ from its known published count, if that is required.

    A count that was taken on some day says nothing about a file that is newer.

    Raises:
        InvalidFileError: says both counts.
    """
    known = published_count(file)
    if known is None or policy != "require" or not known.binds(last_modified):
        return
    if facts.rows != known.rows:
        raise InvalidFileError(
            f"{file}: it has {facts.rows:,} rows, but {known.rows:,} were {known.words}: it is "
            "incomplete, an extract or a reissue",
            "load the whole file; for extracts or a reissue that you trust, set "
            "TAXI_PUBLISHED_COUNTS=warn",
        )


class _Passage:
    """Hands bytes on to the lake, and to hash and verification on their way."""

    def __init__(self, arrival: Arrival, inspect: Callable[[], Inspection]) -> None:
        self._arrival = arrival
        self._inspect = inspect
        self._begin()

    def _begin(self) -> None:
        self.inspection = self._inspect()
        self.sha256 = hashlib.sha256()
        self.size_bytes = 0

    def write(self, data: bytes, /) -> None:
        self.inspection.feed(data)
        self.sha256.update(data)
        self.size_bytes += len(data)
        self._arrival.write(data)

    def restart(self) -> None:
        self._arrival.restart()
        self._begin()
