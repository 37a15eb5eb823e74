"""Who we are in Google Cloud: which credentials hold, and why they may be refused."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from taxi_assets.errors import CredentialsError, StorageUnavailableError
from taxi_assets.gcp.cloud import google_cloud_of
from taxi_assets.settings import read_settings
from taxi_assets_tests.command_line import taxi_assets
from taxi_assets_tests.integration.gcp.token_server import (
    TokenServer,
    encoded,
    new_private_key,
    service_account,
    serving_tokens,
)

REFUSALS = [
    ("Invalid JWT Signature.", "does not know the service account's key", "make a new key"),
    ("Invalid grant: account not found", "does not exist", "gcloud iam service-accounts list"),
    (
        "Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe",
        "clock is wrong",
        "timedatectl",
    ),
    ("Service account has been disabled.", "is disabled", "service-accounts enable"),
    ("Token has been expired or revoked.", "expired or was revoked", "gcloud auth"),
    ("Something new.", "Something new.", "docs/gcp.md"),
]


@pytest.fixture
def tokens() -> Iterator[TokenServer]:
    with serving_tokens() as server:
        yield server


@pytest.fixture(scope="module")
def private_key() -> str:
    return new_private_key()


@pytest.fixture
def key(tokens: TokenServer, private_key: str) -> dict[str, str]:
    return service_account(tokens, private_key)


@pytest.fixture
def environment(settings_env: Path, monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """An environment in which nobody is logged in to Google Cloud."""
    for name in ("GCP_CREDS", "SECRET_GCP_CREDS", "GOOGLE_APPLICATION_CREDENTIALS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("CLOUDSDK_CONFIG", str(settings_env / "gcloud"))
    monkeypatch.setenv("NO_GCE_CHECK", "true")
    monkeypatch.setenv("TAXI_LAKE", "gs://taxi-lake")
    return monkeypatch


def secrets_of(key: dict[str, str]) -> list[str]:
    """What must not be shown: the setting itself, and any line of the private key."""
    return [encoded(key)[:40], *key["private_key"].splitlines()[1:-1]]


@pytest.mark.parametrize("variable", ["GCP_CREDS", "SECRET_GCP_CREDS"])
def test_a_key_in_the_settings_holds(
    environment: pytest.MonkeyPatch, key: dict[str, str], tokens: TokenServer, variable: str
) -> None:
    environment.setenv(variable, encoded(key))
    environment.setenv("GOOGLE_APPLICATION_CREDENTIALS", "/no/such/file")
    cloud = google_cloud_of(read_settings())
    assert cloud.credentials.token == "t0ken"
    assert cloud.project_id == "some-project"
    assert len(tokens.asked) == 1, "it was tried before anything is done with it"


def test_a_file_that_google_names_holds_without_a_key_in_the_settings(
    environment: pytest.MonkeyPatch, key: dict[str, str], tmp_path: Path
) -> None:
    file = tmp_path / "key.json"
    file.write_text(json.dumps(key), "utf-8")
    environment.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(file))
    environment.setenv("GCP_PROJECT_ID", "other-project")
    cloud = google_cloud_of(read_settings())
    assert cloud.credentials.token == "t0ken"
    assert cloud.project_id == "other-project"


@pytest.mark.parametrize(("answer", "what", "remedy"), REFUSALS)
def test_why_google_gives_no_token_is_told_apart(
    environment: pytest.MonkeyPatch,
    key: dict[str, str],
    tokens: TokenServer,
    answer: str,
    what: str,
    remedy: str,
) -> None:
    tokens.refuse(answer)
    environment.setenv("GCP_CREDS", encoded(key))
    with pytest.raises(CredentialsError) as refusal:
        _ = google_cloud_of(read_settings()).storage
    assert what in refusal.value.what
    assert remedy in refusal.value.remedy
    assert all(secret not in str(refusal.value) for secret in secrets_of(key))


def test_a_token_endpoint_that_is_out_of_order_may_be_tried_again(
    environment: pytest.MonkeyPatch, key: dict[str, str], tokens: TokenServer
) -> None:
    tokens.status, tokens.answer = 503, {"error": "internal_failure"}
    environment.setenv("GCP_CREDS", encoded(key))
    with pytest.raises(StorageUnavailableError, match="did not answer"):
        _ = google_cloud_of(read_settings()).credentials
    assert len(tokens.asked) > 1, "it was tried again"


def test_a_token_endpoint_that_cannot_be_reached_may_be_tried_again(
    environment: pytest.MonkeyPatch, key: dict[str, str]
) -> None:
    with serving_tokens() as gone:
        url = gone.url
    environment.setenv("GCP_CREDS", encoded({**key, "token_uri": url}))
    with pytest.raises(StorageUnavailableError, match="did not answer"):
        _ = google_cloud_of(read_settings()).credentials


def test_a_private_key_that_cannot_be_read_is_told_without_it(
    environment: pytest.MonkeyPatch, key: dict[str, str]
) -> None:
    torn = {**key, "private_key": key["private_key"][:200]}
    environment.setenv("GCP_CREDS", encoded(torn))
    with pytest.raises(CredentialsError, match="cannot be read") as refusal:
        _ = google_cloud_of(read_settings()).credentials
    assert all(secret not in str(refusal.value) for secret in secrets_of(key))
    assert refusal.value.__cause__ is None


def test_without_credentials_the_way_to_log_in_is_told(environment: pytest.MonkeyPatch) -> None:
    with pytest.raises(CredentialsError, match="no credentials") as refusal:
        _ = google_cloud_of(read_settings()).credentials
    assert "gcloud auth application-default login" in refusal.value.remedy


def test_a_file_of_credentials_that_is_missing_is_told_by_name(
    environment: pytest.MonkeyPatch,
) -> None:
    environment.setenv("GOOGLE_APPLICATION_CREDENTIALS", "/no/such/file.json")
    with pytest.raises(CredentialsError, match=r"/no/such/file\.json"):
        _ = google_cloud_of(read_settings()).credentials


def test_neither_doctor_nor_a_failed_load_shows_the_key(
    environment: pytest.MonkeyPatch, key: dict[str, str], tokens: TokenServer, settings_env: Path
) -> None:
    tokens.refuse("Invalid JWT Signature.")
    environment.setenv("GCP_CREDS", encoded(key))
    environment.setenv("TAXI_SOURCE", "sample")
    shown = [
        taxi_assets("doctor"),
        taxi_assets("doctor", "--json"),
        taxi_assets("load", "green", "2024-01"),
    ]
    assert [answer.exit_code for answer in shown] == [1, 1, 1]
    assert all("does not know the service account's key" in answer.text for answer in shown)
    written = b"".join(path.read_bytes() for path in settings_env.rglob("*") if path.is_file())
    for secret in secrets_of(key):
        assert all(secret not in answer.text for answer in shown)
        assert secret.encode() not in written, "nor does anything on the disk hold it"
