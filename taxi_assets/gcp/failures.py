"""Translates errors of Google's libraries into errors with a remedy."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from http import HTTPStatus

from taxi_assets.errors import (
    CredentialsError,
    LakeBusyError,
    StorageError,
    StorageUnavailableError,
    TaxiAssetsError,
)
from taxi_assets.source.refusals import refused_connection

_LOGIN = "gcloud auth application-default login"
_DOCS = "docs/gcp.md"
_ADDRESSES = "STORAGE_EMULATOR_HOST or BIGQUERY_EMULATOR_HOST"
_SHOWN_CHARACTERS = 300
_TRANSIENT = (HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_MANY_REQUESTS)
_FIRST_OF_THE_SERVER = HTTPStatus.INTERNAL_SERVER_ERROR
_GRANT = (
    f"grant the role that {_DOCS} lists for this, on the bucket; a new grant takes a minute to hold"
)

# Only Google's words distinguish these errors.
_REFUSED_TOKENS: Sequence[tuple[str, str, str]] = (
    (
        "Invalid JWT Signature",
        "Google does not know the service account's key: it was deleted, or is another account's",
        "make a new key and set GCP_CREDS, or better none at all: unset it and use application "
        f"default credentials ({_DOCS})",
    ),
    (
        "account not found",
        "the service account of the credentials does not exist (any more)",
        "name one that does: `gcloud iam service-accounts list`",
    ),
    (
        "short-lived token",
        "Google refuses the time in our request: this machine's clock is wrong",
        "set the clock (`timedatectl set-ntp true`) and run again",
    ),
    (
        "Service account has been disabled",
        "the service account is disabled",
        "`gcloud iam service-accounts enable EMAIL`, or use another one",
    ),
    (
        "getAccessToken",
        "these credentials may not act as the service account of GCP_IMPERSONATE_SERVICE_ACCOUNT",
        "`gcloud iam service-accounts add-iam-policy-binding EMAIL --member=user:YOU "
        "--role=roles/iam.serviceAccountTokenCreator`; it takes a minute to hold",
    ),
    ("Reauthentication", "the login has expired", f"`{_LOGIN}`"),
    ("expired or revoked", "the login has expired or was revoked", f"`{_LOGIN}`"),
)
_REFUSED_CALLS: Sequence[tuple[str, str]] = (
    (
        "has not been used in project",
        "`gcloud services enable storage.googleapis.com bigquery.googleapis.com "
        "iamcredentials.googleapis.com`, and run again after a minute",
    ),
    ("billing", "link the project to an active billing account: `gcloud billing projects link`"),
    (
        "organization policy",
        "ask whoever administers the organization; the policy is named in the message",
    ),
)


@contextmanager
def explained(place: str) -> Iterator[None]:
    """Turn errors of Google's libraries into errors with a remedy.

    Args:
        place: the place that requests go to, such as ``gs://bucket``, for the errors.

    Raises:
        CredentialsError: the credentials are not accepted, or lack a right.
        LakeBusyError: somebody else changed the place meanwhile.
        StorageError: the place does not exist, or refuses; a retry would not help.
        StorageUnavailableError: Google did not answer in time.
    """
    import requests
    from google.api_core.exceptions import GoogleAPIError
    from google.auth.exceptions import GoogleAuthError

    try:
        yield
    except (GoogleAPIError, GoogleAuthError, requests.RequestException) as error:
        # Not chained: a request's error may quote headers and addresses.
        raise explain(error, place) from None
    except OSError as error:
        # ``requests`` raises a plain one where the file of certificates is not there.
        if type(error) is not OSError or refused_connection(error, _ADDRESSES) is None:
            raise
        raise explain(error, place) from None


def explain(error: Exception, place: str) -> TaxiAssetsError:
    """The error with a remedy for an error of Google's libraries."""
    refusal = refused_connection(error, _ADDRESSES)
    if refusal is not None:
        return StorageError(f"{place}: {refusal.what}", refusal.remedy)
    return _explain_answer(error, place)


