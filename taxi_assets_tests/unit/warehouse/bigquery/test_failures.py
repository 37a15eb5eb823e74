"""What BigQuery says becomes an error that says who can do something about it."""

from __future__ import annotations

import pytest
from google.api_core import exceptions as api
from google.auth import exceptions as auth

from taxi_assets.errors import (
    CredentialsError,
    StorageUnavailableError,
    TaxiAssetsError,
    WarehouseBusyError,
    WarehouseError,
    WarehouseUnavailableError,
)
from taxi_assets.gcp.cloud import GoogleCloud
from taxi_assets.warehouse.bigquery.failures import explain, explained
from taxi_assets.warehouse.bigquery.place import BigQueryPlace

WAREHOUSE = BigQueryPlace(
    GoogleCloud(project="some-project", bigquery_url="http://127.0.0.1:9"), "nyc", 10**10
)


def error(kind: type[api.GoogleAPICallError], message: str, reason: str = "") -> Exception:
    return kind(message, errors=[{"reason": reason, "message": message}])


@pytest.mark.parametrize(
    ("failure", "expected", "words"),
    [
        (
            error(
                api.BadRequest,
                "Transaction is aborted due to concurrent update against table t",
                "invalidQuery",
            ),
            WarehouseBusyError,
            "TAXI_BIGQUERY_WAIT_SECONDS",
        ),
        (
            error(api.BadRequest, "Could not serialize access to table t", "invalidQuery"),
            WarehouseBusyError,
            "run again",
        ),
        (
            error(
                api.BadRequest,
                "Resources exceeded during query execution: Too many DML statements outstanding "
                "against table p:nyc.tripdata_files, limit is 20.",
                "resourcesExceeded",
            ),
            WarehouseBusyError,
            "run again",
        ),
        (
            error(api.Conflict, "Already Exists: Table p:nyc.green_tripdata", "duplicate"),
            WarehouseBusyError,
            "run again",
        ),
        (
            error(
                api.Forbidden,
                "Access Denied: BigQuery BigQuery: Permission denied while globbing file pattern. "
                "x@y does not have storage.objects.get access to the Google Cloud Storage object.",
                "accessDenied",
            ),
            CredentialsError,
            "roles/storage.objectViewer",
        ),
        (
            error(api.InternalServerError, "Query exceeded limit", "bytesBilledLimitExceeded"),
            WarehouseError,
            "TAXI_BIGQUERY_MAX_GB_BILLED",
        ),
        (
            error(api.Forbidden, "Exceeded rate limits", "rateLimitExceeded"),
            WarehouseUnavailableError,
            "status.cloud.google.com",
        ),
        (
            error(api.Forbidden, "Quota exceeded: ExtractBytesPerDay", "quotaExceeded"),
            WarehouseError,
            "ask for a higher one",
        ),
        (
            error(api.Forbidden, "User does not have bigquery.jobs.create", "accessDenied"),
            CredentialsError,
            "roles/bigquery.jobUser",
        ),
        (
            error(api.Forbidden, "BigQuery API has not been used in project 1", "accessDenied"),
            CredentialsError,
            "gcloud services enable",
        ),
        (
            error(api.NotFound, "Not found: Dataset some-project:nyc", "notFound"),
            WarehouseError,
            "taxi-assets setup gcp",
        ),
        (error(api.Unauthorized, "Who?"), CredentialsError, "check the credentials"),
        (error(api.BadRequest, "Syntax error", "invalidQuery"), WarehouseError, "doctor"),
        (error(api.BadGateway, "no gateway"), WarehouseUnavailableError, "run again"),
        (auth.TransportError("no route"), StorageUnavailableError, "run again"),
    ],
)
def test_failures_are_told_apart(
    failure: Exception, expected: type[TaxiAssetsError], words: str
) -> None:
    explained = explain(failure, WAREHOUSE)
    assert type(explained) is expected
    assert words in explained.remedy
    assert "some-project.nyc" in explained.what


def test_a_job_that_takes_too_long_is_explained() -> None:
    late = pytest.raises(WarehouseUnavailableError, match="takes longer than 3600 s")
    with late, explained(WAREHOUSE):
        raise TimeoutError
