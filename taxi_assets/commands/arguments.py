"""Arguments that several commands take: taxis and months."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from taxi_assets.errors import InvalidMonthError
from taxi_assets.trips.datasets import DATASETS
from taxi_assets.trips.month import Month

if TYPE_CHECKING:
    from taxi_assets.trips.dataset import Dataset

TAXI = click.Choice([*DATASETS, "all"])


def datasets_of(taxi: str) -> list[Dataset]:
    """The dataset of that name, or ``all``."""
    return list(DATASETS.values()) if taxi == "all" else [DATASETS[taxi]]


def months_of(taxi: str, start: str | None, end: str | None) -> list[tuple[Dataset, Month]]:
    """Every month from START to END, or only START. Months that have not ended are left out.

    Raises:
        UsageError: START is missing or has not ended, END is before START, a text is not a month,
            or the month lies before the taxi's first.
    """
    if start is None:
        raise click.UsageError("name a month, such as: taxi-assets load green 2020-04")
    try:
        return _months_through(datasets_of(taxi), Month.parse(start), Month.parse(end or start))
    except InvalidMonthError as error:
        raise click.UsageError(str(error)) from error


def _months_through(
    datasets: list[Dataset], first: Month, last: Month
) -> list[tuple[Dataset, Month]]:
    if last < first:
        raise click.UsageError(f"{last} lies before {first}: name the earlier month first")
    this_month = Month.of(datetime.now(UTC).date())
    if first >= this_month:
        raise click.UsageError(f"{first} has not ended yet: no month after {this_month.plus(-1)}")
    last = min(last, this_month.plus(-1))
    return [
        (dataset, dataset.require(month)) for dataset in datasets for month in first.through(last)
    ]
