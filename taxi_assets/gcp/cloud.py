"""Google Cloud as the settings describe it: gives credentials and clients."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from pydantic import SecretStr

from taxi_assets.errors import CredentialsError
from taxi_assets.gcp.failures import explained
from taxi_assets.gcp.key import read_key
from taxi_assets.settings.google_cloud import GoogleCloudSettings

if TYPE_CHECKING:
    from google.api_core.retry import Retry
    from google.auth.credentials import Credentials
    from google.cloud.bigquery import Client as BigQueryClient
    from google.cloud.storage import Client

    from taxi_assets.gcp.session import SteadySession

_SCOPES = ["https://www.googleapis.com/auth/cloud-platform"]


@dataclass(frozen=True)
class GoogleCloud:
    """Project, location and credentials in Google Cloud.

    Attributes:
        project: the project; None uses that of the credentials.
        location: where the bucket and the dataset are created.
        key: base64 of a service account's key; None uses application default credentials.
        impersonate: e-mail of a service account to act as; None for none.
        retry_seconds: how long to try again while there is no answer.
        storage_url: a stand-in for Cloud Storage that needs no credentials; None for Google's.
        bigquery_url: the same for BigQuery.
    """

    project: str | None = None
    location: str = "us-east1"
    key: SecretStr | None = field(default=None, repr=False)
    impersonate: str | None = None
    retry_seconds: float = 120
    storage_url: str | None = None
    bigquery_url: str | None = None

    @cached_property
    def credentials(self) -> Credentials:
        """Credentials that Google has already accepted, so that work does not begin without them.

        Raises:
            CredentialsError: there are none, or Google does not accept them.
            StorageUnavailableError: Google does not answer.
        """
        return self._identity[0]

    @cached_property
    def project_id(self) -> str:
        """The project in which bucket and dataset are created and to which jobs are billed.

        Raises:
            CredentialsError: neither the settings nor the credentials name one.
        """
        project = self.project or self._identity[1]
        if project is None:
            raise CredentialsError(
                "the credentials name no project", "set GCP_PROJECT_ID to the project's id"
            )
        return project

    @cached_property
    def storage(self) -> Client:
        """A client of Cloud Storage."""
        from google.cloud.storage import Client

        options = {"api_endpoint": self.storage_url} if self.storage_url else None
        # Access to objects needs no project; only the creation of a bucket does.
        project = self.project or self._identity[1] or "no-project-named"
        return Client(project=project, credentials=self.credentials, client_options=options)

    @cached_property
    def bigquery(self) -> BigQueryClient:
        """A client of BigQuery."""
        from google.cloud.bigquery import Client

        options = {"api_endpoint": self.bigquery_url} if self.bigquery_url else None
        return Client(
            project=self.project_id,
            credentials=self.credentials,
            location=self.location,
            client_options=options,
            _http=self.session(),
        )

    @property
    def bigquery_retry(self) -> Retry:
        """The retry policy of BigQuery: only transient errors, for ``retry_seconds``."""
        from google.cloud.bigquery.retry import DEFAULT_RETRY

        retry: Retry = DEFAULT_RETRY.with_timeout(self.retry_seconds)
        return retry

    @property
    def retry(self) -> Retry:
        """The retry policy of Cloud Storage: only transient errors, for ``retry_seconds``."""
        from google.cloud.storage.retry import DEFAULT_RETRY

        retry: Retry = DEFAULT_RETRY.with_timeout(self.retry_seconds)
        return retry

    def session(self) -> SteadySession:
        """An HTTP session with these credentials, for one thread."""
        from taxi_assets.gcp.session import SteadySession

        return SteadySession(self.credentials)

    @cached_property
    def _identity(self) -> tuple[Credentials, str | None]:
        if self.storage_url is not None or self.bigquery_url is not None:
            from google.auth.credentials import AnonymousCredentials

            return AnonymousCredentials(), self.project
        with explained("Google Cloud"):
            source, project = self._source()
            credentials = self._acting_as(source) if self.impersonate else source
            from google.auth.transport.requests import Request

            credentials.refresh(Request())
        return credentials, project

    def _source(self) -> tuple[Credentials, str | None]:
        import google.auth
        from google.auth.exceptions import MalformedError
        from google.oauth2.service_account import Credentials as KeyCredentials

        if self.key is None:
            return google.auth.default(scopes=_SCOPES)
        key = read_key(self.key.get_secret_value())
        try:
            return KeyCredentials.from_service_account_info(key, scopes=_SCOPES), key["project_id"]
        except (ValueError, MalformedError):
            # The library's text may quote the key.
            raise CredentialsError(
                "GCP_CREDS: the private key within the service account's key cannot be read",
                "the file was cut or edited: make the setting anew, with `base64 -w0 key.json`",
            ) from None

    def _acting_as(self, source: Credentials) -> Credentials:
        from google.auth.impersonated_credentials import Credentials as Impersonated

        return Impersonated(
            source_credentials=source, target_principal=self.impersonate, target_scopes=_SCOPES
        )


def google_cloud_of(settings: GoogleCloudSettings) -> GoogleCloud:
    """Google Cloud as the settings describe it. No request is sent."""
    return GoogleCloud(
        project=settings.gcp_project_id,
        location=settings.gcp_location,
        key=settings.gcp_creds,
        impersonate=settings.gcp_impersonate_service_account,
        retry_seconds=settings.gcp_retry_seconds,
        storage_url=settings.storage_emulator_host,
        bigquery_url=settings.bigquery_emulator_host,
    )
