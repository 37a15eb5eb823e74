"""Settings: the lake, and the limits for its raw files."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import unquote, urlsplit

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    PositiveFloat,
    ValidationInfo,
    field_validator,
)
from pydantic_settings import BaseSettings

from taxi_assets.settings import forms


class LakeSettings(BaseSettings):
    """Settings of the lake, and limits for its raw files."""

    data_dir: Annotated[Path, AfterValidator(forms.path)] = Field(
        Path("data"), description="Local state: lake folder, DuckDB file."
    )
    lake: Annotated[str, AfterValidator(forms.lake_url)] | None = Field(
        None,
        description="Where the raw files are: a folder, `file://…`, or a bucket, `gs://…`; by "
        "default the folder `lake` in the data dir.",
    )
    gcp_bucket_name: str | None = Field(
        None,
        validation_alias="GCP_BUCKET_NAME",
        description="The bucket of the lake, as the Kestra flows name it: the same as "
        "`TAXI_LAKE=gs://NAME`.",
    )
    published_counts: Annotated[Literal["require", "warn"], BeforeValidator(forms.lower)] = Field(
        "require",
        description="A file whose rows differ from its known published count is refused "
        "(`require`) or loaded with a warning (`warn`: extracts, reissues).",
    )
    undeclared_columns: Annotated[Literal["refuse", "skip"], BeforeValidator(forms.lower)] = Field(
        "refuse",
        description="A file with columns that no dataset declares is refused (`refuse`) or loaded "
        "without them, with a warning (`skip`).",
    )
    max_jagged_rows: int = Field(
        100, ge=0, description="Rows short of trailing columns that a file may have."
    )
    max_file_gb: PositiveFloat = Field(
        8,
        allow_inf_nan=False,
        description="Size that a file may have, as it is fetched and as unzipped text, in GB.",
    )
    max_rejected_rows: int = Field(
        0,
        ge=0,
        le=100_000,
        description="Rows with values that do not fit that a file may have: they are kept in the "
        "table `tripdata_rejects` instead, and the others are loaded.",
    )

    @field_validator("gcp_bucket_name")
    @classmethod
    def _is_the_lake(cls, name: str | None, earlier: ValidationInfo) -> str | None:
        """Refuse a name that is none, or another lake than that of TAXI_LAKE."""
        if name is None:
            return None
        forms.lake_url(f"gs://{name}")
        lake = earlier.data.get("lake")
        if lake is not None and urlsplit(lake).netloc != name:
            raise ValueError(
                f"TAXI_LAKE={lake} is another lake: unset one of them, since raw files are in one "
                "place"
            )
        return name

    @cached_property
    def lake_bucket(self) -> tuple[str, str] | None:
        """The lake's bucket and the prefix of its files; None if the lake is a folder."""
        if self.lake is None and self.gcp_bucket_name is not None:
            return self.gcp_bucket_name, ""
        parts = urlsplit(self.lake or "")
        return (parts.netloc, unquote(parts.path).strip("/")) if parts.scheme == "gs" else None

    @cached_property
    def lake_folder(self) -> Path:
        """The lake's folder, absolute. If the lake is a bucket, the folder of temporary copies."""
        if self.lake is None or self.lake_bucket is not None:
            return self.data_dir.resolve() / "lake"
        return Path(unquote(urlsplit(self.lake).path)).resolve()
