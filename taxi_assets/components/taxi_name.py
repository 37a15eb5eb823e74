"""The kinds of taxi that a pipeline file or a plan may name."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, WithJsonSchema

from taxi_assets.settings import forms
from taxi_assets.trips.datasets import DATASETS

TaxiName = Annotated[
    str,
    AfterValidator(forms.one_of(DATASETS)),
    WithJsonSchema({"type": "string", "enum": list(DATASETS)}),
]
"""Name of an existing kind of taxi."""
