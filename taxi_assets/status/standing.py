"""How the months of a status stand by the last looks at the source, and those that it lacks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

from taxi_assets.automation.instance import open_instance
from taxi_assets.errors import InvalidMonthError, TaxiAssetsError
from taxi_assets.settings import Settings, SourceChoice
from taxi_assets.source.catalog import Catalog
from taxi_assets.status.coverage import Coverage, MonthState
from taxi_assets.trips.dataset import Dataset
from taxi_assets.trips.published_counts import published_rows
from taxi_assets.watch.months import MonthLine, Standing
from taxi_assets.watch.survey import known

_QUIET = (Standing.AWAITED, Standing.UNSEEN, Standing.OUTSIDE)


def with_standing(
    settings: Settings, datasets: Sequence[Dataset], lines: Sequence[Coverage]
) -> list[Coverage]:
    """These lines with the standing of each month, and a line for each month that is missing.

    The source is not asked: what the schedules and sensors saw last counts.
    """
    if settings.source is SourceChoice.SAMPLE:
        return list(lines)
    catalog = Catalog(settings)
    try:
        standings = _standings(settings, catalog, datasets)
    except TaxiAssetsError as error:
        return [replace(line, standing=f"not known: {error.what}") for line in lines]
    told = [
        replace(line, standing=standings.pop(key).text if key in standings else "")
        for line in lines
        if (key := (line.taxi, line.month))
    ]
    of = {dataset.taxi: dataset for dataset in datasets}
    told += [
        _missing(catalog, of[line.taxi], line)
        for line in standings.values()
        if line.standing not in _QUIET and not line.held
    ]
    return sorted(told, key=lambda line: (list(of).index(line.taxi), line.month, line.format))


def _standings(
    settings: Settings, catalog: Catalog, datasets: Sequence[Dataset]
) -> dict[tuple[str, str], MonthLine]:
    now = datetime.now(UTC)
    standings: dict[tuple[str, str], MonthLine] = {}
    with open_instance(settings) as instance:
        for dataset in datasets:
            try:
                found = known(instance, catalog, dataset, now)
            except InvalidMonthError:  # the chosen publication has none of this taxi
                continue
            standings |= {(dataset.taxi, str(line.month)): line for line in found}
    return standings


def _missing(catalog: Catalog, dataset: Dataset, line: MonthLine) -> Coverage:
    file = catalog.file(dataset, line.month)
    names = catalog.settings.warehouses
    return Coverage(
        taxi=line.taxi,
        month=str(line.month),
        format=file.format,
        filename=file.filename,
        lake_rows=None,
        published_rows=published_rows(file),
        warehouse_rows=dict.fromkeys(names, 0),
        ledger_rows=dict.fromkeys(names),
        state=MonthState.ABSENT,
        agreement=MonthState.ABSENT,
        standing=line.text,
    )
