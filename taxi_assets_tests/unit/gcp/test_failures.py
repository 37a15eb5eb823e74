"""What Google's libraries raise is told with what to do about it, in one line."""

from __future__ import annotations

import json
import ssl
from pathlib import Path

import pytest
import requests
from google.api_core import exceptions as api
from google.auth import exceptions as auth

from taxi_assets.errors import (
    CredentialsError,
    LakeBusyError,
    StorageError,
    StorageUnavailableError,
    TaxiAssetsError,
)
from taxi_assets.gcp.failures import explain, explained

DENIED = json.dumps(
    {
        "error": {
            "code": 403,
            "message": "Permission 'iam.serviceAccounts.getAccessToken' denied on resource (or it "
            "may not exist).",
        }
    },
    indent=2,
)


@pytest.mark.parametrize(
    ("error", "kind", "what", "remedy"),
    [
        (
            auth.RefreshError("Unable to acquire impersonated credentials", DENIED),
            CredentialsError,
            "may not act as the service account",
            "roles/iam.serviceAccountTokenCreator",
        ),
        (
            auth.RefreshError("Reauthentication is needed. Please run `gcloud auth …`"),
            CredentialsError,
            "the login has expired",
            "gcloud auth application-default login",
        ),
        (api.Unauthorized("Anonymous caller"), CredentialsError, "who asks", "credentials"),
        (
            api.Forbidden("x@y does not have storage.objects.get access"),
            CredentialsError,
            "does not have storage.objects.get access",
            "grant the role",
        ),
        (
            api.Forbidden("Request violates an Organization Policy: storage.x"),
            CredentialsError,
            "storage.x",
            "organization",
        ),
        (api.NotFound("no bucket"), StorageError, "gs://b does not exist", "setup gcp"),
        (api.PreconditionFailed("conditionNotMet"), LakeBusyError, "meanwhile", "run again"),
        (api.BadRequest("Provided\nCRC32C"), StorageError, "Provided CRC32C (HTTP 400)", "docs/"),
        (api.TooManyRequests("slow down"), StorageUnavailableError, "HTTP 429", "GCP_RETRY"),
        (api.ServiceUnavailable("later"), StorageUnavailableError, "HTTP 503", "GCP_RETRY"),
        (api.RetryError("timeout", None), StorageUnavailableError, "RetryError", "GCP_RETRY"),
        (requests.ConnectTimeout(), StorageUnavailableError, "ConnectTimeout", "network"),
    ],
)
def test_an_error_is_told_with_what_to_do(
    error: Exception, kind: type[TaxiAssetsError], what: str, remedy: str
) -> None:
    found = explain(error, "gs://b")
    assert type(found) is kind
    assert what in found.what
    assert remedy in found.remedy
    assert "\n" not in found.what


def test_what_quotes_a_request_is_not_chained() -> None:
    with pytest.raises(StorageUnavailableError) as failure, explained("gs://b"):
        raise requests.ConnectionError("https://host/o?upload_id=s3cret")
    assert "s3cret" not in str(failure.value)
    assert failure.value.__cause__ is None
    assert failure.value.__suppress_context__


def test_a_certificate_that_is_not_known_is_told_with_what_to_set() -> None:
    cause = ssl.SSLCertVerificationError(1, "certificate verify failed")
    cause.verify_code, cause.verify_message = 20, "unable to get local issuer certificate"
    for error in (
        auth.TransportError(requests.exceptions.SSLError(cause)),
        requests.exceptions.SSLError(cause),
    ):
        failure = explain(error, "gs://lake")
        assert isinstance(failure, StorageError)
        assert "gs://lake: its certificate is not known here (unable to get" in failure.what
        assert "SSL_CERT_FILE" in failure.remedy


def test_a_file_of_certificates_that_is_not_there_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path / "none.pem"))
    with pytest.raises(StorageError) as raised, explained("gs://lake"):
        requests.get("https://127.0.0.1:1/", timeout=1)
    assert f"REQUESTS_CA_BUNDLE={tmp_path / 'none.pem'}: there is no such" in raised.value.what
    with pytest.raises(FileNotFoundError), explained("gs://lake"):
        (tmp_path / "none.pem").read_text("utf-8")
