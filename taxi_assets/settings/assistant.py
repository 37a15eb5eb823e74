"""Settings: the assistant and its model."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    NonNegativeFloat,
    PositiveFloat,
    SecretStr,
)
from pydantic_settings import BaseSettings, NoDecode

from taxi_assets.settings import forms

_MODEL_NAME = r"^[a-z0-9][a-z0-9.-]{1,80}$"
_RELEASE_NOTES = (
    "https://raw.githubusercontent.com/kestra-io/docs/refs/heads/main/"
    "src/contents/blogs/release-1-1/index.md"
)


class AssistantSettings(BaseSettings):
    """Settings of the assistant and its model."""

    gemini_api_key: SecretStr | None = Field(
        None,
        validation_alias="GEMINI_API_KEY",
        description="Key of Google Gemini's API; without one, the assistant finds passages but "
        "writes no answers.",
    )
    gemini_vertex_location: str | None = Field(
        None,
        pattern=r"^[a-z][a-z0-9-]{1,40}$",
        description="Asks Gemini on Vertex AI in this location, such as `europe-west4` or "
        "`global`, with Google Cloud's credentials instead of a key.",
    )
    gemini_model: str = Field(
        "gemini-3.8-flash", pattern=_MODEL_NAME, description="The model that writes answers."
    )
    gemini_embedding_model: str = Field(
        "gemini-embedding-001",
        pattern=_MODEL_NAME,
        description="The model that embeds documents and questions, where there is a key.",
    )
    gemini_embedding_dimension: int = Field(
        768, ge=128, le=3072, description="Numbers in an embedding of that model."
    )
    gemini_base_url: Annotated[str, AfterValidator(forms.url)] | None = Field(
        None, description="Where Gemini's API is, if not where Google has it."
    )
    gemini_api_version: str | None = Field(
        None,
        pattern=r"^v[0-9a-z]+$",
        description="Version of Gemini's API; by default `v1beta`, on Vertex AI `v1beta1`.",
    )
    gemini_timeout_seconds: float = Field(
        120, gt=0, le=3600, description="How long to wait for an answer of Gemini, in seconds."
    )
    gemini_longest_wait_seconds: float = Field(
        30,
        ge=0,
        le=600,
        description="A wait that Gemini asks for, up to this long, is slept through; after a "
        "longer one the run's step is tried again.",
    )
    gemini_reply_tokens: int = Field(
        16_384,
        ge=256,
        le=65_536,
        description="Tokens that the model may think and write for a reply; one that is cut is "
        "asked for once more with twice as many.",
    )
    gemini_thinking: Literal["low", "medium", "high"] | None = Field(
        None,
        description="How much the model thinks: `low`, `medium` or `high`; by default as it does "
        "by itself. Models before Gemini 3 do not know this.",
    )
    gemini_prompt_usd: NonNegativeFloat | None = Field(
        None,
        allow_inf_nan=False,
        description="Price of a million tokens that the model reads, in US dollars, to estimate "
        "costs; by default that of the default model: 0.75, and 1.5 from 2027.",
    )
    gemini_reply_usd: NonNegativeFloat | None = Field(
        None,
        allow_inf_nan=False,
        description="Price of a million tokens that the model thinks and writes, in US dollars; by "
        "default that of the default model: 3.75, and 7.5 from 2027.",
    )
    gemini_embedding_usd: NonNegativeFloat = Field(
        0.15,
        allow_inf_nan=False,
        description="Price of a million tokens that are embedded, in US dollars.",
    )
    gemini_budget_usd: NonNegativeFloat = Field(
        0.5,
        allow_inf_nan=False,
        description="What one run, or one command, may cost by that estimate, in US dollars.",
    )
    assistant_sources: Annotated[tuple[str, ...], NoDecode, BeforeValidator(forms.split)] = Field(
        ("docs", _RELEASE_NOTES),
        min_length=1,
        description="What the assistant reads: `docs` (this project's own pages), addresses and "
        "files of Markdown or plain text, between commas.",
    )
    query_postgres_dsn: Annotated[SecretStr, AfterValidator(forms.dsn)] | None = Field(
        None,
        description="The Postgres database as a role that may only read, for `query`, `show`, "
        "`ask --data` and `mcp`; without one, TAXI_POSTGRES_DSN in transactions that only read.",
    )
    query_bigquery_max_gb: PositiveFloat = Field(
        1,
        allow_inf_nan=False,
        description="What a query of `query`, `ask --data` and `mcp` may read in BigQuery, in GB; "
        "one that would read more, by BigQuery's estimate, is not run.",
    )
    query_seconds: PositiveFloat = Field(
        30,
        le=86_400,
        description="How long a query of `query`, `show`, `ask --data` and `mcp` may take, in "
        "seconds.",
    )
    mcp_token: SecretStr | None = Field(
        None,
        min_length=16,
        description="What clients of `taxi-assets mcp --http` send as bearer token.",
    )
