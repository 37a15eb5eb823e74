"""HttpTable reads what APIs answer: formats, paths, packed files, pages."""

from __future__ import annotations

import gzip
import io
import json
import zipfile
from collections.abc import Mapping
from datetime import date, datetime, timedelta

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from taxi_assets.components import HttpTable
from taxi_assets.errors import TaxiAssetsError
from taxi_assets.settings import read_settings
from taxi_assets_tests.api_server import Answer, ApiServer, as_json

Row = tuple[object, ...]
MIDNIGHT = datetime.fromisoformat("2026-01-01")


def fetched(api: ApiServer, answer: Answer | None = None, **attributes: object) -> list[Row]:
    """The rows that the component makes of an answer."""
    if answer is not None:
        api.routes["/data"] = lambda _: answer
    given = {"url": f"{api.url}/data", "table": "made", "columns": {"a": "text"}} | attributes
    (table,) = HttpTable.model_validate(given).fetch(read_settings()).values()
    return [tuple(row.values()) for row in table.to_pylist()]


def test_a_path_leads_to_records_and_to_values_in_them(api: ApiServer) -> None:
    answer = {
        "data": {"pages": [{"items": [{"id": 7, "place": {"zone.id": 4, "tags": ["x", "y"]}}]}]}
    }
    rows = fetched(
        api,
        as_json(answer),
        format="json",
        records="data.pages.0.items",
        columns={
            "number": {"kind": "integer", "path": "id"},
            "zone": {"kind": "integer", "path": "place.zone.id"},
            "second": {"kind": "text", "path": "place.tags.1"},
        },
    )
    assert rows == [(7, 4, "y")]


def test_lists_of_values_become_records_as_weather_services_have_them(api: ApiServer) -> None:
    hourly = {"time": ["2026-01-01T00:00", "2026-01-01T01:00"], "temperature_2m": [-1.5, None]}
    rows = fetched(
        api,
        as_json({"latitude": 40.7, "hourly": hourly, "hourly_units": {"time": "iso8601"}}),
        format="json",
        records="hourly",
        columns={
            "at": {"kind": "timestamp", "path": "time"},
            "celsius": {"kind": "number", "path": "temperature_2m"},
        },
    )
    assert rows == [(MIDNIGHT, -1.5), (MIDNIGHT + timedelta(hours=1), None)]


def test_one_object_is_one_record(api: ApiServer) -> None:
    assert fetched(api, as_json({"a": "x"}), format="json") == [("x",)]


def test_lines_of_json(api: ApiServer) -> None:
    text = '{"a": "x\u2028y"}\r\n\n{"a": null}\n{"a": "z"}'
    assert fetched(api, Answer(text.encode()), format="ndjson") == [("x\u2028y",), (None,), ("z",)]


def test_a_csv_as_offices_write_it(api: ApiServer) -> None:
    text = "Straße;Umsatz €;am\nHauptstraße;1.234,50;31.12.2025\nRing;-0,5;\n"
    rows = fetched(
        api,
        Answer(text.encode("cp1252")),
        format="csv",
        delimiter=";",
        encoding="cp1252",
        decimal=",",
        columns={
            "street": {"kind": "text", "path": "Straße"},
            "amount": {"kind": "number", "path": "Umsatz €"},
            "day": {"kind": "date", "path": "am", "time_format": "%d.%m.%Y"},
        },
    )
    assert rows == [("Hauptstraße", 1234.5, date(2025, 12, 31)), ("Ring", -0.5, None)]


@pytest.mark.parametrize(
    ("unit", "value"),
    [("seconds", 1767225600), ("milliseconds", "1767225600000"), ("microseconds", 1767225600e6)],
)
def test_unix_times(api: ApiServer, unit: str, value: object) -> None:
    column = {"kind": "timestamp", "unix": unit}
    rows = fetched(api, as_json([{"a": value}]), format="json", columns={"a": column})
    assert rows == [(MIDNIGHT,)]


def test_packed_files(api: ApiServer) -> None:
    csv = b"a\nx\n"
    assert fetched(api, Answer(gzip.compress(csv)), format="csv") == [("x",)]
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("deep/data.csv", csv)
    assert fetched(api, Answer(packed.getvalue()), format="csv") == [("x",)]
    with zipfile.ZipFile(packed, "a") as archive:
        archive.writestr("readme.txt", "hello")
    two = Answer(packed.getvalue())
    with pytest.raises(TaxiAssetsError, match=r"deep/data\.csv, readme\.txt"):
        fetched(api, two, format="csv")
    assert fetched(api, two, format="csv", zip_member="deep/data.csv") == [("x",)]


def test_a_packed_file_that_would_fill_the_memory_is_refused(api: ApiServer) -> None:
    bomb = gzip.compress(b"\0" * 201_000_000, 1)
    with pytest.raises(TaxiAssetsError, match="larger than 200 MB when it is unpacked"):
        fetched(api, Answer(bomb), format="csv")
    with pytest.raises(TaxiAssetsError, match="cannot be unpacked"):
        fetched(api, Answer(gzip.compress(b"a\nx\n")[:-9]), format="csv")


