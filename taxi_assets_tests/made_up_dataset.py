"""Datasets that exist in tests alone, to prove that everything follows from what they declare.

They have few roles: no fare, vendor, zones or CSV releases. FERRY has a distance and passengers;
TRAM has no role but its times, and no column that is an amount.

`register` adds them to a running test. `declare` adds them before the project's modules are loaded:
what is derived then, such as the choices of commands, has them, too. ``made_up_commands`` runs this
module as a program.
"""

from __future__ import annotations

import json
import os
import sys
from uuid import uuid4

import pytest

from taxi_assets.trips.column import Column, ColumnType
from taxi_assets.trips.dataset import Dataset
from taxi_assets.trips.datasets import DATASETS
from taxi_assets.trips.month import Month
from taxi_assets.trips.synthetic_profile import SyntheticProfile

FIRST_MONTH = Month(2022, 1)

_BY_DAY = (*(0, 0, 0, 0, 0, 2, 5, 9, 12, 9, 7, 7), *(8, 8, 7, 8, 10, 13, 11, 8, 5, 3, 2, 1))

FERRY = Dataset(
    taxi="ferry",
    title="Ferry",
    columns=(
        Column(
            "PierID", ColumnType.CODE, "Pier that it left from, as a number.", None, ("PierID",)
        ),
        Column(
            "boarded_at",
            ColumnType.TIMESTAMP,
            "When the passengers boarded, in New York's local time.",
            None,
            ("boarded_at",),
            nullable=False,
        ),
        Column(
            "landed_at",
            ColumnType.TIMESTAMP,
            "When it landed, in New York's local time.",
            None,
            ("landed_at",),
        ),
        Column(
            "sea_miles",
            ColumnType.DOUBLE,
            "Distance over water, in miles.",
            None,
            ("sea_miles", "Distance"),
        ),
        Column("riders", ColumnType.INTEGER, "How many passengers rode.", None, ("riders",)),
        Column("deck", ColumnType.TEXT, "Deck that was open, upper or lower.", None, ("deck",)),
    ),
    row_id_key=("PierID", "boarded_at", "landed_at", "sea_miles"),
    pickup="boarded_at",
    dropoff="landed_at",
    distance="sea_miles",
    passengers="riders",
    first_month=FIRST_MONTH,
    schedule_hour=7,
    synthetic=SyntheticProfile(
        weekday_hours=_BY_DAY,
        weekend_hours=_BY_DAY,
        distances=((0, 0), (50, 0), (500, 180), (1000, 900)),
        passengers={1: 5, 2: 3, 40: 1},
        texts={"PierID": {"1": 3, "11": 2, "": 1}, "deck": {"upper": 1, "lower": 2}},
    ),
)
"""A distance and passengers, and no other role; a column whose texts are drawn by weight."""

TRAM = Dataset(
    taxi="tram",
    title="Tram",
    columns=(
        Column(
            "departure",
            ColumnType.TIMESTAMP,
            "When it departed, in New York's local time.",
            None,
            ("departure",),
            nullable=False,
        ),
        Column(
            "arrival",
            ColumnType.TIMESTAMP,
            "When it arrived, in New York's local time.",
            None,
            ("arrival",),
        ),
        Column("line", ColumnType.TEXT, "Line that it ran on, as signs say.", None, ("line",)),
        Column("delayed", ColumnType.TEXT, "Empty in every file seen.", None, ("delayed",)),
    ),
    row_id_key=("line", "departure", "arrival"),
    pickup="departure",
    dropoff="arrival",
    first_month=FIRST_MONTH,
    schedule_hour=8,
    synthetic=SyntheticProfile(
        weekday_hours=_BY_DAY,
        weekend_hours=_BY_DAY,
        distances=((0, 100), (1000, 900)),
        texts={"line": {"A": 2, "B 12": 1}},
    ),
)
"""No roles but the times, no amount, and a column that synthetic months leave empty."""

MADE_UP = (FERRY, TRAM)


def register(monkeypatch: pytest.MonkeyPatch, *datasets: Dataset) -> None:
    """Let the project have these datasets, too, until the test is over; by default all made up."""
    for dataset in datasets or MADE_UP:
        monkeypatch.setitem(DATASETS, dataset.taxi, dataset)


def declare() -> None:
    """Let this process have the made-up datasets, as if the project declared them."""
    DATASETS.update({dataset.taxi: dataset for dataset in MADE_UP})


def serve() -> None:
    """Be `taxi-assets` with the made-up datasets in a process of its own for each line.

    A line is JSON: arguments, environment, folder, and files for output and errors. The process is
    forked; its exit code is printed.
    """
    declare()
    import taxi_assets.commands.session  # a command imports it when it runs
    import taxi_assets.definitions  # noqa: F401
    from taxi_assets.automation.instance import SESSION_TAGS
    from taxi_assets.cli import main
    from taxi_assets.failures import ATTENDED_TAG

    for line in sys.stdin:
        process = os.fork()
        if process == 0:
            arguments, environment, folder, out, err = json.loads(line)
            os.environ.clear()
            os.environ.update(environment)
            os.chdir(folder)
            for descriptor, path, flags in (
                (0, os.devnull, os.O_RDONLY),
                (1, out, os.O_WRONLY | os.O_CREAT),
                (2, err, os.O_WRONLY | os.O_CREAT),
            ):
                os.dup2(os.open(path, flags), descriptor)
            SESSION_TAGS[ATTENDED_TAG] = uuid4().hex  # or all would be one session
            main(arguments)
        print(os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]), flush=True)  # noqa: T201


if __name__ == "__main__":
    serve()
