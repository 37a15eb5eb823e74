"""Synthetic months on disk, made once per size, and landed in lakes of their own."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from io import FileIO
from pathlib import Path

from taxi_assets.lake.folder import FolderLake
from taxi_assets.lake.landed_file import LandedFile
from taxi_assets.lake.landing import Landing, inspection_of, lake_name, land
from taxi_assets.source.mirror import MirrorTransport
from taxi_assets.source.sample import SampleTransport
from taxi_assets.source.synthetic.month import GENERATOR_VERSION
from taxi_assets.trips.dataset import Dataset
from taxi_assets.trips.file import FileFormat, TripFile
from taxi_assets.trips.month import Month

_SEED = 1
_MAX_JAGGED_ROWS = 0


def default_folder() -> Path:
    """Where the files are kept between runs."""
    return Path(tempfile.gettempdir()) / "taxi_assets_benchmarks"


@dataclass(frozen=True)
class Mirror:
    """Synthetic months of one size in a folder, as if it mirrored a host.

    Attributes:
        folder: where the files of all sizes are.
        rows: rows of each month.
    """

    folder: Path
    rows: int

    def path(self, file: TripFile) -> Path:
        """The published file, which is made unless it is there."""
        place = self.folder / f"synthetic-{GENERATOR_VERSION}-{_SEED}-{self.rows}"
        path = place / file.dataset.taxi / file.published_name
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            draft = path.with_suffix(".partial")
            with _Sink(draft, "wb") as sink:
                transport = SampleTransport(self.rows, _SEED)
                transport.fetch(f"sample://{file.dataset.taxi}/{file.month}", sink, None)
            draft.replace(path)
        return path

    def land(self, file: TripFile, lake: FolderLake) -> LandedFile:
        """Bring the month into a lake, as the asset does, from a ``file://`` URL."""
        landing = land(
            lake,
            lake_name(file),
            self.path(file).as_uri(),
            MirrorTransport(),
            lambda: inspection_of(file, _MAX_JAGGED_ROWS),
            lambda *_: None,
        )
        assert isinstance(landing, Landing)
        return landing.file


class _Sink(FileIO):
    def restart(self) -> None:
        self.seek(0)
        self.truncate()


def synthetic_file(dataset: Dataset, month: Month) -> TripFile:
    """The month as the sample publishes it."""
    return TripFile(dataset, month, FileFormat.SYNTHETIC)
