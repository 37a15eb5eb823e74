"""The numbers in the report's sentences, held against pandas over the published files."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from taxi_assets_tests.command_line import taxi_assets

COLUMNS = [
    "lpep_pickup_datetime",
    "lpep_dropoff_datetime",
    "PULocationID",
    "DOLocationID",
    "trip_distance",
    "fare_amount",
    "tip_amount",
    "total_amount",
    "payment_type",
]


@pytest.fixture
def report(real_data: Path, settings_env: Path) -> dict[str, Any]:
    """The report of green 2020-05 as JSON, with 2020-04 to compare."""
    os.environ["TAXI_CSV_BASE_URL"] = (real_data / "nyc-tlc-data").as_uri()
    assert taxi_assets("load", "green", "2020-04", "2020-05").exit_code == 0
    answer = taxi_assets("report", "-", "--format", "json", "--taxi", "green")
    assert answer.exit_code == 0, answer.text
    found: dict[str, Any] = json.loads(answer.stdout)["taxis"][0]
    return found


def month(real_data: Path, text: str) -> pd.DataFrame:
    """The month's file as pandas reads it."""
    path = real_data / "nyc-tlc-data" / "green" / f"green_tripdata_{text}.csv.gz"
    times = COLUMNS[:2]
    return pd.read_csv(path, usecols=COLUMNS, parse_dates=times, low_memory=False)


def test_the_sentences_say_what_pandas_finds_in_the_files(
    report: dict[str, Any], real_data: Path
) -> None:
    before, trips = month(real_data, "2020-04"), month(real_data, "2020-05")
    texts = [sentence["text"] for sentence in report["sentences"]]
    told = "\n".join(texts)
    pickup = trips["lpep_pickup_datetime"]
    minutes = (trips["lpep_dropoff_datetime"] - pickup).dt.total_seconds() / 60
    paid = trips.query("payment_type == 1 and fare_amount > 0 and tip_amount >= 0")
    tip = (paid.tip_amount / paid.fare_amount * 1000 + 0.5) // 1 / 10
    change = 100 * (len(trips) / len(before) - 1)
    money = trips.total_amount.sum()
    zones = trips.PULocationID.value_counts()
    inside = pickup[pickup.dt.strftime("%Y-%m") == "2020-05"]
    by_hour = inside.groupby([inside.dt.dayofweek, inside.dt.hour]).size()
    weekdays = pd.Series(pd.date_range("2020-05-01", "2020-05-31").dayofweek).value_counts()
    means = by_hour / weekdays.reindex(by_hour.index.get_level_values(0)).to_numpy()
    busiest = means.index[int(means.argmax())]
    name = pd.Timestamp("2024-01-01").normalize() + pd.Timedelta(days=int(busiest[0]))

    assert texts[0] == f"{len(trips):,} trips in May 2020, {len(trips) / 31:,.0f} a day."
    assert f"{change:.1f} % more trips than in April 2020 ({len(before):,})" in told
    assert trips.total_amount.abs().max() < 1000, "no charge is left out of the sum"
    assert report["charges"] == pytest.approx(money, abs=0.01)
    assert f"charged ${money / 1e6:.2f} million, ${trips.total_amount.median():.2f} for" in told
    assert f"{100 * (money / before.total_amount.sum() - 1):.1f} % more than in April" in told
    tipped = 100 * (paid.tip_amount > 0).mean()
    found = report["months"]["2020-05"]["figures"]
    assert found["tipped_percent"] == pytest.approx(tipped), "a cent is a tip, too"
    assert f"{tipped:.1f} % of the trips paid by card have a tip" in told
    assert f"a tip, {tip.median():.1f} % of the fare in the median" in told
    assert f"zone {zones.index[0]} ({100 * zones.iloc[0] / len(trips):.1f} %)" in told
    assert f"is {name.day_name()} from {busiest[1]}:00, with {means.max():.1f} trips" in told
    assert f"median trip takes {minutes.median():.1f} minutes" in told
    assert f"over {trips.trip_distance.median():.2f} miles" in told
    assert f"nine in ten take {minutes.quantile(0.9):.1f} minutes at most" in told
    assert f"trips of more than 100 miles: {(trips.trip_distance > 100).sum()} (" in told
    assert f"negative charges: {(trips.total_amount < 0).sum()} (" in told
    assert "The change on May 2019 is not known; not loaded: 2019-05." in texts
    assert "proved" in texts[-1]
