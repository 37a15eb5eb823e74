"""The assistant's assets: what it knows, and a question answered without it and with it."""

from functools import lru_cache

import dagster as dg
from pydantic import Field

from taxi_assets.assistant.chat.plain import answer_plainly
from taxi_assets.assistant.chat.question import ask_documents, require_question
from taxi_assets.assistant.evaluation.asset import EVALUATION_JOB, evaluation_asset
from taxi_assets.assistant.gemini.model import Gemini, Reply, gemini_of
from taxi_assets.assistant.gemini.usage import Meter
from taxi_assets.assistant.knowledge.embedder import embedder_of
from taxi_assets.assistant.knowledge.refresh import refresh
from taxi_assets.assistant.knowledge.store import Changes, store_of
from taxi_assets.errors import AssistantError
from taxi_assets.failures import dagster_failures
from taxi_assets.settings import Settings

KNOWLEDGE_JOB = "assistant_knowledge"
CHAT_JOB = "chat"

_PREFIX, _GROUP = "assistant", "assistant"
_POOL = "gemini"  # with one place: calls go one at a time

Metadata = dict[str, dg.MetadataValue]


class Question(dg.Config):
    """What is asked."""

    question: str = Field(
        default="Which features were released in Kestra 1.1? Name five.",
        description="Asked without the documents and with them.",
    )


def assistant_definitions(settings: Settings) -> dg.Definitions:
    """Everything of the assistant that Dagster runs."""
    knowledge = _knowledge_assets(settings)
    chats = [*_chat_assets(settings), chat_comparison]
    evaluation = evaluation_asset(settings)
    return dg.Definitions(
        assets=[*knowledge, *chats, evaluation],
        jobs=[
            dg.define_asset_job(
                KNOWLEDGE_JOB,
                knowledge,
                description="Reads the documents of TAXI_ASSISTANT_SOURCES; embeds what is new.",
            ),
            dg.define_asset_job(
                EVALUATION_JOB,
                [evaluation],
                description="Puts known questions to the assistant, and counts right answers.",
            ),
            dg.define_asset_job(
                CHAT_JOB,
                chats,
                config={"ops": _of_both({"question": Question().question})},
                description="Asks one question with the documents and without, to compare.",
            ),
        ],
    )


def _knowledge_assets(settings: Settings) -> list[dg.AssetsDefinition]:
    store = store_of(settings)

    @dg.asset(key_prefix=_PREFIX, group_name=_GROUP, kinds={"duckdb"}, pool=_PREFIX)
    def documents(context: dg.AssetExecutionContext) -> dg.MaterializeResult[None]:
        """The documents of TAXI_ASSISTANT_SOURCES, in chunks that can be cited."""
        with dagster_failures():
            done = refresh(settings, store)
        for source, reason in done.library.unread.items():
            context.log.warning(f"{source} was not read, what is known of it stays: {reason}")
        return dg.MaterializeResult(
            metadata={
                **_counts(done.changes),
                "sources": dg.MetadataValue.json([d.source for d in done.library.documents]),
                "unread": dg.MetadataValue.json(done.library.unread),
            }
        )

    @dg.asset(key_prefix=_PREFIX, group_name=_GROUP, kinds={"duckdb"}, pool=_POOL, deps=[documents])
    def embeddings() -> dg.MaterializeResult[None]:
        """A vector for each chunk: only of those that are new or changed."""
        with dagster_failures():
            gemini = gemini_of(settings)
            meter = gemini.meter() if gemini else None
            embedder = embedder_of(gemini, meter)
            changes = store.embed(embedder)
            model = embedder.model
        cost = meter.cost_usd if meter else 0.0
        return dg.MaterializeResult(
            metadata={
                **_counts(changes),
                "model": dg.MetadataValue.text(model),
                "dimension": dg.MetadataValue.int(embedder.dimension),
                "estimated_cost_usd": dg.MetadataValue.float(cost),
            }
        )

    return [documents, embeddings]


