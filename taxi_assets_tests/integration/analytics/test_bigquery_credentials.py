"""dbt is in Google Cloud who the project is: the settings say so, for both."""

from __future__ import annotations

import json
import os
from argparse import Namespace
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from google.auth.transport.requests import Request

from taxi_assets.analytics.declarations import PROJECT
from taxi_assets.analytics.targets import targets_of
from taxi_assets.settings import read_settings
from taxi_assets_tests.integration.gcp.token_server import (
    EMAIL,
    TokenServer,
    encoded,
    new_private_key,
    service_account,
    serving_tokens,
)

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of dbt's own packages

OTHER = "other@some-project.iam.gserviceaccount.com"


@pytest.fixture
def tokens() -> Iterator[TokenServer]:
    with serving_tokens() as server:
        yield server


@pytest.fixture
def environment(settings_env: Path, monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """BigQuery with a project, and nobody who is logged in."""
    monkeypatch.delenv("GOOGLE_APPLICATION_CREDENTIALS", raising=False)
    monkeypatch.setenv("TAXI_WAREHOUSES", "bigquery")
    monkeypatch.setenv("GCP_PROJECT_ID", "some-project")
    return monkeypatch


def credentials_of_dbt() -> tuple[Any, Any]:
    """What dbt makes of the profile: its own credentials, and those for Google's client."""
    from dbt.adapters.bigquery.credentials import create_google_credentials
    from dbt.config.runtime import load_profile
    from dbt.flags import set_from_args
    from dbt_common.context import set_invocation_context

    [target] = targets_of(read_settings())
    connected = target.connected()
    set_from_args(Namespace(profiles_dir=str(PROJECT)), None)
    with mock.patch.dict(os.environ, {**connected.environment, **connected.access}):
        set_invocation_context(dict(os.environ))
        found: Any = load_profile(str(PROJECT), {}).credentials
    return found, create_google_credentials(found)


def test_a_key_is_used_as_it_is_for_the_tables(
    environment: pytest.MonkeyPatch, tokens: TokenServer
) -> None:
    environment.setenv("GCP_CREDS", encoded(service_account(tokens, new_private_key())))
    environment.setenv("GCP_LOCATION", "europe-west4")
    environment.setenv("GCP_DATASET", "taxi")
    environment.setenv("TAXI_BIGQUERY_MAX_GB_BILLED", "5")

    of_dbt, of_google = credentials_of_dbt()
    of_google.refresh(Request())

    assert of_google.token == "t0ken"
    assert of_google.service_account_email == EMAIL
    assert (of_dbt.database, of_dbt.schema) == ("some-project", "taxi_analytics")
    assert (of_dbt.location, of_dbt.maximum_bytes_billed) == ("europe-west4", 5_000_000_000)


def test_an_account_is_acted_as(environment: pytest.MonkeyPatch, tokens: TokenServer) -> None:
    environment.setenv("GCP_CREDS", encoded(service_account(tokens, new_private_key())))
    environment.setenv("GCP_IMPERSONATE_SERVICE_ACCOUNT", OTHER)

    _, of_google = credentials_of_dbt()

    assert of_google.service_account_email == OTHER


def test_without_a_key_a_login_is_used(
    environment: pytest.MonkeyPatch, tmp_path: Path, tokens: TokenServer
) -> None:
    login = tmp_path / "login.json"
    login.write_text(json.dumps(service_account(tokens, new_private_key())))
    environment.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(login))

    _, of_google = credentials_of_dbt()

    assert of_google.service_account_email == EMAIL