def test_parquet_with_structs_and_times(api: ApiServer) -> None:
    rows = pa.table(
        {
            "when": pa.array([MIDNIGHT], pa.timestamp("ns", "America/New_York")),
            "id": pa.array([3.0]),
            "place": pa.array([{"city": {"name": "Queens"}}]),
            "unread": pa.array([b"\xff"]),
        }
    )
    stream = io.BytesIO()
    pq.write_table(rows, stream)
    columns = {
        "at": {"kind": "timestamp", "path": "when"},
        "id": "integer",
        "city": {"kind": "text", "path": "place.city.name"},
    }
    answer = Answer(stream.getvalue())
    assert fetched(api, answer, format="parquet", columns=columns) == [(MIDNIGHT, 3, "Queens")]
    town = {"t": {"kind": "text", "path": "place.town"}}
    with pytest.raises(TaxiAssetsError, match=r"has no place\.town"):
        fetched(api, answer, format="parquet", columns=town)
    with pytest.raises(TaxiAssetsError, match="is not Parquet"):
        fetched(api, Answer(b"<html>"), format="parquet")
    with pytest.raises(TaxiAssetsError, match="which is no boolean"):
        fetched(api, answer, format="parquet", columns={"when": "boolean"})


LETTERS = "abcdefg"


def pages(api: ApiServer, size: int = 3) -> None:
    """Let the server give the letters page by page, in each way."""

    def page(query: Mapping[str, str]) -> Answer:
        number, start = int(query.get("page", 1)), int(query.get("start", 0))
        begin = start or (number - 1) * size
        return as_json([{"a": letter} for letter in LETTERS[begin : begin + size]])

    def chained(query: Mapping[str, str]) -> Answer:
        begin = int(query.get("after", 0))
        end = begin + size
        more = end < len(LETTERS)
        body = {
            "items": [{"a": letter} for letter in LETTERS[begin:end]],
            "meta": {"cursor": end if more else None, "next": f"?after={end}" if more else ""},
        }
        link = {"Link": f'</chained?after={end}>; rel="next", </>; rel="first"'} if more else {}
        return as_json(body, headers=link)

    api.routes |= {"/data": page, "/chained": chained}


@pytest.mark.parametrize(
    ("way", "path"),
    [
        ({"by": "page", "parameter": "page"}, "/data?kept=1"),
        ({"by": "offset", "parameter": "start"}, "/data"),
        ({"by": "cursor", "parameter": "after", "next": "meta.cursor"}, "/chained"),
        ({"by": "link", "next": "meta.next"}, "/chained"),
        ({"by": "link"}, "/chained"),
    ],
)
def test_pages(api: ApiServer, way: dict[str, object], path: str) -> None:
    pages(api)
    records = "items" if path == "/chained" else None
    rows = fetched(api, format="json", url=api.url + path, records=records, pages=way)
    assert "".join(str(letter) for (letter,) in rows) == LETTERS
    if "kept" in path:
        assert api.asked == [f"/data?kept=1&page={n}" for n in range(1, 5)]


def test_pages_that_do_not_end_are_told_and_nothing_is_left_out(api: ApiServer) -> None:
    pages(api)
    with pytest.raises(TaxiAssetsError, match="more than 2 pages"):
        fetched(api, format="json", pages={"by": "page", "parameter": "page", "most": 2})
    same = as_json([{"a": "x"}])
    with pytest.raises(TaxiAssetsError, match="the same whatever page is"):
        fetched(api, same, format="json", pages={"by": "page", "parameter": "page"})
    circle = as_json({"items": [{"a": "x"}], "next": "/data"})
    with pytest.raises(TaxiAssetsError, match="in a circle"):
        fetched(api, circle, format="json", records="items", pages={"by": "link", "next": "next"})
    elsewhere = as_json({"items": [{"a": "x"}], "next": "file:///etc/passwd"})
    with pytest.raises(TaxiAssetsError, match="no web address"):
        fetched(
            api, elsewhere, format="json", records="items", pages={"by": "link", "next": "next"}
        )


@pytest.mark.parametrize(
    ("answer", "attributes", "told"),
    [
        (as_json({"x": 1}), {"records": "data.items"}, "has nothing at 'data.items'"),
        (as_json({"data": [1]}), {"records": "data"}, "no list of JSON objects"),
        (as_json([{"b": 1}]), {}, "has no a"),
        (Answer(b'{"a": 1}\n[1]\n'), {"format": "ndjson"}, "line 2: it is no JSON object"),
        (Answer(b"\xff"), {"format": "ndjson"}, "is not JSON in UTF-8"),
        (
            as_json([{"a": "01/02/2026"}]),
            {"columns": {"a": {"kind": "date", "time_format": "%Y-%m-%d"}}},
            'a is "01/02/2026", which is no date',
        ),
        (
            as_json([{"a": "1,5.0"}]),
            {"columns": {"a": "number"}, "decimal": ","},
            'a is "1,5.0", which is no number',
        ),
        (
            as_json([{"a": 1e300}]),
            {"columns": {"a": {"kind": "timestamp", "unix": "seconds"}}},
            "which is no timestamp",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_an_answer_of_another_form_is_told(
    api: ApiServer, answer: Answer, attributes: dict[str, object], told: str
) -> None:
    with pytest.raises(TaxiAssetsError) as failure:
        fetched(api, answer, **{"format": "json"} | attributes)
    assert told in str(failure.value)


def test_the_same_value_is_read_from_every_format(api: ApiServer) -> None:
    record = {"a": "x", "n": 5}
    stream = io.BytesIO()
    pq.write_table(pa.Table.from_pylist([record]), stream)
    answers = {
        "json": json.dumps([record]).encode(),
        "ndjson": json.dumps(record).encode(),
        "csv": b"a,n\nx,5\n",
        "parquet": stream.getvalue(),
    }
    columns = {"n": "integer", "a": "text"}
    for name, body in answers.items():
        assert fetched(api, Answer(body), format=name, columns=columns) == [(5, "x")]
