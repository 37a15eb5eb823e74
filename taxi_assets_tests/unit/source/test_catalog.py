"""Which file a month comes from, and where that file is."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from taxi_assets.errors import InvalidMonthError
from taxi_assets.settings import read_settings
from taxi_assets.source.catalog import Catalog
from taxi_assets.source.http import HttpTransport
from taxi_assets.source.mirror import MirrorTransport
from taxi_assets.source.sample import SampleTransport
from taxi_assets.trips.file import FileFormat, TripFile
from taxi_assets.trips.green import GREEN
from taxi_assets.trips.month import Month
from taxi_assets.trips.yellow import YELLOW
from taxi_assets.trips.zones import ZONE_SHAPES, ZONES
from taxi_assets_tests.made_up_dataset import FERRY

CSV, PARQUET, SYNTHETIC = FileFormat.CSV, FileFormat.PARQUET, FileFormat.SYNTHETIC
APRIL = Month(2020, 4)

CatalogOf = Callable[..., Catalog]


@pytest.fixture
def catalog_of(settings_env: Path, monkeypatch: pytest.MonkeyPatch) -> CatalogOf:
    """Make the catalog of some settings; the others have their defaults."""

    def make(**settings: str) -> Catalog:
        for name, value in settings.items():
            monkeypatch.setenv(f"TAXI_{name.upper()}", value)
        return Catalog(read_settings())

    return make


@pytest.mark.parametrize(
    ("source", "month", "format_"),
    [
        ("auto", "2018-12", PARQUET),
        ("auto", "2019-01", CSV),
        ("auto", "2021-07", CSV),
        ("auto", "2021-08", PARQUET),
        ("csv", "2019-01", CSV),
        ("csv", "2021-07", CSV),
        ("parquet", "2013-08", PARQUET),
        ("parquet", "2019-01", PARQUET),
        ("parquet", "2021-08", PARQUET),
        ("sample", "2013-08", SYNTHETIC),
        ("sample", "2020-04", SYNTHETIC),
        ("sample", "2030-01", SYNTHETIC),
    ],
)
def test_a_month_has_one_format_by_the_source_chosen(
    catalog_of: CatalogOf, source: str, month: str, format_: FileFormat
) -> None:
    catalog = catalog_of(source=source)
    for dataset in (YELLOW, GREEN):
        wanted = TripFile(dataset, Month.parse(month), format_)
        assert catalog.file(dataset, Month.parse(month)) == wanted


@pytest.mark.parametrize("month", ["2013-08", "2018-12", "2021-08", "2025-01"])
def test_a_month_without_a_csv_is_refused_where_csv_is_chosen(
    catalog_of: CatalogOf, month: str
) -> None:
    with pytest.raises(InvalidMonthError) as refusal:
        catalog_of(source="csv").file(GREEN, Month.parse(month))
    assert refusal.value.what == (
        f"{month} is not among the CSV releases of green trips, 2019-01 to 2021-07"
    )
    assert "TAXI_SOURCE=auto or parquet" in refusal.value.remedy


def test_a_dataset_without_csv_releases_says_so_where_csv_is_chosen(catalog_of: CatalogOf) -> None:
    catalog = catalog_of(source="csv")
    for ask in (
        lambda: catalog.file(FERRY, Month(2024, 5)),
        lambda: catalog.last_month(FERRY, date(2024, 7, 1)),
    ):
        with pytest.raises(InvalidMonthError) as refusal:
            ask()
        assert refusal.value.what == "there are no CSV releases of ferry trips"
        assert refusal.value.remedy == "set TAXI_SOURCE=auto or parquet to load them"


@pytest.mark.parametrize(("source", "format_"), [("auto", PARQUET), ("sample", SYNTHETIC)])
def test_a_dataset_without_csv_releases_comes_as_parquet(
    catalog_of: CatalogOf, source: str, format_: FileFormat
) -> None:
    month = Month(2022, 1)
    assert catalog_of(source=source).file(FERRY, month) == TripFile(FERRY, month, format_)


@pytest.mark.parametrize("source", ["auto", "csv", "parquet", "sample"])
def test_a_month_before_the_first_is_refused_whatever_the_source(
    catalog_of: CatalogOf, source: str
) -> None:
    catalog = catalog_of(source=source)
    with pytest.raises(InvalidMonthError, match="2013-07 lies before the first month of green"):
        catalog.file(GREEN, Month(2013, 7))
    with pytest.raises(InvalidMonthError, match="2008-12 lies before the first month of yellow"):
        catalog.file(YELLOW, Month(2008, 12))


@pytest.mark.parametrize(
    ("format_", "url"),
    [
        (
            CSV,
            "https://github.com/DataTalksClub/nyc-tlc-data/releases/download/green/"
            "green_tripdata_2020-04.csv.gz",
        ),
        (
            PARQUET,
            "https://d37ci6vzurychx.cloudfront.net/trip-data/green_tripdata_2020-04.parquet",
        ),
        (SYNTHETIC, "sample://green/2020-04"),
    ],
)
def test_files_are_where_their_hosts_publish_them(
    catalog_of: CatalogOf, format_: FileFormat, url: str
) -> None:
    assert catalog_of().url(TripFile(GREEN, APRIL, format_)) == url


@pytest.mark.parametrize("slash", ["", "/", "//"])
def test_a_mirror_is_laid_out_like_its_host(catalog_of: CatalogOf, slash: str) -> None:
    catalog = catalog_of(
        csv_base_url=f"file:///srv/csv{slash}", parquet_base_url=f"https://host/parquet{slash}"
    )
    csv, parquet = (TripFile(YELLOW, APRIL, format_) for format_ in (CSV, PARQUET))
    assert catalog.url(csv) == "file:///srv/csv/yellow/yellow_tripdata_2020-04.csv.gz"
    assert catalog.url(parquet) == "https://host/parquet/yellow_tripdata_2020-04.parquet"


def test_the_zones_lie_beside_the_csv_releases(catalog_of: CatalogOf) -> None:
    catalog = catalog_of(csv_base_url="file:///srv/csv")
    assert catalog.zones_url(ZONES) == "file:///srv/csv/misc/taxi_zone_lookup.csv"


@pytest.mark.parametrize(
    ("parquet", "shapes"),
    [
        ("https://host/trip-data/", "https://host/misc/taxi_zones.zip"),
        ("http://host:81", "http://host:81/misc/taxi_zones.zip"),
        ("file:///srv/tlc/trip-data", "file:///srv/tlc/misc/taxi_zones.zip"),
    ],
)
def test_the_zones_shapes_lie_beside_the_folder_of_parquet_files(
    catalog_of: CatalogOf, parquet: str, shapes: str
) -> None:
    assert catalog_of(parquet_base_url=parquet).zones_url(ZONE_SHAPES) == shapes


def test_the_sample_has_zones_of_its_own(catalog_of: CatalogOf) -> None:
    assert catalog_of(source="sample").zones_url(ZONES) == "sample://zones"
    assert catalog_of(source="sample").zones_url(ZONE_SHAPES) == "sample://zone_shapes"


def test_a_url_is_fetched_by_what_its_scheme_asks_for(catalog_of: CatalogOf) -> None:
    catalog = catalog_of(sample_rows="5", sample_seed="9", http_attempts="3")
    assert catalog.transport("sample://green/2020-04") == SampleTransport(rows=5, seed=9)
    assert catalog.transport("file:///srv/csv/a.gz") == MirrorTransport()
    for scheme in ("https", "http"):
        transport = catalog.transport(f"{scheme}://host/a.gz")
        assert isinstance(transport, HttpTransport)
        assert transport.attempts == 3


def test_two_catalogs_of_the_same_settings_are_equal(settings_env: Path) -> None:
    assert Catalog(read_settings()) == Catalog(read_settings())


@pytest.mark.parametrize(
    ("month", "overdue"),
    [
        ("2025-12", True),
        ("2026-06", True),
        ("2026-07", False),
        ("2026-09", False),
        ("2026-11", False),
        ("2027-01", False),
    ],
)
def test_a_month_that_is_missing_is_late_before_it_is_overdue(month: str, overdue: bool) -> None:
    for day in (1, 30):
        assert (
            Catalog(read_settings()).is_overdue(Month.parse(month), date(2026, 11, day)) is overdue
        )
