"""Writes a plan as the text of a pipeline file."""

from __future__ import annotations

import yaml

from taxi_assets.assistant.copilot.plan import AddressPlan, TripsPlan
from taxi_assets.components.pipeline_text import parse_pipeline
from taxi_assets.errors import InvalidFileError

_WIDTH = 100


def pipeline_text(plan: TripsPlan | AddressPlan) -> str:
    """The file: plain YAML that reads as what the plan says, and as nothing else.

    Raises:
        InvalidFileError: it does not.
    """
    content = {"type": _type(plan), "attributes": _attributes(plan)}
    text: str = yaml.dump(
        content, Dumper=_PlainDumper, sort_keys=False, allow_unicode=True, width=_WIDTH
    )
    if parse_pipeline(text, plan.name)[0] != content:
        raise InvalidFileError(
            f"the values of {plan.name} cannot be written as YAML", "use plainer values"
        )
    return text


def _type(plan: TripsPlan | AddressPlan) -> str:
    component = "TripPipeline" if isinstance(plan, TripsPlan) else "HttpTable"
    return f"taxi_assets.components.{component}"


def _attributes(plan: TripsPlan | AddressPlan) -> dict[str, object]:
    attributes = plan.model_dump(exclude_none=True, exclude={"name"})
    if isinstance(plan, AddressPlan):
        attributes["columns"] = {column.name: column.kind for column in plan.columns}
    return attributes


class _PlainDumper(yaml.SafeDumper):  # type: ignore[misc] # PyYAML has no types.
    """Writes no aliases, and longer texts as they are."""

    def ignore_aliases(self, data: object) -> bool:  # noqa: ARG002 - never, whatever it is
        return True


def _as_block(dumper: _PlainDumper, value: str) -> yaml.Node:
    style = "|" if "\n" in value else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style=style)


_PlainDumper.add_representer(str, _as_block)
