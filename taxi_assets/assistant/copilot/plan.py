"""The form that the model fills in. Nothing of it is run here: its SQL is read by the child only.

It mirrors the components of ``taxi_assets.components``, with closed sets and names by pattern; what
a component demands beyond that, it says itself when the child loads the file.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    model_validator,
)

from taxi_assets.components.pipeline_text import TEMPLATE
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


PlainText = Annotated[str, Field(min_length=1, max_length=2_000), AfterValidator(_plain)]
ShortText = Annotated[str, Field(min_length=1, max_length=300), AfterValidator(_plain)]
Name = Annotated[str, Field(pattern=_NAME)]
MonthText = Annotated[str, Field(pattern=_MONTH)]


class _Form(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class MonthRange(_Form):
    """A range of months, both ends included; without a last one, it goes on for ever."""

    first: MonthText
    last: MonthText | None = None


class TripsPlan(_Form):
    """A pipeline that loads the months of a taxi; schedule is a cron expression of five fields."""

    name: Name
    taxi: TaxiName
    months: MonthRange
    warehouses: Annotated[list[WarehouseName], Field(min_length=1, max_length=len(WAREHOUSES))]
    schedule: ShortText | None = None


class ColumnPlan(_Form):
    """A column that is kept, named as the answer names it, with the kind of its values."""

    name: Annotated[str, Field(pattern=_COLUMN)]
    kind: Literal["text", "integer", "number", "boolean", "date", "timestamp"]


class QueryPlan(_Form):
    """A second table, made of the first one by one SELECT in DuckDB's SQL."""

    table: Name
    sql: PlainText


class AddressPlan(_Form):
    """A pipeline that makes a table of what a web address answers without a login.

    records is, in JSON, the key of the list of records; schedule is cron of five fields.
    """

    name: Name
    url: ShortText
    format: Literal["json", "csv"]
    records: ShortText | None = None
    columns: Annotated[list[ColumnPlan], Field(min_length=1, max_length=200)]
    table: Name
    warehouse: WarehouseName
    query: QueryPlan | None = None
    schedule: ShortText | None = None


class SettingPlan(_Form):
    """A setting that the command needs."""

    name: Annotated[str, Field(pattern=r"^[A-Z][A-Z_]{2,60}$")]
    value: ShortText


class CommandPlan(_Form):
    """Arguments of `taxi-assets`, without that word, and the settings that they need."""

    arguments: Annotated[list[ShortText], Field(min_length=1, max_length=20)]
    settings: Annotated[list[SettingPlan], Field(max_length=10)] = []


class Plan(_Form):
    """What fulfils a request: the one part that is named by kind, or the reason why nothing does.

    not_covered lists what was asked for and is not part of it.
    """

    kind: Literal["pipeline_of_trips", "pipeline_of_address", "command", "impossible"]
    pipeline_of_trips: TripsPlan | None = None
    pipeline_of_address: AddressPlan | None = None
    command: CommandPlan | None = None
    reason: ShortText | None = None
    not_covered: Annotated[list[ShortText], Field(max_length=5)] = []

    @model_validator(mode="after")
    def _is_one(self) -> Plan:
        parts = {
            "pipeline_of_trips": self.pipeline_of_trips,
            "pipeline_of_address": self.pipeline_of_address,
            "command": self.command,
            "impossible": self.reason,
        }
        filled = [kind for kind, part in parts.items() if part is not None]
        if filled != [self.kind]:
            needed = "reason" if self.kind == "impossible" else self.kind
            raise ValueError(f"kind {self.kind} takes {needed} and none of the other parts")
        return self

    @property
    def pipeline(self) -> TripsPlan | AddressPlan | None:
        """The pipeline that is to be made, if it is one."""
        return self.pipeline_of_trips or self.pipeline_of_address
