"""Asks Gemini: for text, for a typed reply, for embeddings."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from pydantic import BaseModel, ValidationError

from taxi_assets.assistant.extra import needs_extra
from taxi_assets.assistant.gemini.account import Account, CloudAccount, KeyHolder
from taxi_assets.assistant.gemini.connection import Connection
from taxi_assets.assistant.gemini.failures import shown
from taxi_assets.assistant.gemini.finish import cut_reply, no_text, was_cut
from taxi_assets.assistant.gemini.json_reply import read_form
from taxi_assets.assistant.gemini.usage import Meter, Prices, Usage, most_tokens, prices_of
from taxi_assets.errors import AssistantError
from taxi_assets.gcp.cloud import google_cloud_of
from taxi_assets.settings import Settings
from taxi_assets.settings.reading import in_plain_words

if TYPE_CHECKING:
    from google.genai.types import EmbedContentConfig, GenerateContentResponse

EMBEDDINGS_PER_CALL = 100
"""More are refused by the server, and not split by the SDK."""

MOST_REPLY_TOKENS = 65_536
"""That Gemini 3's models write: https://ai.google.dev/gemini-api/docs/models."""

_log = logging.getLogger(__name__)

T = TypeVar("T", covariant=True)
Form = TypeVar("Form", bound=BaseModel)


class ReplyFormError(AssistantError):
    """The reply has another form than the one that was asked for."""


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
        connection: to the API.
        model: the model that replies.
        embedding_model: the model that embeds.
        dimension: numbers in an embedding.
        prices: what tokens cost.
        budget_usd: what a run may cost.
        reply_tokens: that it may think and write for a reply, at first.
        thinking: how much it thinks: ``low``, ``medium``, ``high``; None: as the model does.
    """

    connection: Connection
    model: str
    embedding_model: str
    dimension: int
    prices: Prices
    budget_usd: float
    reply_tokens: int = 16_384
    thinking: str | None = None

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
            AssistantError: the model refuses, or the budget does.
            ReplyFormError: the reply has another form.
            ModelBusyError: it does not answer now.
        """
        reply = self._generate(instruction, prompt, meter, form)
        try:
            value = read_form(reply.value, form)
        except ValidationError as error:
            first = error.errors()[0]
            # A key that nothing has is there as the model wrote it.
            place = shown(".".join(map(str, first["loc"])), self.connection.account.secret)
            raise ReplyFormError(
                f"the reply of {self.model} has not the form that was asked for: "
                f"{place or 'the whole'}: "
                f"{in_plain_words(first['msg'])}",
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
        for start in range(0, len(texts), EMBEDDINGS_PER_CALL):
            vectors += self._embed(list(texts[start : start + EMBEDDINGS_PER_CALL]), config, meter)
        return vectors

    def _embed(
        self, batch: list[str], config: EmbedContentConfig, meter: Meter
    ) -> list[list[float]]:
        contents: list[Any] = [*batch]  # a list of str is none of the many lists that it takes
        estimate = Usage(embedded=sum(map(most_tokens, batch)))
        meter.require(estimate)
        answer = self.connection.ask(
            lambda client: client.models.embed_content(
                model=self.embedding_model, contents=contents, config=config
            ),
            self.embedding_model,
            "TAXI_GEMINI_EMBEDDING_MODEL",
            "embedContent",
        )
        meter.add(estimate)
        found = [list(e.values or []) for e in answer.embeddings or []]
        if [len(vector) for vector in found] != [self.dimension] * len(batch):
            raise AssistantError(
                f"{self.embedding_model} gave {len(found)} embeddings of "
                f"{sorted({len(vector) for vector in found})} numbers for {len(batch)} texts; "
                f"{self.dimension} numbers each were asked for",
                "set TAXI_GEMINI_EMBEDDING_DIMENSION to a length that the model can give",
            )
        return found

    def _generate(
        self, instruction: str, prompt: str, meter: Meter, form: type[BaseModel] | None
    ) -> Reply[str]:
        """A reply; one that is cut is asked for once more with twice the tokens."""
        read = most_tokens(instruction + prompt)
        tokens, used = self.reply_tokens, Usage()
        while True:
            meter.require(Usage(prompt=read, reply=tokens))
            answer = self._ask(instruction, prompt, form, tokens)
            spent = _usage(answer, read)
            meter.add(spent)
            used += spent
            if not was_cut(answer):
                break
            more = min(2 * tokens, MOST_REPLY_TOKENS)
            is_last = tokens > self.reply_tokens or more == tokens
            if is_last or not meter.allows(Usage(prompt=read, reply=more)):
                raise cut_reply(self.model, tokens, spent.thoughts)
            _log.warning("the reply of %s was cut at %d tokens: asked again", self.model, tokens)
            tokens = more
        version = shown(answer.model_version or "", self.connection.account.secret)
        if version and not version.startswith(self.model):
            _log.warning("%s was asked, %s replied", self.model, version)
        if not (text := answer.text):
            raise no_text(self.model, answer)
        return Reply(text, version, used)

    def _ask(
        self, instruction: str, prompt: str, form: type[BaseModel] | None, tokens: int
    ) -> GenerateContentResponse:
        with needs_extra():
            from google.genai.types import GenerateContentConfig, ThinkingConfig, ThinkingLevel
        thinking = ThinkingLevel(self.thinking.upper()) if self.thinking else None
        config = GenerateContentConfig(
            system_instruction=instruction,
            max_output_tokens=tokens,
            response_mime_type="application/json" if form else None,
            response_json_schema=form.model_json_schema() if form else None,
            thinking_config=ThinkingConfig(thinking_level=thinking) if thinking else None,
        )
        return self.connection.ask(
            lambda client: client.models.generate_content(
                model=self.model, contents=prompt, config=config
            ),
            self.model,
            "TAXI_GEMINI_MODEL",
        )


def gemini_of(settings: Settings) -> Gemini | None:
    """Gemini as the settings name it; None where they name neither a key nor a location."""
    account: Account
    if settings.gemini_vertex_location is not None:
        # Stand-ins for the bucket and BigQuery want no credentials; Gemini does.
        cloud = replace(google_cloud_of(settings), storage_url=None, bigquery_url=None)
        account, version = CloudAccount(cloud, settings.gemini_vertex_location), "v1beta1"
    elif settings.gemini_api_key is not None:
        account, version = KeyHolder(settings.gemini_api_key), "v1beta"
    else:
        return None
    return Gemini(
        connection=Connection(
            account=account,
            base_url=settings.gemini_base_url,
            api_version=settings.gemini_api_version or version,
            timeout_seconds=settings.gemini_timeout_seconds,
            longest_wait_seconds=settings.gemini_longest_wait_seconds,
        ),
        model=settings.gemini_model,
        embedding_model=settings.gemini_embedding_model,
        dimension=settings.gemini_embedding_dimension,
        prices=prices_of(settings),
        budget_usd=settings.gemini_budget_usd,
        reply_tokens=settings.gemini_reply_tokens,
        thinking=settings.gemini_thinking,
    )


def _usage(answer: GenerateContentResponse, read: int) -> Usage:
    """The tokens of an answer; where they are not told, as many as its texts have at the most."""
    used = answer.usage_metadata
    if used is None or not used.prompt_token_count:
        return Usage(prompt=read, reply=most_tokens(answer.text or ""))
    return Usage(
        prompt=used.prompt_token_count,
        thoughts=used.thoughts_token_count or 0,
        reply=used.candidates_token_count or 0,
    )
