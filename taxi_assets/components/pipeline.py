"""The base class of the components that a pipeline file may be an instance of."""

from __future__ import annotations

from abc import abstractmethod
from typing import Annotated, Self

import dagster as dg
from pydantic import AfterValidator, BaseModel, ConfigDict

from taxi_assets.automation.schedules import default_schedule_status
from taxi_assets.components.example import ExampleScaffolder
from taxi_assets.settings import Settings, read_settings, variable

GROUP = "pipelines"
"""Group of the pipelines' assets in the UI."""

_CRON_FIELDS = 5


def _cron(value: str) -> str:
    wrong = "it must be a cron expression of five fields, such as '0 6 * * *'"
    if len(value.split()) != _CRON_FIELDS:
        raise ValueError(wrong)
    try:
        dg.ScheduleDefinition(name="any", job_name="any", cron_schedule=value)
    except dg.DagsterInvalidDefinitionError:
        raise ValueError(wrong) from None
    return value


Cron = Annotated[str, AfterValidator(_cron)]
"""A cron expression of five fields, in the time zone of TAXI_SCHEDULE_TIMEZONE."""


def job_name(name: str) -> str:
    """Name of a pipeline's job."""
    return f"pipeline_{name}"


@dg.scaffold_with(ExampleScaffolder)
class Pipeline(dg.Component, dg.Model):
    """A component whose attributes are plain data.

    Dagster's loader renders templates in the attributes of a ``Resolvable``. This class is not a
    ``Resolvable`` but its own model, so Dagster's loader, too, takes the attributes as they are.
    """

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    schedule: Cron | None = None

    @classmethod
    def get_model_cls(cls) -> type[BaseModel]:
        """The model of the attributes, which is the component itself."""
        return cls

    @classmethod
    def load(cls, attributes: BaseModel | None, context: dg.ComponentLoadContext) -> Self:  # noqa: ARG003
        """The component: the validated attributes already are an instance of it."""
        return attributes if isinstance(attributes, cls) else cls.model_validate({})

    def build_defs(self, context: dg.ComponentLoadContext) -> dg.Definitions:
        """The definitions for Dagster's own loader, named after the folder."""
        return self.definitions(context.path.name, read_settings())

    def require(self, settings: Settings) -> None:
        """Check that the settings have what the attributes need.

        Raises:
            ValueError: a warehouse is not in use by the settings.
        """
        for warehouse in self.used_warehouses:
            if warehouse not in settings.warehouses:
                raise ValueError(
                    f"{warehouse} is not among {variable('warehouses')}, "
                    f"{','.join(settings.warehouses)}: add it there, or name another one here"
                )

    @property
    @abstractmethod
    def used_warehouses(self) -> tuple[str, ...]:
        """The warehouses that the pipeline loads into."""

    @abstractmethod
    def definitions(self, name: str, settings: Settings) -> dg.Definitions:
        """Dagster's definitions: a job ``pipeline_<name>``, its schedule, its assets."""

    def schedules(self, name: str, settings: Settings) -> list[dg.ScheduleDefinition]:
        """The schedule of the pipeline's job; none if it runs only by hand."""
        if self.schedule is None:
            return []
        schedule = dg.ScheduleDefinition(
            name=f"{job_name(name)}_schedule",
            job_name=self.job_name(name),
            cron_schedule=self.schedule,
            execution_timezone=settings.schedule_timezone,
            default_status=default_schedule_status(settings),
            description=f"{self.title}.",
        )
        return [schedule]

    def job_name(self, name: str) -> str:
        """Name of the job of the pipeline of that name."""
        return job_name(name)

    @property
    def secrets(self) -> list[str]:
        """The names of the secrets that the pipeline needs."""
        return []

    @property
    def tables(self) -> tuple[tuple[str, str], ...]:
        """Warehouse and name of each table that only this pipeline may make."""
        return ()

    @property
    def reads(self) -> tuple[tuple[str, str], ...]:
        """Warehouse and name of each table that the pipeline reads."""
        return ()

    @property
    @abstractmethod
    def title(self) -> str:
        """What the pipeline does, in one line."""
