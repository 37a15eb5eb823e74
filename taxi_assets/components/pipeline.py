"""What every component that a pipeline file may be an instance of can do."""

from __future__ import annotations

from abc import abstractmethod
from typing import Annotated, Self

import dagster as dg
from pydantic import AfterValidator, BaseModel, ConfigDict

from taxi_assets.settings import Settings, read_settings, variable

GROUP = "pipelines"
"""Group of the assets in the UI."""

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
"""When something runs, in the time zone of TAXI_SCHEDULE_TIMEZONE."""


def job_name(name: str) -> str:
    """Name of a pipeline's job."""
    return f"pipeline_{name}"


class Pipeline(dg.Component, dg.Model):
    """A component whose attributes are plain data.

    Dagster's loader would render templates in attributes of a ``Resolvable``. This is none: it is
    its own model, so that Dagster, too, takes the attributes as they are.
    """

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    schedule: Cron | None = None

    @classmethod
    def get_model_cls(cls) -> type[BaseModel]:
        """The attributes' model: the component itself."""
        return cls

    @classmethod
    def load(cls, attributes: BaseModel | None, context: dg.ComponentLoadContext) -> Self:  # noqa: ARG003
        """The component that the validated attributes are already."""
        return attributes if isinstance(attributes, cls) else cls.model_validate({})

    def build_defs(self, context: dg.ComponentLoadContext) -> dg.Definitions:
        """What Dagster runs, named after the folder, where Dagster's own loader is used."""
        return self.definitions(context.path.name, read_settings())

    def require(self, settings: Settings) -> None:
        """Check that the settings go with the attributes.

        Raises:
            ValueError: a warehouse is not among those of the settings.
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
        """Where it loads to."""

    @abstractmethod
    def definitions(self, name: str, settings: Settings) -> dg.Definitions:
        """What Dagster runs: a job ``pipeline_<name>``, its schedule, its assets."""

    @property
    def tables(self) -> tuple[tuple[str, str], ...]:
        """The tables that the pipeline makes and nobody else may."""
        return ()

    @property
    @abstractmethod
    def title(self) -> str:
        """What it does, in a line."""
