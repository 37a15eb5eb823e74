"""The component ``TripPipeline``: loads chosen months of a taxi into chosen warehouses.

It adds a job and a schedule to the assets that every taxi has. The component says which months to
load; the assets say how a month is loaded and checked.
"""

from datetime import UTC, date, datetime
from typing import Annotated

import dagster as dg
from pydantic import AfterValidator, Field, model_validator

from taxi_assets.automation.jobs import month_configuration
from taxi_assets.automation.run_tags import TAXI_TAG
from taxi_assets.automation.schedules import default_schedule_status, months_to_load
from taxi_assets.components.pipeline import Pipeline, job_name
from taxi_assets.components.taxi_name import TaxiName
from taxi_assets.errors import InvalidMonthError
from taxi_assets.settings import Settings, variable
from taxi_assets.settings.warehouses import WarehouseName
from taxi_assets.source.catalog import Catalog
from taxi_assets.trips.dataset import Dataset
from taxi_assets.trips.datasets import DATASETS
from taxi_assets.trips.month import Month
from taxi_assets.warehouse.check_list import checks_of


def _month(value: str) -> str:
    try:
        return str(Month.parse(value))
    except InvalidMonthError as error:
        raise ValueError(f"{error.remedy}") from None


MonthText = Annotated[str, AfterValidator(_month)]


class Months(dg.Model):
    """A range of months, both ends included.

    Attributes:
        first: the first month, such as ``2020-01``.
        last: the last month; without it, the range has no end.
    """

    first: MonthText
    last: MonthText | None = None


class TripPipeline(Pipeline):
    """Loads the months of a taxi that are published and not loaded yet.

    Attributes:
        taxi: the taxi of the months.
        months: the range of months.
        warehouses: the warehouses to load into.
        schedule: a cron expression; without it, the pipeline runs only by hand.
    """

    taxi: TaxiName
    months: Months
    warehouses: Annotated[list[WarehouseName], Field(min_length=1)]

    @model_validator(mode="after")
    def _fits(self) -> "TripPipeline":
        first, last = Month.parse(self.months.first), self._last
        if last is not None and last < first:
            raise ValueError("months.last must not be before months.first")
        if first < self.dataset.first_month:
            raise ValueError(f"months.first: the first month is {self.dataset.first_month}")
        if len(set(self.warehouses)) < len(self.warehouses):
            raise ValueError("warehouses names one twice")
        return self

    def require(self, settings: Settings) -> None:
        """Check that the settings have the warehouses, and the taxi.

        Raises:
            ValueError: a warehouse or the taxi is not in use by the settings.
        """
        super().require(settings)
        names = [dataset.taxi for dataset in settings.datasets]
        if self.taxi not in names:
            raise ValueError(
                f"{self.taxi} is not among {variable('taxis')}, {','.join(names)}: add it there"
            )

    @property
    def dataset(self) -> Dataset:
        """The dataset of the taxi."""
        return DATASETS[self.taxi]

    @property
    def used_warehouses(self) -> tuple[str, ...]:
        """The warehouses to load into."""
        return tuple(self.warehouses)

    @property
    def title(self) -> str:
        """What the pipeline does, in one line."""
        months = f"{self.months.first} to {self.months.last or 'the newest'}"
        return f"{self.taxi} trips of {months} to {' and '.join(self.warehouses)}"

    @property
    def _last(self) -> Month | None:
        return Month.parse(self.months.last) if self.months.last else None

    def wanted(self, settings: Settings, today: date) -> list[Month]:
        """The months of the range that can be published by that day, newest first."""
        newest = Catalog(settings).last_month(self.dataset, today)
        last = min(self._last or newest, newest)
        first = Month.parse(self.months.first)
        return sorted(first.through(last), reverse=True) if first <= last else []

    def definitions(self, name: str, settings: Settings) -> dg.Definitions:
        """The job that loads one month, and the schedule that requests its runs."""
        catalog = Catalog(settings.model_copy(update={"warehouses": self.used_warehouses}))
        job = dg.define_asset_job(
            job_name(name),
            self._selection,
            description=self.title,
            tags={TAXI_TAG: self.taxi},
            config=month_configuration(self.dataset, catalog),
        )
        if self.schedule is None:
            return dg.Definitions(jobs=[job])

        @dg.schedule(
            name=f"{job.name}_schedule",
            job=job,
            cron_schedule=self.schedule,
            execution_timezone=settings.schedule_timezone,
            default_status=default_schedule_status(settings),
            description=f"{self.title}: those that are published and not loaded.",
        )
        def missing_months(
            context: dg.ScheduleEvaluationContext,
        ) -> list[dg.RunRequest] | dg.SkipReason:
            now = datetime.now(UTC)
            wanted = self.wanted(settings, now.date())
            return months_to_load(context.instance, catalog, self.dataset, now, wanted, job.name)

        return dg.Definitions(jobs=[job], schedules=[missing_months])

    @property
    def _selection(self) -> dg.AssetSelection:
        merged = [dg.AssetKey([name, self.dataset.table]) for name in self.warehouses]
        own = checks_of(self.dataset)
        checks = [dg.AssetCheckKey(key, check.name) for key in merged for check in own]
        landed = dg.AssetKey(["lake", self.dataset.table])
        assets = dg.AssetSelection.assets(landed, *merged).without_checks()
        return assets | dg.AssetSelection.checks(*checks)
