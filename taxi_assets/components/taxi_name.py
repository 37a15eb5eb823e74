"""The kinds of taxi that a pipeline file or a plan may name."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, WithJsonSchema

from taxi_assets.trips.datasets import DATASETS


def _known(value: str) -> str:
    if value not in DATASETS:
        raise ValueError(f"it must be one of {', '.join(DATASETS)}")
    return value


TaxiName = Annotated[
    str,
    AfterValidator(_known),
    WithJsonSchema({"type": "string", "enum": list(DATASETS)}),
]
"""Name of an existing kind of taxi."""
