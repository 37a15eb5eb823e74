"""Arguments that commands take: taxis, months, ports and seconds."""

from __future__ import annotations

import math
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import click

from taxi_assets.trips.datasets import DATASETS
from taxi_assets.trips.month import Month

if TYPE_CHECKING:
    from taxi_assets.settings import Settings
    from taxi_assets.trips.dataset import Dataset


class _Finite(click.FloatRange):
    """A number within limits. ``nan`` compares with none, and click lets it pass."""

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        number: float = super().convert(value, param, ctx)
        if not math.isfinite(number):
            self.fail(f"{value} is no number of seconds.", param, ctx)
        return number


SECONDS = _Finite(0, 86_400)
"""How long to wait: a day at most."""

PORT = click.IntRange(1, 65_535)

TAXI = click.Choice([*DATASETS, "all"])


def datasets_of(taxi: str) -> list[Dataset]:
    """The dataset of that name, or ``all``."""
    return list(DATASETS.values()) if taxi == "all" else [DATASETS[taxi]]


def months_of(
    settings: Settings, taxi: str, start: str | None, end: str | None
) -> list[tuple[Dataset, Month]]:
    """Every month from START to END, or only START. Months that have not ended are left out.

    ``all`` are the taxis that the settings chose.

    Raises:
        UsageError: START is missing or has not ended, or END is before START.
        InvalidMonthError: a text is not a month, or the month lies before the taxi's first.
    """
    if start is None:
        raise click.UsageError("name a month, such as: taxi-assets load green 2020-04")
    datasets = list(settings.datasets) if taxi == "all" else datasets_of(taxi)
    first, last = Month.parse(start), Month.parse(end or start)
    if last < first:
        raise click.UsageError(f"{last} lies before {first}: name the earlier month first")
    this_month = Month.of(datetime.now(UTC).date())
    if first >= this_month:
        raise click.UsageError(f"{first} has not ended yet: no month after {this_month.plus(-1)}")
    last = min(last, this_month.plus(-1))
    return [
        (dataset, dataset.require(month)) for dataset in datasets for month in first.through(last)
    ]
