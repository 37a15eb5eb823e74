"""What the report says of chosen months and taxis, with months that are missing or hurt."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest import mock

import duckdb
import pytest

from taxi_assets_tests.command_line import Answer, taxi_assets

ROWS = 400


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with green 2023-03, 2024-01 and 2024-03 and FHV 2024-03, all synthetic."""
    folder = tmp_path_factory.mktemp("chosen") / "data"
    with environment(folder):
        for months in (("2023-03",), ("2024-01",), ("2024-03",)):
            assert taxi_assets("load", "green", *months).exit_code == 0
        assert taxi_assets("load", "fhv", "2024-03").exit_code == 0
    return folder


def environment(folder: Path) -> Any:
    """The settings of a data folder with synthetic months."""
    ours = {"TAXI_SOURCE": "sample", "TAXI_SAMPLE_ROWS": str(ROWS), "TAXI_TAXIS": "green,fhv"}
    places = {"TAXI_DATA_DIR": str(folder), "DAGSTER_HOME": str(folder / "dagster")}
    return mock.patch.dict(os.environ, {**ours, **places})


@pytest.fixture
def data(loaded: Path, tmp_path: Path) -> Iterator[Path]:
    """A copy of that folder, in use."""
    folder = tmp_path / "data"
    shutil.copytree(loaded, folder)
    with environment(folder):
        yield folder


def change(folder: Path, *statements: str) -> None:
    """Change the database by hand."""
    with duckdb.connect(folder / "taxi.duckdb") as connection:
        for statement in statements:
            connection.execute(statement)


def ask(folder: Path, query: str) -> Any:
    """The only row of a query."""
    with duckdb.connect(folder / "taxi.duckdb", read_only=True) as connection:
        return connection.execute(query).fetchone()


def told(taxi: str, *options: str) -> tuple[dict[str, Any], str]:
    """What JSON says of a taxi, and its sentences."""
    answer = taxi_assets("report", "-", "--format", "json", "--taxi", taxi, *options)
    assert answer.exit_code == 0, answer.text
    (found,) = json.loads(answer.stdout, parse_constant=pytest.fail)["taxis"]
    return found, "\n".join(sentence["text"] for sentence in found["sentences"])


def test_a_change_on_a_month_that_is_missing_is_not_told(data: Path) -> None:
    found, texts = told("green")

    assert found["asked"] == ["2024-03"]
    assert "The change on February 2024 is not known; not loaded: 2024-02." in texts
    assert "0.0 % more trips than in March 2023 (400)" in texts
    assert "synthetic, and say nothing about New York" in texts


def test_months_that_are_chosen_are_told_together_and_the_missing_ones_named(data: Path) -> None:
    found, texts = told("green", "--from", "2024-01", "--to", "2024-03")

    assert found["trips"] == 2 * ROWS
    assert "800 trips in January to March 2024, 13 a day" in texts
    assert "Not loaded, and in no figure here: 2024-02." in texts
    assert "than in" not in texts, "a part of the months is no change"
    low, high = sorted(
        ask(data, f"SELECT median(total_amount) FROM green_tripdata WHERE filename LIKE '%{m}%'")[0]
        for m in ("2024-01", "2024-03")
    )
    assert f"(${low:.2f} to ${high:.2f} by month)" in texts


def test_for_hire_vehicles_are_told_without_money_and_distance(data: Path) -> None:
    _, texts = told("fhv")

    assert "400 trips in March 2024" in texts
    assert "The median trip takes" in texts
    for word in ("$", "fare", "tip ", "miles", "None", "nan"):
        assert word not in texts


def test_of_months_that_are_not_loaded_only_that_is_told(data: Path) -> None:
    for options in (("--from", "2022-01", "--to", "2022-02"), ("--from", "2030-01")):
        found, texts = told("green", *options)
        assert found["trips"] == 0
        assert texts == f"No month of {found['name']} is loaded."
    page = taxi_assets("report", "-", "--from", "2022-01", "--to", "2022-02")
    assert page.exit_code == 0
    assert "No month of January to February 2022 is loaded." in page.stdout
    assert "nan" not in page.stdout.lower()


