"""Who asks Gemini: the holder of a key of its API, or an account of Google Cloud (Vertex AI)."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import Any, Protocol

from pydantic import SecretStr

from taxi_assets.gcp.cloud import GoogleCloud
from taxi_assets.gcp.failures import explained


class Account(Protocol):
    """Who asks Gemini."""

    @property
    def secret(self) -> str:
        """What must never be shown."""

    @property
    def remedy(self) -> str:
        """What to do where Gemini refuses the account."""

    def client_arguments(self) -> dict[str, Any]:
        """What the SDK's client is made with.

        Raises:
            CredentialsError: Google does not accept the account.
        """

    def explained(self) -> AbstractContextManager[None]:
        """Turns errors of logging in into the project's own."""


@dataclass(frozen=True)
class KeyHolder:
    """Who has a key of Gemini's API.

    Attributes:
        key: the key.
    """

    key: SecretStr

    remedy = "set GEMINI_API_KEY to a key that is valid for this API"

    @property
    def secret(self) -> str:
        """The key."""
        return self.key.get_secret_value()

    def client_arguments(self) -> dict[str, Any]:
        """For Gemini's own API."""
        return {"vertexai": False, "api_key": self.secret}

    def explained(self) -> AbstractContextManager[None]:
        """A key is not logged in with."""
        return nullcontext()


@dataclass(frozen=True)
class CloudAccount:
    """An account of Google Cloud, which asks through Vertex AI.

    Attributes:
        cloud: the account, and the project that pays.
        location: where the model runs, such as ``europe-west4`` or ``global``.
    """

    cloud: GoogleCloud
    location: str

    remedy = (
        "enable aiplatform.googleapis.com in the project and give the account "
        "roles/aiplatform.user: docs/gcp.md"
    )

    @property
    def secret(self) -> str:
        """The token of the moment."""
        return str(self.cloud.credentials.token or "")

    def client_arguments(self) -> dict[str, Any]:
        """For Vertex AI."""
        return {
            "vertexai": True,
            "project": self.cloud.project_id,
            "location": self.location,
            "credentials": self.cloud.credentials,
        }

    def explained(self) -> AbstractContextManager[None]:
        """A token that has run out is fetched anew, which may fail."""
        return explained("Vertex AI")
