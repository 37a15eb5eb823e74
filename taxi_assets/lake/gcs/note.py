"""What is known of a file in the lake, as the object's own metadata."""

from __future__ import annotations

import json
from collections.abc import Mapping

from pydantic import ValidationError

from taxi_assets.lake.landed_file import FileFacts, LandedFile

# Metadata also travels in HTTP headers, which take no line ends.
_LINE_ENDS = {"\r\n": "crlf", "\n": "lf", "mixed": "mixed"}
_LINE_ENDS_BY_NAME = {name: line_end for line_end, name in _LINE_ENDS.items()}

_NAMES = {
    "url": "source_url",
    "etag": "source_etag",
    "last_modified": "source_last_modified",
}
_FACTS = frozenset(FileFacts.model_fields)
_LISTS = ("csv_columns", "left_out")
"""Facts that are lists of names: JSON, since a name may hold anything."""

_CRC32C = "crc32c"


def metadata_of(landed: LandedFile, crc32c: str) -> dict[str, str]:
    """The metadata of an object that holds the file.

    Args:
        landed: what is known of the file.
        crc32c: the object's checksum, which ties the metadata to these very bytes.
    """
    values = landed.model_dump(mode="json", exclude={"name", "facts"})
    if landed.digests is not None:
        values["digests"] = landed.digests.model_dump_json()
    values |= landed.facts.model_dump(mode="json")
    values |= {name: json.dumps(values[name]) if values[name] else None for name in _LISTS}
    if landed.facts.line_end is not None:
        values["line_end"] = _LINE_ENDS[landed.facts.line_end]
    named = {_NAMES.get(name, name): str(v) for name, v in values.items() if v is not None}
    return named | {_CRC32C: crc32c}


def landed_file(
    name: str, metadata: Mapping[str, str], crc32c: str, size_bytes: int
) -> LandedFile | None:
    """What the metadata says; None where it is of other bytes, or was not written by us.

    Args:
        name: the file's place in the lake.
        metadata: the object's metadata.
        crc32c: the object's checksum as the bucket knows it.
        size_bytes: the object's length as the bucket knows it.
    """
    if metadata.get(_CRC32C) != crc32c or metadata.get("size_bytes") != str(size_bytes):
        return None
    values: dict[str, object] = {
        field: metadata.get(_NAMES.get(field, field)) or None
        for field in LandedFile.model_fields
        if field not in ("name", "facts")
    }
    facts: dict[str, object] = {field: metadata[field] for field in _FACTS if field in metadata}
    if "line_end" in facts:
        facts["line_end"] = _LINE_ENDS_BY_NAME.get(str(facts["line_end"]))
    try:
        if values["digests"] is not None:
            values["digests"] = json.loads(str(values["digests"]))
        facts |= {field: json.loads(str(facts[field])) for field in _LISTS if field in facts}
        return LandedFile.model_validate({**values, "name": name, "facts": facts})
    except (ValidationError, json.JSONDecodeError):
        return None