def test_what_is_hurt_spoils_no_sentence_and_no_scale(data: Path) -> None:
    chosen = "filename LIKE '%2024-03%' AND rowid IN (SELECT rowid FROM green_tripdata WHERE"
    chosen += " filename LIKE '%2024-03%' ORDER BY unique_row_id LIMIT {limit} OFFSET {start})"
    change(
        data,
        "UPDATE green_tripdata SET fare_amount = 'NaN', total_amount = 'NaN' WHERE "
        + chosen.format(limit=5, start=0),
        "UPDATE green_tripdata SET total_amount = 9e14, trip_distance = 3e14 WHERE "
        + chosen.format(limit=2, start=5),
        "UPDATE green_tripdata SET total_amount = -12.5, tip_amount = -3 WHERE "
        + chosen.format(limit=7, start=7),
        "UPDATE green_tripdata SET lpep_dropoff_datetime = '2098-01-01' WHERE "
        + chosen.format(limit=1, start=14),
    )

    found, texts = told("green")

    total, median, miles = ask(
        data,
        "SELECT sum(total_amount) FILTER (abs(total_amount) <= 1000), "
        "median(total_amount) FILTER (isfinite(total_amount)), median(trip_distance) "
        "FROM green_tripdata WHERE filename LIKE '%2024-03%'",
    )
    assert found["charges"] == pytest.approx(total, abs=0.01)
    assert f"Passengers were charged ${total:,.0f}, ${median:.2f} for the median trip" in texts
    assert f"over {miles:.2f} miles" in texts
    assert "charges beyond ±$1,000, which the sum leaves out: 2 (0.5 %" in texts
    assert "negative charges: 7 (1.8 %" in texts
    assert "trips of more than 100 miles: 2 (" in texts
    assert "trips of more than 6 hours: 1 (" in texts
    assert "nan" not in texts.lower()
    page = taxi_assets("report", "-", "--taxi", "green").stdout
    assert "nan" not in page.lower().replace("financ", "")
    assert "e+1" not in page, "no scale goes to 9e14"


def test_a_table_of_somebody_s_own_under_the_zones_name_gives_no_names(data: Path) -> None:
    change(data, "DROP TABLE IF EXISTS zones", "CREATE TABLE zones (colour VARCHAR)")
    _, texts = told("green")
    assert "400 trips in March 2024" in texts


def test_a_month_that_is_not_proved_is_named_where_its_figures_are(data: Path) -> None:
    change(data, "DELETE FROM green_tripdata WHERE filename LIKE '%2023-03%' AND trip_distance > 2")

    _, texts = told("green")

    assert "Not proved, 2023-03: duckdb: " in texts
    assert "are proved" not in texts


def test_figures_are_of_the_rows_as_they_are_and_changed_ones_are_not_proved(data: Path) -> None:
    before, _ = told("green")
    raised = "UPDATE green_tripdata SET total_amount = total_amount + 1 WHERE filename LIKE '%{}%'"
    change(data, raised.format("2024-03"), raised.format("2024-01"))
    change(data, "DELETE FROM green_tripdata WHERE filename LIKE '%2024-01%' AND fare_amount > 10")

    found, texts = told("green")

    query = "SELECT sum(total_amount), count(*) FROM green_tripdata WHERE filename LIKE '%{}%'"
    assert found["charges"] == pytest.approx(ask(data, query.format("2024-03"))[0], abs=0.01)
    assert found["charges"] != before["charges"]
    assert "Not proved, 2024-03: its rows were changed since it was loaded." in texts
    assert "are proved" not in texts
    fewer = found["months"]["2024-01"]
    assert fewer["trips"] == ask(data, query.format("2024-01"))[1] < ROWS, "it is not told of"
    assert "its rows were changed since it was loaded" in fewer["doubts"]

    assert taxi_assets("load", "green", "2024-03", "--force").exit_code == 0
    found, texts = told("green")
    assert found["charges"] == before["charges"]
    assert "The months told of are proved" in texts


def test_summaries_of_an_older_edition_are_made_anew_where_they_are_told_of(data: Path) -> None:
    _, new = told("green")
    change(
        data,
        *(
            f"ALTER TABLE tripdata_summaries DROP COLUMN {column}"
            for column in ("loaded_at", "version", "changed")
        ),
        "UPDATE tripdata_summaries SET trips = 7 WHERE filename LIKE '%2024-03%'",
        "DROP TABLE tripdata_figures",
        "DROP TABLE tripdata_parts",
    )

    found, texts = told("green")

    assert texts == new
    filled = [month for month, each in found["months"].items() if each["figures"]]
    assert filled == ["2023-03", "2024-03"], "2024-01 is not told of"
    assert found["months"]["2024-01"]["doubts"] == ["its figures are of an older edition"]


def test_markdown_and_terminal_say_the_same_sentences_as_json(data: Path, tmp_path: Path) -> None:
    found, _ = told("green")
    texts = [sentence["text"] for sentence in found["sentences"]]
    page = tmp_path / "REPORT.MD"

    said: Answer = taxi_assets("report", str(page), "--taxi", "green")

    markdown = page.read_text("utf-8")
    assert texts
    for text in texts:
        assert text in said.text
        assert f"- {text}" in markdown.replace("\\", "")
    assert "| green 2024-03 | synthetic | 400 | 400 | – | ok |" in markdown


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        (("--from", "2024-03", "--to", "2024-01"), "2024-01 lies before 2024-03"),
        (("--from", "March"), "'March' is not a month"),
    ],
)
def test_months_that_are_none_are_wrong_use(
    settings_env: Path, options: tuple[str, ...], problem: str
) -> None:
    answer = taxi_assets("report", "-", *options)

    assert answer.exit_code == 2
    assert problem in answer.text
