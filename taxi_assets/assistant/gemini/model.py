"""Asks Gemini: for text, for a typed reply, for embeddings.

The SDK retries what its options name: 408 and 5xx, and broken connections. It knows nothing of the
wait that a 429 asks for; that is done here.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Generic, TypeVar

from pydantic import BaseModel, SecretStr, ValidationError

from taxi_assets.assistant.extra import needs_extra
from taxi_assets.assistant.gemini.failures import failure, refusal_of, shown
from taxi_assets.assistant.gemini.usage import Meter, Prices, Usage, most_tokens
from taxi_assets.errors import AssistantError, ModelBusyError
from taxi_assets.settings import Settings

if TYPE_CHECKING:
    from google.genai import Client
    from google.genai.types import GenerateContentResponse

EMBEDDINGS_PER_CALL = 100
"""More are refused by the server, and not split by the SDK."""

_LARGEST_REPLY_TOKENS = 8_192
_ATTEMPTS = 4
_WAITS = 3
_RETRIED_CODES = [408, 500, 502, 503, 504]
_TOO_MANY_REQUESTS = 429

_log = logging.getLogger(__name__)

A = TypeVar("A")
T = TypeVar("T", covariant=True)
Form = TypeVar("Form", bound=BaseModel)


@dataclass(frozen=True)
class Reply(Generic[T]):
    """What the model replied.

    Attributes:
        value: the reply, as text or typed.
        model_version: the model that replied, by its own word.
        usage: its tokens.
    """

    value: T
    model_version: str
    usage: Usage


@dataclass(frozen=True)
class Gemini:
    """Gemini as the settings name it; nothing is asked yet.

    Attributes:
        key: of the API.
        model: the model that replies.
        embedding_model: the model that embeds.
        dimension: numbers in an embedding.
        base_url: where the API is.
        api_version: its version.
        timeout_seconds: longest wait for an answer.
        longest_wait_seconds: a wait that the server asks for is slept through up to this.
        prices: what tokens cost.
        budget_usd: what a run may cost.
        first_pause_seconds: before the first further attempt of the SDK.
        sleep: how to wait.
    """

    key: SecretStr
    model: str
    embedding_model: str
    dimension: int
    base_url: str
    api_version: str
    timeout_seconds: float
    longest_wait_seconds: float
    prices: Prices
    budget_usd: float
    first_pause_seconds: float = 1.0
    sleep: Callable[[float], None] = field(default=time.sleep, repr=False, compare=False)

    def meter(self) -> Meter:
        """A meter for one run, or one command."""
        return Meter(self.prices, self.budget_usd)

    def write(self, instruction: str, prompt: str, meter: Meter) -> Reply[str]:
        """A text.

        Raises:
            AssistantError: the model refuses, or the budget does.
            ModelBusyError: it does not answer now.
        """
        return self._generate(instruction, prompt, meter, None)

    def reply(self, instruction: str, prompt: str, form: type[Form], meter: Meter) -> Reply[Form]:
        """A reply of a given form.

        Raises:
            AssistantError: the model refuses, the budget does, or the reply has another form.
            ModelBusyError: it does not answer now.
        """
        reply = self._generate(instruction, prompt, meter, form)
        try:
            value = form.model_validate_json(reply.value)
        except ValidationError as error:
            first = error.errors()[0]
            place = ".".join(map(str, first["loc"])) or "the whole"
            raise AssistantError(
                f"the reply of {self.model} has not the form that was asked for: {place}: "
                f"{first['msg']}",
                "ask again; if it stays so, set TAXI_GEMINI_MODEL to a model that replies in JSON",
            ) from None
        return Reply(value, reply.model_version, reply.usage)

    def embed(self, texts: Sequence[str], task: str, meter: Meter) -> list[list[float]]:
        """An embedding of each text.

        Args:
            texts: what to embed.
            task: ``RETRIEVAL_DOCUMENT`` or ``RETRIEVAL_QUERY``.
            meter: counts the tokens, as far as they can be estimated: the API does not tell.

        Raises:
            AssistantError: the model refuses, the budget does, or the answer is not whole.
            ModelBusyError: it does not answer now.
        """
        with needs_extra():
            from google.genai.types import EmbedContentConfig
        config = EmbedContentConfig(task_type=task, output_dimensionality=self.dimension)
        vectors: list[list[float]] = []
        with self._client() as client:
            for start in range(0, len(texts), EMBEDDINGS_PER_CALL):
                batch = list(texts[start : start + EMBEDDINGS_PER_CALL])
                estimate = Usage(embedded=sum(map(most_tokens, batch)))
                meter.require(estimate)
                answer = self._ask(
                    client,
                    lambda batch=batch: client.models.embed_content(  # type: ignore[misc]
                        model=self.embedding_model, contents=batch, config=config
                    ),
                    self.embedding_model,
                    "TAXI_GEMINI_EMBEDDING_MODEL",
                )
                meter.add(estimate)
                found = [list(e.values or []) for e in answer.embeddings or []]
                if [len(vector) for vector in found] != [self.dimension] * len(batch):
                    raise AssistantError(
                        f"{self.embedding_model} gave {len(found)} embeddings of "
                        f"{sorted({len(vector) for vector in found})} numbers for {len(batch)} "
                        f"texts, {self.dimension} numbers each were asked for",
                        "set TAXI_GEMINI_EMBEDDING_DIMENSION to a length that the model can give",
                    )
                vectors += found
        return vectors

    def _generate(
        self, instruction: str, prompt: str, meter: Meter, form: type[BaseModel] | None
    ) -> Reply[str]:
        with needs_extra():
            from google.genai.types import GenerateContentConfig
        most = Usage(prompt=most_tokens(instruction + prompt), reply=_LARGEST_REPLY_TOKENS)
        meter.require(most)
        config = GenerateContentConfig(
            system_instruction=instruction,
            max_output_tokens=_LARGEST_REPLY_TOKENS,
            response_mime_type="application/json" if form else None,
            response_json_schema=form.model_json_schema() if form else None,
        )
        with self._client() as client:
            answer = self._ask(
                client,
                lambda: client.models.generate_content(
                    model=self.model, contents=prompt, config=config
                ),
                self.model,
                "TAXI_GEMINI_MODEL",
            )
        used = _usage(answer)
        meter.add(used)
        version = shown(answer.model_version or "", self.key.get_secret_value())
        if version and not version.startswith(self.model):
            _log.warning("%s was asked, %s replied", self.model, version)
        if not (text := answer.text):
            raise AssistantError(
                f"{self.model} gave no text: {_reason(answer)}",
                "put the question in other words, or shorten it",
            )
        return Reply(text, version, used)

    @contextmanager
    def _client(self) -> Iterator[Client]:
        with needs_extra():
            from google.genai import Client
            from google.genai.types import HttpOptions, HttpRetryOptions
        # At INFO it tells each error as the server wrote it, which may quote the key.
        logging.getLogger("google_genai").setLevel(logging.WARNING)
        client = Client(
            vertexai=False,
            api_key=self.key.get_secret_value(),
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
        try:
            yield client
        finally:
            client.close()

    def _ask(self, client: Client, call: Callable[[], A], model: str, setting: str) -> A:
        """Ask, and wait as long as a 429 asks for if that is short.

        Errors of the SDK are not chained: they hold the request and whatever the server said.
        """
        from google.genai.errors import APIError
        from httpx2 import HTTPError, InvalidURL, TimeoutException

        secret = self.key.get_secret_value()
        for attempt in range(_WAITS + 1):
            try:
                return call()
            except APIError as error:
                refusal = refusal_of(error.code, error.details, secret)
            except TimeoutException:
                raise ModelBusyError(
                    f"{self.base_url} did not answer within {self.timeout_seconds:g} s",
                    "ask again later, or raise TAXI_GEMINI_TIMEOUT_SECONDS",
                ) from None
            except HTTPError as error:
                raise ModelBusyError(
                    f"{self.base_url} cannot be reached: {shown(str(error), secret)}",
                    "check the network, the proxy and TAXI_GEMINI_BASE_URL",
                ) from None
            except (ValueError, TypeError, AttributeError, InvalidURL) as error:
                raise ModelBusyError(
                    f"{self.base_url} gave an answer that cannot be read ({type(error).__name__})",
                    "ask again; then check TAXI_GEMINI_BASE_URL and TAXI_GEMINI_API_VERSION",
                ) from None
            wait = refusal.retry_seconds
            can_wait = refusal.code == _TOO_MANY_REQUESTS and not refusal.is_daily
            if attempt == _WAITS or not can_wait or wait is None:
                break
            if wait > self.longest_wait_seconds:
                break
            _log.warning("Gemini asks to wait %g s", wait)
            self.sleep(wait)
        known = self._models(client) if refusal.code == 404 else []  # noqa: PLR2004 - not found
        raise failure(refusal, model, setting, known)

    def _models(self, client: Client) -> list[str]:
        """The names of the models there are, as far as that can be asked."""
        try:
            return [shown((m.name or "").removeprefix("models/"), "") for m in client.models.list()]
        except Exception as error:  # It only helps in telling another error.
            _log.info("the models there are cannot be listed: %s", type(error).__name__)
            return []


def gemini_of(settings: Settings) -> Gemini | None:
    """Gemini as the settings name it; None where there is no key."""
    if settings.gemini_api_key is None:
        return None
    return Gemini(
        key=settings.gemini_api_key,
        model=settings.gemini_model,
        embedding_model=settings.gemini_embedding_model,
        dimension=settings.gemini_embedding_dimension,
        base_url=settings.gemini_base_url,
        api_version=settings.gemini_api_version,
        timeout_seconds=settings.gemini_timeout_seconds,
        longest_wait_seconds=settings.gemini_longest_wait_seconds,
        prices=Prices(
            settings.gemini_prompt_usd, settings.gemini_reply_usd, settings.gemini_embedding_usd
        ),
        budget_usd=settings.gemini_budget_usd,
    )


def _usage(answer: GenerateContentResponse) -> Usage:
    told = answer.usage_metadata
    if told is None:
        return Usage()
    return Usage(
        prompt=told.prompt_token_count or 0,
        thoughts=told.thoughts_token_count or 0,
        reply=told.candidates_token_count or 0,
    )


def _reason(answer: GenerateContentResponse) -> str:
    if answer.prompt_feedback and answer.prompt_feedback.block_reason:
        return f"the question was blocked ({answer.prompt_feedback.block_reason.value})"
    reasons = [c.finish_reason.value for c in answer.candidates or [] if c.finish_reason]
    return ", ".join(reasons) or "the answer is empty"
