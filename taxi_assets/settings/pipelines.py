"""Settings: pipelines that are YAML files."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr
from pydantic_settings import BaseSettings, NoDecode

from taxi_assets.settings import forms


class PipelineSettings(BaseSettings):
    """Settings of pipelines that are YAML files."""

    pipelines: Annotated[Path, AfterValidator(forms.path)] = Field(
        Path("pipelines"), description="The folder of pipeline files, if there is one."
    )
    pipeline_hosts: Annotated[Literal["public", "any"], BeforeValidator(forms.lower)] = Field(
        "public",
        description="Where pipeline files may fetch from: public addresses (`public`), or also "
        "those of private networks and this machine (`any`).",
    )
    pipeline_secrets: Annotated[
        dict[str, SecretStr], NoDecode, BeforeValidator(forms.secrets_of_hosts)
    ] = Field(
        {},
        description="Keys and tokens for pipeline files, as JSON by name and host: "
        '`{"weather_key@api.example.org": "…"}`. Each is sent to its host only.',
    )
