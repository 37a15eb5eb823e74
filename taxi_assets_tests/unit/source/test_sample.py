"""The sample's URLs give synthetic files, gzipped as published, and a stable entity tag."""

import csv
import gzip

import pytest

from taxi_assets.errors import InvalidMonthError, SourceRefusedError
from taxi_assets.source.sample import SampleTransport
from taxi_assets.source.synthetic.month import write_month
from taxi_assets.source.transfer import Fetched, NotModified, Version
from taxi_assets.trips.green import GREEN
from taxi_assets.trips.month import Month

URL = "sample://green/2024-05"
SAMPLE = SampleTransport(rows=300, seed=7)


class Received:
    """A sink that keeps what it takes."""

    def __init__(self) -> None:
        self.data = b""

    def write(self, data: bytes, /) -> object:
        assert data, "an empty write says nothing"
        self.data += data
        return len(data)

    def restart(self) -> None:
        raise AssertionError("nothing can break off: there is no network")


def fetched(url: str, sample: SampleTransport = SAMPLE) -> tuple[bytes, Version]:
    sink = Received()
    outcome = sample.fetch(url, sink, None)
    assert isinstance(outcome, Fetched)
    return sink.data, outcome.version


def test_a_month_is_the_generators_csv_in_one_gzip() -> None:
    data, version = fetched(URL)
    assert gzip.decompress(data) == b"".join(write_month(GREEN, Month(2024, 5), 300, 7))
    assert version == Version(etag='"synthetic-1-7-300"', size_bytes=len(data))


def test_the_gzip_header_has_neither_time_nor_name() -> None:
    data, _ = fetched(URL)
    flags, time = data[3], data[4:8]
    assert flags == 0
    assert time == bytes(4)
    assert fetched(URL)[0] == data


def test_a_known_version_is_not_made_again() -> None:
    _, version = fetched(URL)
    sink = Received()
    assert SAMPLE.fetch(URL, sink, version) == NotModified()
    assert sink.data == b""


@pytest.mark.parametrize("other", [SampleTransport(301, 7), SampleTransport(300, 8)])
def test_other_rows_or_another_seed_are_another_version(other: SampleTransport) -> None:
    _, version = fetched(URL)
    assert isinstance(other.fetch(URL, Received(), version), Fetched)


def test_a_version_without_an_entity_tag_is_fetched() -> None:
    assert isinstance(SAMPLE.fetch(URL, Received(), Version()), Fetched)


def test_the_zones_have_the_lookups_layout_and_say_that_they_are_synthetic() -> None:
    data, version = fetched("sample://zones")
    lines = data.decode("ascii").split("\r\n")
    assert lines[0] == '"LocationID","Borough","Zone","service_zone"'
    assert lines[17] == '17,"Synthetic borough 3","Synthetic zone 17","Synthetic service zone"'
    assert lines[264:] == ['264,"Unknown","NV","N/A"', '265,"Unknown","NA","N/A"', ""]
    zones = list(csv.DictReader(lines[:-1]))
    assert [int(zone["LocationID"]) for zone in zones] == list(range(1, 266))
    assert all("Synthetic" in zone["Borough"] for zone in zones[:263])
    assert SAMPLE.fetch("sample://zones", Received(), version) == NotModified()


@pytest.mark.parametrize(
    "url", ["sample://purple/2024-05", "sample://", "https://green/2024-05", "green/2024-05"]
)
def test_a_url_outside_the_sample_is_refused_with_those_inside(url: str) -> None:
    with pytest.raises(SourceRefusedError) as refusal:
        SAMPLE.fetch(url, Received(), None)
    assert url in refusal.value.what
    assert "yellow, green" in refusal.value.remedy


@pytest.mark.parametrize("month", ["2024-13", "2024-5", "", "2013-07"])
def test_a_month_that_is_none_or_too_early_is_refused(month: str) -> None:
    with pytest.raises(InvalidMonthError):
        SAMPLE.fetch(f"sample://green/{month}", Received(), None)
