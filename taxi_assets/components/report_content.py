"""What a report says: checks of months, measured now, or the coverage of all months."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field

from pydantic import JsonValue

from taxi_assets.lake.resource import lake_of
from taxi_assets.settings import Settings
from taxi_assets.status.coverage import MonthState, coverage
from taxi_assets.trips.dataset import Dataset
from taxi_assets.trips.file import FileFormat, TripFile
from taxi_assets.trips.month import Month
from taxi_assets.warehouse.check_assets import expectations
from taxi_assets.warehouse.check_list import checks_of
from taxi_assets.warehouse.holdings import ledger
from taxi_assets.warehouse.interface import Warehouse

_MOST_LINES = 40


@dataclass(frozen=True)
class Finding:
    """A report.

    Attributes:
        title: what was found, in a line.
        errors: what is wrong, in words.
        warnings: what is odd, in words.
        details: the lines behind it, for a program.
    """

    title: str
    errors: Sequence[str]
    warnings: Sequence[str] = ()
    details: Sequence[dict[str, JsonValue]] = field(default=(), repr=False)

    @property
    def text(self) -> str:
        """The report for people."""
        marked = [f"✗ {each}" for each in self.errors] + [f"! {each}" for each in self.warnings]
        shown = marked[:_MOST_LINES]
        if left := len(marked) - len(shown):
            shown.append(f"… and {left:,} more")
        return "\n".join([self.title, *shown])

    @property
    def json(self) -> str:
        """The report for a program."""
        return json.dumps(
            {
                "title": self.title,
                "errors": list(self.errors),
                "warnings": list(self.warnings),
                "details": list(self.details),
            },
            indent=2,
        )


def checked(
    warehouses: Sequence[Warehouse], datasets: Sequence[Dataset], newest: int, settings: Settings
) -> Finding:
    """Check the newest loaded months anew.

    Args:
        warehouses: the warehouses to check in.
        datasets: the datasets to check.
        newest: how many months of each dataset in each warehouse.
        settings: they hold the limits.

    Raises:
        WarehouseBusyError, WarehouseUnavailableError, WarehouseError: a warehouse cannot be
            queried.
    """
    errors: list[str] = []
    warnings: list[str] = []
    details: list[dict[str, JsonValue]] = []
    months, lake = 0, lake_of(settings)
    for warehouse in warehouses:
        entries = ledger(warehouse)
        for dataset in datasets:
            loaded = {Month.parse(each.month) for each in entries if each.taxi == dataset.taxi}
            for month in sorted(loaded)[-newest:]:
                months += 1
                file = TripFile(dataset, month, FileFormat.CSV)
                figures = warehouse.measure(file)
                expected = expectations(file, figures, settings, lake)
                for check in checks_of(dataset):
                    verdict = check.judge(figures, expected)
                    blocks = check.blocks and verdict.blocks
                    place = f"{warehouse.name} {dataset.taxi} {month}"
                    if not verdict.passed:
                        line = f"{place}: {check.name}: {verdict.reason}"
                        (errors if blocks else warnings).append(line)
                    details.append(
                        {
                            "warehouse": warehouse.name,
                            "taxi": dataset.taxi,
                            "month": str(month),
                            "check": check.name,
                            "passed": verdict.passed,
                            "blocks": blocks,
                            "reason": verdict.reason,
                        }
                    )
    title = (
        f"{len(details)} checks of {months} months: {len(errors)} failed, {len(warnings)} warned"
        if months
        else "no month is loaded, so there was nothing to check"
    )
    return Finding(title, errors, warnings, details)


def covered(datasets: list[Dataset], settings: Settings) -> Finding:
    """Compare every month in the lake and the warehouses.

    Raises:
        WarehouseBusyError, WarehouseError: a warehouse cannot be queried.
    """
    lines = coverage(settings, datasets)
    wrong = [line for line in lines if line.state is MonthState.WRONG]
    partial = [line for line in lines if line.state is MonthState.PARTIAL]
    return Finding(
        f"{len(lines)} months: {len(wrong)} differ, {len(partial)} are not in every warehouse",
        [f"{line.filename}: {line.agreement}" for line in wrong],
        [f"{line.filename}: {line.agreement}" for line in partial],
        [
            {
                "taxi": line.taxi,
                "month": line.month,
                "filename": line.filename,
                "published_rows": line.published_rows,
                "lake_rows": line.lake_rows,
                "warehouse_rows": dict(line.warehouse_rows),
                "state": line.state.value,
                "agreement": line.agreement,
            }
            for line in lines
        ],
    )
