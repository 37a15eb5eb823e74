"""The JSON schema of pipeline files, for editors that complete and check them."""

from __future__ import annotations

from taxi_assets.components.pipeline_files import COMPONENTS


def editor_schema() -> dict[str, object]:
    """A file is an instance of one of the components."""
    definitions: dict[str, object] = {}
    files: list[dict[str, object]] = []
    for type_, component in COMPONENTS.items():
        attributes = component.model_json_schema(ref_template="#/$defs/{model}")
        definitions |= attributes.pop("$defs", {})
        files.append(
            {
                "type": "object",
                "title": component.__name__,
                "properties": {"type": {"const": type_}, "attributes": attributes},
                "required": ["type", "attributes"],
                "additionalProperties": False,
            }
        )
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A pipeline file of taxi_assets",
        "oneOf": files,
        "$defs": definitions,
    }
