"""Translates BigQuery's errors into errors with a remedy."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from typing import TYPE_CHECKING

from taxi_assets.errors import (
    CredentialsError,
    TaxiAssetsError,
    WarehouseBusyError,
    WarehouseError,
    WarehouseUnavailableError,
)
from taxi_assets.gcp.failures import explain as explain_anywhere
from taxi_assets.gcp.failures import one_line, says_why

if TYPE_CHECKING:
    from google.api_core.exceptions import GoogleAPICallError

    from taxi_assets.warehouse.bigquery.place import BigQueryPlace

_DOCS = "docs/gcp.md"

# Reasons: https://cloud.google.com/bigquery/docs/error-messages
_TRANSIENT_REASONS = frozenset(
    {"backendError", "internalError", "jobBackendError", "jobInternalError", "jobRateLimitExceeded"}
    | {"rateLimitExceeded", "tableUnavailable", "timeout"}
)
# The last text is from the stand-in for BigQuery that the tests use.
_CONCURRENT = (
    *("concurrent update", "could not serialize", "too many dml statements outstanding"),
    "failed to commit",
)
# Words of a refusal by Cloud Storage, which BigQuery passes on.
_OF_STORAGE = ("gs://", "storage.objects.", "storage.buckets.", "cloud storage")
_TRANSIENT = (HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_MANY_REQUESTS)


@contextmanager
def explained(place: BigQueryPlace) -> Iterator[None]:
    """Turn errors of Google's libraries into errors with a remedy.

    Raises:
        CredentialsError: the credentials are not accepted, or lack a right.
        WarehouseBusyError: other loads write to the same table.
        WarehouseError: BigQuery refuses; a retry would not help.
        WarehouseUnavailableError, StorageUnavailableError: BigQuery did not answer in time.
    """
    import requests
    from google.api_core.exceptions import GoogleAPIError
    from google.auth.exceptions import GoogleAuthError

    try:
        yield
    except TimeoutError:
        raise WarehouseUnavailableError(
            f"a job in {place.address} takes longer than {place.job_seconds:g} s",
            "run again; TAXI_BIGQUERY_JOB_SECONDS says how long a job may take",
        ) from None
    except (GoogleAPIError, GoogleAuthError, requests.RequestException) as error:
        raise explain(error, place) from None


def explain(error: Exception, place: BigQueryPlace) -> TaxiAssetsError:
    """The error with a remedy for an error of BigQuery or of Google's libraries."""
    from google.api_core.exceptions import GoogleAPICallError, RetryError

    address = place.address
    if not isinstance(error, GoogleAPICallError) or isinstance(error, RetryError):
        return explain_anywhere(error, address)
    details = [each for each in error.errors or () if isinstance(each, dict)]
    text = one_line(next((str(d["message"]) for d in details if "message" in d), error.message))
    reasons = {str(detail.get("reason")) for detail in details}
    if any(words in text.lower() for words in _CONCURRENT):
        return WarehouseBusyError(
            f"{address}: other loads write to the same table: {text}",
            "run again; TAXI_BIGQUERY_WAIT_SECONDS says how long to try",
        )
    if "bytesBilledLimitExceeded" in reasons:
        return WarehouseError(
            f"{address}: a query would cost more than it may: {text}",
            "raise TAXI_BIGQUERY_MAX_GB_BILLED if that is meant",
        )
    if reasons & _TRANSIENT_REASONS or _is_transient(error):
        return WarehouseUnavailableError(
            f"BigQuery did not do its work in {address}: {text}",
            "run again; https://status.cloud.google.com says whether it is out of order",
        )
    return _refused(error, text, reasons, place)


def _refused(
    error: GoogleAPICallError, text: str, reasons: set[str], place: BigQueryPlace
) -> TaxiAssetsError:
    address = place.address
    match error.code:
        case HTTPStatus.UNAUTHORIZED:
            failure = explain_anywhere(error, address)
        case HTTPStatus.FORBIDDEN if "quotaExceeded" in reasons:
            remedy = "wait until the quota is renewed, or ask for a higher one"
            failure = WarehouseError(f"{address}: {text}", remedy)
        case HTTPStatus.FORBIDDEN:
            failure = CredentialsError(f"{address}: {text}", says_why(text) or _grant(place, text))
        case HTTPStatus.CONFLICT:
            # Two loads made the same table: the next attempt finds it.
            failure = WarehouseBusyError(f"{address}: {text}", "run again")
        case HTTPStatus.NOT_FOUND:
            failure = WarehouseError(
                f"{address}: {text}",
                "`taxi-assets setup gcp` makes the dataset; or correct GCP_DATASET, GCP_LOCATION",
            )
        case _:
            failure = WarehouseError(f"{address}: {text}", f"see {_DOCS}; `taxi-assets doctor`")
    return failure


def _is_transient(error: GoogleAPICallError) -> bool:
    code = error.code
    return code is None or code in _TRANSIENT or code >= HTTPStatus.INTERNAL_SERVER_ERROR


def _grant(place: BigQueryPlace, text: str) -> str:
    if any(words in text.lower() for words in _OF_STORAGE):
        return (
            "BigQuery reads the bucket as whoever runs the job: grant roles/storage.objectViewer "
            f"and roles/storage.bucketViewer on it ({_DOCS}); a new grant takes a minute to hold"
        )
    return (
        f"grant roles/bigquery.jobUser on the project and roles/bigquery.dataEditor on the dataset "
        f"{place.dataset} ({_DOCS}); a new grant takes a minute to hold"
    )
