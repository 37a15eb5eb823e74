"""Writes a planned pipeline as the text of a pipeline file."""

from __future__ import annotations

import yaml

from taxi_assets.assistant.copilot.plan import AddressPlan, CarriedPlan, ColumnPlan, PipelinePlan
from taxi_assets.components.pipeline_text import parse_pipeline
from taxi_assets.errors import InvalidFileError

_WIDTH = 100


def pipeline_text(plan: PipelinePlan) -> str:
    """The file: plain YAML that reads as what the plan says, and as nothing else.

    Raises:
        InvalidFileError: it does not.
    """
    content = {
        "type": f"taxi_assets.components.{plan.component}",
        "attributes": _attributes(plan),
    }
    text: str = yaml.dump(
        content, Dumper=_PlainDumper, sort_keys=False, allow_unicode=True, width=_WIDTH
    )
    if parse_pipeline(text, plan.name)[0] != content:
        raise InvalidFileError(
            f"the values of {plan.name} cannot be written as YAML", "use plainer values"
        )
    return text


def _attributes(plan: PipelinePlan) -> dict[str, object]:
    attributes = plan.model_dump(
        exclude_none=True, exclude_unset=True, exclude={"name", "component", "schedule"}
    )
    if isinstance(plan, AddressPlan):
        attributes["columns"] = {column.name: _column(column) for column in plan.columns}
        for part in ("headers", "parameters"):
            if attributes.get(part):
                attributes[part] = {each.name: _carried(each) for each in getattr(plan, part)}
    found = {name: value for name, value in attributes.items() if value not in ([], {})}
    return found | ({"schedule": plan.schedule} if plan.schedule else {})


def _column(plan: ColumnPlan) -> object:
    given = plan.model_dump(exclude_none=True, exclude={"name"})
    return plan.kind if set(given) == {"kind"} else given


def _carried(plan: CarriedPlan) -> object:
    given = plan.model_dump(exclude_none=True, exclude={"name"})
    return plan.value if plan.value is not None else given


class _PlainDumper(yaml.SafeDumper):  # type: ignore[misc] # PyYAML has no types.
    """Writes no aliases, and longer texts as they are."""

    def ignore_aliases(self, data: object) -> bool:  # noqa: ARG002 - never, whatever it is
        return True


def _as_block(dumper: _PlainDumper, value: str) -> yaml.Node:
    style = "|" if "\n" in value else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style=style)


_PlainDumper.add_representer(str, _as_block)
