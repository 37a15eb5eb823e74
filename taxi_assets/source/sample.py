"""The sample: synthetic months and zones behind URLs of their own, without a network.

``sample://green/2024-05`` is a month of green trips as a gzipped CSV, ``sample://zones`` the
zone lookup as a plain one, ``sample://zone_shapes`` the shapes of the zones.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from isal import isal_zlib

from taxi_assets.errors import SourceRefusedError
from taxi_assets.source.synthetic.month import GENERATOR_VERSION, version_of, write_month
from taxi_assets.source.synthetic.zone_shapes import zone_shapes
from taxi_assets.source.synthetic.zones import zone_lookup
from taxi_assets.source.transfer import Absent, Fetched, NotModified, Outcome, Sink, Version
from taxi_assets.trips.datasets import DATASETS
from taxi_assets.trips.month import Month

_SCHEME = "sample://"
_ZONES_URL = f"{_SCHEME}zones"
_OF_ZONES = {_ZONES_URL: zone_lookup, f"{_SCHEME}zone_shapes": zone_shapes}

# Of isal's levels 0 to 3: level 3 takes twice as long to save a twentieth of the bytes.
_GZIP_LEVEL = 1
# A header without file name and time, so that the bytes depend on the rows alone.
_GZIP_WINDOW_BITS = 31


@dataclass(frozen=True)
class SampleTransport:
    """Makes the files that the sample's URLs name, the same ones each time.

    Attributes:
        rows: rows of each month.
        seed: which of the possible samples.
    """

    rows: int
    seed: int

    def fetch(self, url: str, sink: Sink, known: Version | None) -> Outcome:
        """Hand a synthetic file to the sink, unless the known version would come out again.

        The entity tag stands for the arguments of the generator, not for the bytes: those of
        a gzip may differ between releases of the library that compresses.

        Raises:
            SourceRefusedError: the URL names nothing in the sample.
            InvalidMonthError: the URL's month is none, or lies before the first of the taxi.
            ValueError: the rows or the seed are out of the generator's range.
        """
        etag, blocks = self._file(url)
        if known is not None and known.etag == etag:
            return NotModified()
        size_bytes = 0
        for block in blocks:
            sink.write(block)
            size_bytes += len(block)
        return Fetched(Version(etag=etag, size_bytes=size_bytes))

    def look(self, url: str) -> Version | Absent:
        """Say which version the sample holds: it has every month.

        Raises:
            SourceRefusedError: the URL names nothing in the sample.
        """
        etag, _ = self._file(url)
        return Version(etag=etag)

    def _file(self, url: str) -> tuple[str, Iterable[bytes]]:
        """The file's entity tag, and its bytes, which are made as they are asked for."""
        if url in _OF_ZONES:
            return f'"synthetic-{GENERATOR_VERSION}"', [_OF_ZONES[url]()]
        taxi, _, month = url.removeprefix(_SCHEME).partition("/")
        if not url.startswith(_SCHEME) or taxi not in DATASETS:
            raise SourceRefusedError(
                f"{url} names nothing in the synthetic sample",
                f"ask for {_ZONES_URL} or for {_SCHEME}TAXI/YYYY-MM, "
                f"where TAXI is one of {', '.join(DATASETS)}",
            )
        dataset = DATASETS[taxi]
        lines = write_month(dataset, Month.parse(month), self.rows, self.seed)
        return f'"{version_of(dataset, self.rows, self.seed)}"', _gzipped(lines)


def _gzipped(blocks: Iterable[bytes]) -> Iterator[bytes]:
    gzip = isal_zlib.compressobj(
        level=_GZIP_LEVEL, method=isal_zlib.DEFLATED, wbits=_GZIP_WINDOW_BITS
    )
    for block in blocks:
        if compressed := gzip.compress(block):
            yield compressed
    yield gzip.flush()