def _chat_assets(settings: Settings) -> list[dg.AssetsDefinition]:
    store = store_of(settings)
    embeddings = dg.AssetKey([_PREFIX, "embeddings"])

    @lru_cache(maxsize=16)
    def meter_of(_run_id: str, gemini: Gemini) -> Meter:
        """One for both assets: the budget is the run's."""
        return gemini.meter()

    @dg.asset(key_prefix=_PREFIX, group_name=_GROUP, kinds={"gemini"}, pool=_POOL)
    def chat_without_rag(
        context: dg.AssetExecutionContext, config: Question
    ) -> dg.MaterializeResult[str]:
        """What the model answers by itself. It may be made up: compare it with chat_with_rag."""
        with dagster_failures():
            gemini = _required(settings)
            meter = meter_of(context.run.run_id, gemini)
            reply = answer_plainly(gemini, require_question(config.question), meter)
        return dg.MaterializeResult(
            value=reply.value, metadata=_metadata(gemini, config.question, reply.value, reply)
        )

    @dg.asset(
        key_prefix=_PREFIX, group_name=_GROUP, kinds={"gemini"}, pool=_POOL, deps=[embeddings]
    )
    def chat_with_rag(
        context: dg.AssetExecutionContext, config: Question
    ) -> dg.MaterializeResult[str]:
        """What the model answers from the documents: checked quotes, or that it is not in them."""
        with dagster_failures():
            gemini = _required(settings)
            meter = meter_of(context.run.run_id, gemini)
            question = require_question(config.question)
            reply = ask_documents(store, gemini, meter, question).reply
            assert reply is not None
        grounded = reply.value
        return dg.MaterializeResult(
            value=grounded.text,
            metadata={
                **_metadata(gemini, config.question, grounded.text, reply),
                "answered": dg.MetadataValue.bool(grounded.answered),
                "unproved_answer": dg.MetadataValue.text(grounded.unproved or "–"),
                "citations": dg.MetadataValue.json(
                    [
                        {"source": q.chunk.source, "heading": q.chunk.heading, "quote": q.quote}
                        for q in grounded.quotes
                    ]
                ),
            },
        )

    return [chat_without_rag, chat_with_rag]


@dg.asset(key_prefix=_PREFIX, group_name=_GROUP)
def chat_comparison(chat_without_rag: str, chat_with_rag: str) -> dg.MaterializeResult[None]:
    """Both answers side by side."""
    schema = dg.TableSchema([dg.TableColumn("without_documents"), dg.TableColumn("with_documents")])
    answers = {"without_documents": chat_without_rag, "with_documents": chat_with_rag}
    return dg.MaterializeResult(
        metadata={"answers": dg.MetadataValue.table([dg.TableRecord(answers)], schema)}
    )


def _of_both(config: dict[str, str]) -> dict[str, object]:
    return {
        f"{_PREFIX}__{name}": {"config": config} for name in ("chat_without_rag", "chat_with_rag")
    }


def _required(settings: Settings) -> Gemini:
    gemini = gemini_of(settings)
    if gemini is None:
        raise AssistantError(
            "there is no key of Google Gemini to ask with",
            "set GEMINI_API_KEY or TAXI_GEMINI_VERTEX_LOCATION; without, `taxi-assets ask` shows "
            "the passages that fit",
        )
    return gemini


def _counts(changes: Changes) -> Metadata:
    return {
        "chunks": dg.MetadataValue.int(changes.kept + changes.added),
        "added": dg.MetadataValue.int(changes.added),
        "removed": dg.MetadataValue.int(changes.removed),
    }


def _metadata(gemini: Gemini, question: str, answer: str, reply: Reply[object]) -> Metadata:
    # As text: Markdown of a model could have the reader's browser fetch what it likes.
    return {
        "question": dg.MetadataValue.text(question),
        "answer": dg.MetadataValue.text(answer),
        "model": dg.MetadataValue.text(gemini.model),
        "model_version": dg.MetadataValue.text(reply.model_version or "–"),
        "prompt_tokens": dg.MetadataValue.int(reply.usage.prompt),
        "thought_tokens": dg.MetadataValue.int(reply.usage.thoughts),
        "reply_tokens": dg.MetadataValue.int(reply.usage.reply),
        "estimated_cost_usd": dg.MetadataValue.float(reply.usage.cost_usd(gemini.prices)),
    }
