"""Settings: Google Cloud."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, AliasChoices, BeforeValidator, Field, PositiveFloat, SecretStr
from pydantic_settings import BaseSettings

from taxi_assets.settings import forms


class GoogleCloudSettings(BaseSettings):
    """Settings of Google Cloud."""

    gcp_project_id: str | None = Field(
        None,
        validation_alias="GCP_PROJECT_ID",
        pattern=r"^([a-z0-9.-]+:)?[a-z][a-z0-9-]{4,28}[a-z0-9]$",
        description="The Google Cloud project; by default that of the credentials.",
    )
    gcp_location: Annotated[str, BeforeValidator(forms.lower)] = Field(
        "us-east1",
        validation_alias="GCP_LOCATION",
        pattern=r"^[a-z][a-z0-9-]+$",
        description="Where in Google Cloud bucket and dataset are made: a region, or `us` or `eu`.",
    )
    gcp_dataset: str = Field(
        "zoomcamp",
        validation_alias="GCP_DATASET",
        pattern=r"^[A-Za-z0-9_]{1,1024}$",
        description="The BigQuery dataset of the tables.",
    )
    gcp_creds: SecretStr | None = Field(
        None,
        validation_alias=AliasChoices("GCP_CREDS", "SECRET_GCP_CREDS"),
        description="Base64 of a service account's key (`SECRET_GCP_CREDS` does as well); better "
        "none: then Google's application default credentials hold.",
    )
    gcp_impersonate_service_account: str | None = Field(
        None,
        validation_alias="GCP_IMPERSONATE_SERVICE_ACCOUNT",
        pattern=r"^[^@\s]+@[^@\s]+\.gserviceaccount\.com$",
        description="E-mail of a service account to act as, with these credentials.",
    )
    gcp_retry_seconds: PositiveFloat = Field(
        120,
        validation_alias="GCP_RETRY_SECONDS",
        allow_inf_nan=False,
        description="How long to try again while Google Cloud does not answer, in seconds.",
    )
    storage_emulator_host: Annotated[str, AfterValidator(forms.url)] | None = Field(
        None,
        validation_alias="STORAGE_EMULATOR_HOST",
        description="A stand-in for Cloud Storage, `http://…`, as Google's libraries name it; it "
        "is asked without credentials.",
    )
    bigquery_emulator_host: Annotated[str, AfterValidator(forms.url)] | None = Field(
        None,
        validation_alias="BIGQUERY_EMULATOR_HOST",
        description="A stand-in for BigQuery, `http://…`, as Google's libraries name it; it is "
        "asked without credentials.",
    )
