"""The form that the model fills in. Nothing of it is run here: its SQL is read by the child only.

It mirrors the components of ``taxi_assets.components``, with closed sets and names by pattern; what
a component demands beyond that, it says itself when the child loads the file.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from taxi_assets.components.columns import ColumnKind
from taxi_assets.components.paging import Pages
from taxi_assets.components.pipeline_text import TEMPLATE
from taxi_assets.components.table_pipeline import Test
from taxi_assets.components.taxi_name import TaxiName
from taxi_assets.settings import WAREHOUSES
from taxi_assets.settings.warehouses import WarehouseName

_NAME = r"^[a-z][a-z0-9_]{0,62}$"
_COLUMN = r"^[A-Za-z_][A-Za-z0-9_]{0,62}$"
_MONTH = r"^[0-9]{4}-[0-9]{2}$"


def _plain(value: str) -> str:
    if TEMPLATE.search(value):
        raise ValueError("a template ({{ … }}, {% … %} or ${…}) is not allowed: write the value")
    if not all(c.isprintable() or c == "\n" for c in value):
        raise ValueError("characters that are not printable are not allowed")
    return value


PlainText = Annotated[str, Field(min_length=1, max_length=4_000), AfterValidator(_plain)]
ShortText = Annotated[str, Field(min_length=1, max_length=300), AfterValidator(_plain)]
Name = Annotated[str, Field(pattern=_NAME)]
ColumnText = Annotated[str, Field(pattern=_COLUMN)]
MonthText = Annotated[str, Field(pattern=_MONTH)]


class _Form(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class _Pipeline(_Form):
    """A pipeline; schedule is a cron expression of five fields."""

    name: Name
    schedule: ShortText | None = None

    @property
    def warehouses_used(self) -> set[str]:
        """The warehouses that it names."""
        return set()

    @property
    def secrets_used(self) -> set[str]:
        """The secrets that it names."""
        return set()


class _Table(_Pipeline):
    table: Name
    warehouse: WarehouseName
    tests: Annotated[list[Test], Field(max_length=10)] = []

    @property
    def warehouses_used(self) -> set[str]:
        """The warehouses that it names."""
        return {self.warehouse}


class MonthRange(_Form):
    """A range of months, both ends included; without a last one, it goes on for ever."""

    first: MonthText
    last: MonthText | None = None


class TripsPlan(_Pipeline):
    """A pipeline that loads the months of a taxi."""

    component: Literal["TripPipeline"]
    taxi: TaxiName
    months: MonthRange
    warehouses: Annotated[list[WarehouseName], Field(min_length=1, max_length=len(WAREHOUSES))]

    @property
    def warehouses_used(self) -> set[str]:
        """The warehouses that it names."""
        return set(self.warehouses)


class ColumnPlan(_Form):
    """A column that is kept.

    path is where the value stands in a record, by dots; without it, under the column's name. unix
    is the unit of a time in seconds or the like since 1970; time_format is of strptime.
    """

    name: ColumnText
    kind: ColumnKind
    path: ShortText | None = None
    unix: Literal["seconds", "milliseconds", "microseconds"] | None = None
    time_format: ShortText | None = None


class CarriedPlan(_Form):
    """A header or a parameter: a value that everybody may see, or the name of a secret.

    before is put before the secret, such as "Bearer ".
    """

    name: ShortText
    value: ShortText | None = None
    secret: Name | None = None
    before: ShortText | None = None

    @model_validator(mode="after")
    def _is_one(self) -> CarriedPlan:
        if (self.value is None) == (self.secret is None):
            raise ValueError("it takes value or secret")
        return self


class QueryPlan(_Form):
    """A second table, made of the first one by one SELECT in DuckDB's SQL."""

    table: Name
    sql: PlainText


