"""The connection to Gemini's API, through Google's SDK: what is asked again, and when.

The SDK retries what its options name: 408 and 5xx, and broken connections. It knows nothing of the
wait that a 429 asks for; that is done here.
"""

from __future__ import annotations

import logging
import time
import weakref
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from http import HTTPStatus
from typing import TYPE_CHECKING, TypeVar

from taxi_assets.assistant.extra import needs_extra
from taxi_assets.assistant.gemini.account import Account
from taxi_assets.assistant.gemini.failures import failure, refusal_of, shown
from taxi_assets.errors import AssistantError, ModelBusyError
from taxi_assets.source.public_url import public_url
from taxi_assets.source.refusals import refused_connection

if TYPE_CHECKING:
    from google.genai import Client

_ATTEMPTS = 4
_WAITS = 3
_MOST_MODELS = 20
_RETRIED_CODES = [408, 500, 502, 503, 504]

_log = logging.getLogger(__name__)

A = TypeVar("A")


@dataclass(frozen=True)
class Connection:
    """Where Gemini is and how long it is waited for; nothing is asked yet.

    Attributes:
        account: who asks.
        base_url: where the API is; None: where Google has it.
        api_version: its version.
        timeout_seconds: longest wait for an answer.
        longest_wait_seconds: a wait that the server asks for is slept through up to this.
        first_pause_seconds: before the first further attempt of the SDK.
        sleep: how to wait.
    """

    account: Account
    base_url: str | None
    api_version: str
    timeout_seconds: float
    longest_wait_seconds: float
    first_pause_seconds: float = 1.0
    sleep: Callable[[float], None] = field(default=time.sleep, repr=False, compare=False)

    @cached_property
    def _client(self) -> Client:
        """The SDK's client: it takes a while to make, and is closed when this is gone."""
        with needs_extra():
            from google.genai import Client
            from google.genai.types import HttpOptions, HttpRetryOptions
        # At INFO it tells each error as the server wrote it, which may quote the key.
        logging.getLogger("google_genai").setLevel(logging.WARNING)
        client = Client(
            **self.account.client_arguments(),
            http_options=HttpOptions(
                base_url=self.base_url,
                api_version=self.api_version,
                timeout=round(self.timeout_seconds * 1000),
                retry_options=HttpRetryOptions(
                    attempts=_ATTEMPTS,
                    initial_delay=self.first_pause_seconds,
                    jitter=self.first_pause_seconds,
                    http_status_codes=_RETRIED_CODES,
                ),
            ),
        )
        weakref.finalize(self, client.close)
        return client

    def ask(
        self, call: Callable[[Client], A], model: str, setting: str, action: str = "generateContent"
    ) -> A:
        """Ask, and wait as long as a 429 asks for if that is short.

        Errors of the SDK are not chained: they hold the request and whatever the server said.

        Args:
            call: what to ask of the client.
            model: the model that is asked.
            setting: the variable that names it.
            action: what the model must be able to do, as the API names it.

        Raises:
            AssistantError: it refuses.
            ModelBusyError: it does not answer now.
        """
        from google.genai.errors import APIError
        from httpx2 import HTTPError, InvalidURL, TimeoutException

        client, secret = self._client, self.account.secret
        address = public_url(self.base_url or "https://googleapis.com")
        for attempt in range(_WAITS + 1):
            try:
                with self.account.explained():
                    return call(client)
            except APIError as error:
                refusal = refusal_of(error.code, error.details, secret)
            except TimeoutException:
                raise ModelBusyError(
                    f"{address} did not answer within {self.timeout_seconds:g} s",
                    "ask again later, or raise TAXI_GEMINI_TIMEOUT_SECONDS",
                ) from None
            except HTTPError as error:
                if (refused := refused_connection(error, "TAXI_GEMINI_BASE_URL")) is not None:
                    raise AssistantError(f"{address}: {refused.what}", refused.remedy) from None
                raise ModelBusyError(
                    f"{address} cannot be reached: {shown(str(error), secret)}",
                    "check the network, the proxy and TAXI_GEMINI_BASE_URL",
                ) from None
            except (ValueError, TypeError, AttributeError, InvalidURL) as error:
                raise ModelBusyError(
                    f"{address} gave an answer that cannot be read ({type(error).__name__})",
                    "ask again; then check TAXI_GEMINI_BASE_URL and TAXI_GEMINI_API_VERSION",
                ) from None
            wait = refusal.retry_seconds
            can_wait = refusal.code == HTTPStatus.TOO_MANY_REQUESTS and not refusal.is_daily
            if attempt == _WAITS or not can_wait or wait is None:
                break
            if wait > self.longest_wait_seconds:
                break
            _log.warning("Gemini asks to wait %g s", wait)
            self.sleep(wait)
        known = self._models(action) if refusal.code == HTTPStatus.NOT_FOUND else []
        raise failure(refusal, model, setting, known, self.account.remedy)

    def _models(self, action: str) -> list[str]:
        """The names of the models that can do that, as far as it can be asked, newest first."""
        try:
            found = list(self._client.models.list())
        except Exception as error:  # It only helps in telling another error.
            _log.info("the models there are cannot be listed: %s", type(error).__name__)
            return []
        # Vertex AI does not say what its models can do.
        able = [m for m in found if not m.supported_actions or action in m.supported_actions]
        names = {shown((m.name or "").rpartition("/")[2], "") for m in able}
        return sorted(names, reverse=True)[:_MOST_MODELS]