def _explain_answer(error: Exception, place: str) -> TaxiAssetsError:
    from google.api_core import exceptions as api
    from google.auth import exceptions as auth

    match error:
        case auth.DefaultCredentialsError():
            return _no_credentials(error)
        case auth.TransportError() | api.RetryError():
            return _no_answer(place, type(error).__name__)
        case auth.GoogleAuthError() if error.retryable:
            return _no_answer("Google's token endpoint", one_line(" ".join(_texts(error))))
        case auth.GoogleAuthError():
            return _refused_token(error)
        case api.GoogleAPICallError():
            return _refused_call(error.code, str(error.message), place)
        case _:
            return _no_answer(place, type(error).__name__)


def _no_credentials(error: Exception) -> TaxiAssetsError:
    text = one_line(str(error))
    if "was not found" in text or "not a valid" in text or "does not have a valid type" in text:
        return CredentialsError(
            f"GOOGLE_APPLICATION_CREDENTIALS or gcloud's own file cannot be used: {text}",
            f"correct the path, or unset the variable and run `{_LOGIN}`",
        )
    return CredentialsError(
        "there are no credentials for Google Cloud here",
        f"run `{_LOGIN}`; on Google Cloud itself attach a service account ({_DOCS})",
    )


def _refused_token(error: Exception) -> TaxiAssetsError:
    text = one_line(" ".join(_texts(error)))
    for words, what, remedy in _REFUSED_TOKENS:
        if words.lower() in text.lower():
            return CredentialsError(what, remedy)
    return CredentialsError(
        f"Google does not accept the credentials: {text}",
        f"run `{_LOGIN}`, or check the service account ({_DOCS})",
    )


def _refused_call(code: int | None, message: str, place: str) -> TaxiAssetsError:
    text = one_line(message)
    match code:
        case HTTPStatus.UNAUTHORIZED:
            what = f"{place} does not know who asks"
            failure: TaxiAssetsError = CredentialsError(what, f"check the credentials ({_DOCS})")
        case HTTPStatus.FORBIDDEN:
            failure = CredentialsError(f"{place}: {text}", says_why(text) or _GRANT)
        case HTTPStatus.NOT_FOUND:
            failure = StorageError(
                f"{place} does not exist",
                "`taxi-assets setup gcp` makes the bucket; or correct TAXI_LAKE",
            )
        case HTTPStatus.PRECONDITION_FAILED | HTTPStatus.CONFLICT:
            failure = changed_meanwhile(place)
        case status if status is None or status in _TRANSIENT or status >= _FIRST_OF_THE_SERVER:
            failure = _no_answer(place, f"HTTP {code}")
        case _:
            failure = StorageError(f"{place}: {text} (HTTP {code})", f"see {_DOCS}")
    return failure


def says_why(text: str) -> str | None:
    """The remedy for a refusal whose cause is not a missing right; None for other refusals."""
    fitting = (remedy for words, remedy in _REFUSED_CALLS if words in text.lower())
    return next(fitting, None)


def changed_meanwhile(place: str) -> LakeBusyError:
    """The error for a write that met somebody else's change."""
    return LakeBusyError(
        f"{place}: somebody else changed it meanwhile", "run again; their version is kept so far"
    )


def _no_answer(place: str, reason: str) -> TaxiAssetsError:
    return StorageUnavailableError(
        f"{place} did not answer ({reason})",
        "check the network and https://status.cloud.google.com, and run again; "
        "GCP_RETRY_SECONDS says how long to try",
    )


def _texts(error: Exception) -> Iterator[str]:
    """The texts of Google's answer. The libraries pass it on as text, as JSON or as parsed JSON."""
    for part in error.args:
        if isinstance(part, str):
            try:
                message = json.loads(part)["error"]["message"]
            except (ValueError, KeyError, TypeError):
                message = part
            yield str(message)
        elif isinstance(part, dict):
            yield str(part.get("error_description") or part.get("error") or "")


def one_line(text: str) -> str:
    """The text on one line, cut to a length that can be shown."""
    return re.sub(r"\s+", " ", text).strip()[:_SHOWN_CHARACTERS]