class AddressPlan(_Table):
    """A table of what a web address answers.

    records is, in JSON, the path of the list of records. write merge needs key.
    """

    component: Literal["HttpTable"]
    url: ShortText
    headers: Annotated[list[CarriedPlan], Field(max_length=10)] = []
    parameters: Annotated[list[CarriedPlan], Field(max_length=10)] = []
    format: Literal["json", "ndjson", "csv", "parquet"]
    zip_member: ShortText | None = None
    records: ShortText | None = None
    delimiter: Annotated[str, Field(max_length=1)] | None = None
    encoding: ShortText | None = None
    decimal: Literal[".", ","] | None = None
    pages: Pages | None = None
    columns: Annotated[list[ColumnPlan], Field(min_length=1, max_length=200)]
    write: Literal["replace", "append", "merge"] | None = None
    key: Annotated[list[ColumnText], Field(min_length=1, max_length=20)] | None = None
    query: QueryPlan | None = None

    @property
    def secrets_used(self) -> set[str]:
        """The secrets that it names."""
        return {each.secret for each in [*self.headers, *self.parameters] if each.secret}


class SelectPlan(_Table):
    """A table made by one SELECT over tables of its warehouse, in that warehouse's SQL.

    monthly: a month at a time; the SELECT sees one month of trips, and a column month is added.
    """

    component: Literal["SqlTable"]
    sql: PlainText
    monthly: bool = False


class CopyPlan(_Table):
    """A copy of a table of another warehouse; monthly: a month at a time, for tables of trips."""

    component: Literal["CopyTable"]
    source: WarehouseName
    source_table: ColumnText
    monthly: bool = False

    @property
    def warehouses_used(self) -> set[str]:
        """The warehouses that it names."""
        return {self.warehouse, self.source}


class ReportPlan(_Pipeline):
    """A report on what is loaded, to a file or to a webhook, which is the name of a secret."""

    component: Literal["Report"]
    shows: Literal["checks", "coverage", "page"]
    taxis: Annotated[list[TaxiName], Field(min_length=1)] | None = None
    newest: Annotated[int, Field(ge=1, le=1_000)] | None = None
    webhook: Name | None = None
    file: ShortText | None = None

    @property
    def secrets_used(self) -> set[str]:
        """The secrets that it names."""
        return {self.webhook} if self.webhook else set()


class JobPlan(_Pipeline):
    """A schedule for a job that is there: zones loads the taxi zones."""

    component: Literal["ExistingJob"]
    job: Literal["zones", "freshness", "summaries"]
    schedule: ShortText


def _without_discriminator(schema: dict[str, Any]) -> None:
    """Gemini's schemas have no such word."""
    schema.pop("discriminator", None)


PipelinePlan = Annotated[
    TripsPlan | AddressPlan | SelectPlan | CopyPlan | ReportPlan | JobPlan,
    Field(discriminator="component", json_schema_extra=_without_discriminator),
]


class SettingPlan(_Form):
    """A setting that the command needs."""

    name: Annotated[str, Field(pattern=r"^[A-Z][A-Z_]{2,60}$")]
    value: ShortText


class CommandPlan(_Form):
    """Arguments of `taxi-assets`, without that word, and the settings that they need."""

    arguments: Annotated[list[ShortText], Field(min_length=1, max_length=20)]
    settings: Annotated[list[SettingPlan], Field(max_length=10)] = []


class Point(_Form):
    """One thing that the request asks for, and the part of the plan that does it.

    done_by is empty if no part of the plan does it.
    """

    asked: ShortText
    done_by: ShortText | None = None


class Plan(_Form):
    """What fulfils a request: the one part that is named by kind, or the reason why nothing does.

    points has every single thing that the request asks for, in its order and in its words.
    """

    kind: Literal["pipelines", "command", "impossible"]
    points: Annotated[list[Point], Field(max_length=20)] = []
    pipelines: Annotated[list[PipelinePlan], Field(min_length=1, max_length=6)] | None = None
    command: CommandPlan | None = None
    reason: ShortText | None = None

    @model_validator(mode="after")
    def _is_one(self) -> Plan:
        parts = {
            "pipelines": self.pipelines,
            "command": self.command,
            "impossible": self.reason,
        }
        filled = [kind for kind, part in parts.items() if part is not None]
        if filled != [self.kind]:
            needed = "reason" if self.kind == "impossible" else self.kind
            raise ValueError(f"kind {self.kind} takes {needed} and none of the other parts")
        if self.kind != "impossible" and not self.points:
            raise ValueError("points is empty: list each thing that the request asks for")
        names = [each.name for each in self.pipelines or []]
        if len(set(names)) < len(names):
            raise ValueError("two pipelines have one name")
        return self
