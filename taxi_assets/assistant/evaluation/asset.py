"""The evaluation as an asset, what it found as its checks."""

import dagster as dg

from taxi_assets.assistant.chat.model import Model
from taxi_assets.assistant.evaluation.checks import CHECKS, EVALUATION
from taxi_assets.assistant.evaluation.evaluate import (
    HIT_DEPTH,
    AskedQuestion,
    Search,
    ask_all,
    mean_reciprocal_rank,
    search_all,
)
from taxi_assets.assistant.evaluation.questions import known_questions
from taxi_assets.assistant.evaluation.stand_in import NAME, StandIn
from taxi_assets.assistant.gemini.model import gemini_of
from taxi_assets.assistant.gemini.usage import Meter, Prices
from taxi_assets.assistant.knowledge.embedder import embedder_of
from taxi_assets.assistant.knowledge.refresh import add
from taxi_assets.assistant.knowledge.sources import OWN_PAGES
from taxi_assets.assistant.knowledge.store import store_of
from taxi_assets.failures import dagster_failures
from taxi_assets.settings import Settings

EVALUATION_JOB = "assistant_evaluation"

# Of answerable questions. docs/assistant.md tells what was measured.
_FEWEST_HITS = 0.8

_ASKED_STEP = 6
"""A model is asked every sixth question: all of them would cost more than the budget."""

# What a model must do with the right passages before it. Of the stand-in nothing is asked.
_FEWEST_FACTS = 0.8
_FEWEST_REFUSALS = 1.0


def evaluation_asset(settings: Settings) -> dg.AssetsDefinition:
    """The asset with its checks, none of which blocks anything."""

    @dg.asset(
        key=EVALUATION,
        group_name="assistant",
        kinds={"gemini"},
        pool="gemini",
        check_specs=[
            dg.AssetCheckSpec(name, asset=EVALUATION, description=meaning)
            for name, meaning in CHECKS.items()
        ],
    )
    def evaluation() -> dg.MaterializeResult:  # type: ignore[type-arg] # with checks, Dagster wants it bare
        """Known questions about this project's pages; without a key, put to a stand-in."""
        with dagster_failures():
            store, gemini = store_of(settings), gemini_of(settings)
            pages = add(settings, store, [OWN_PAGES])
            meter = gemini.meter() if gemini else Meter(Prices(0, 0, 0), 0)
            model: Model = gemini or StandIn()
            embedder = embedder_of(gemini, meter)
            searches = search_all(store, embedder, known_questions(), pages)
            outcomes = ask_all(model, meter, searches[::_ASKED_STEP])
        return dg.MaterializeResult(
            metadata={
                "answered_by": dg.MetadataValue.text(gemini.model if gemini else NAME),
                "embedded_by": dg.MetadataValue.text(embedder.model),
                "estimated_cost_usd": dg.MetadataValue.float(meter.cost_usd),
                "searches": _searches(searches),
                "questions": _table(outcomes),
            },
            check_results=_results(searches, outcomes, is_model=gemini is not None),
        )

    return evaluation


def _results(
    searches: list[Search], outcomes: list[AskedQuestion], is_model: bool
) -> list[dg.AssetCheckResult]:
    searched = [search for search in searches if search.known.facts]
    with_fact = [outcome for outcome in outcomes if outcome.search.known.facts]
    without = [outcome for outcome in outcomes if not outcome.search.known.facts]
    rank = mean_reciprocal_rank(searched)
    others = [not search.fits for search in searches if not search.known.facts]
    quiet = _share(others)
    off_topic = f"{sum(others)} of {len(others)} questions about something else"
    hits, plain, facts, refused, unproved = (
        _share([search.hit for search in searched]),
        _share([o.plain for o in with_fact]),
        _share([o.grounded for o in with_fact]),
        _share([not o.answered for o in without]),
        sum(o.unproved for o in outcomes),
    )
    note = "" if is_model else " (by a stand-in, of which nothing is asked)"
    return [
        _result(
            "retrieval",
            hits >= _FEWEST_HITS,
            f"{hits:.0%} of {len(searched)} facts are in the first {HIT_DEPTH} passages, "
            f"mean reciprocal rank {rank:.2f}; nothing is said to fit for {off_topic}",
            {"hit_at_4": hits, "mean_reciprocal_rank": rank, "off_topic": quiet},
        ),
        _result(
            "facts",
            not is_model or facts >= max(_FEWEST_FACTS, plain),
            f"{facts:.0%} of facts are answered with documents, {plain:.0%} without{note}",
            {"with_documents": facts, "without_documents": plain},
        ),
        _result(
            "refusals",
            not is_model or refused >= _FEWEST_REFUSALS,
            f"{refused:.0%} of questions that no page answers are refused{note}",
            {"refused": refused},
        ),
        _result(
            "quotes",
            unproved == 0,
            f"{unproved} answers had no quote that stands in a passage, and did not count{note}",
            {"unproved": unproved},
        ),
    ]


def _result(
    name: str, passed: bool, description: str, figures: dict[str, float]
) -> dg.AssetCheckResult:
    return dg.AssetCheckResult(
        check_name=name,
        passed=passed,
        severity=dg.AssetCheckSeverity.WARN,
        description=description,
        metadata=dict(figures),
    )


def _searches(searches: list[Search]) -> dg.TableMetadataValue:
    return dg.MetadataValue.table(
        [
            dg.TableRecord(
                {
                    "kind": search.known.kind,
                    "question": search.known.question,
                    "fact": " or ".join(search.known.facts) or "–",
                    "place": search.place or 0,
                }
            )
            for search in searches
        ]
    )


def _table(outcomes: list[AskedQuestion]) -> dg.TableMetadataValue:
    return dg.MetadataValue.table(
        [
            dg.TableRecord(
                {
                    "question": o.search.known.question,
                    "without_documents": o.plain,
                    "with_documents": o.grounded if o.search.known.facts else not o.answered,
                }
            )
            for o in outcomes
        ]
    )


def _share(found: list[bool]) -> float:
    return sum(found) / len(found)
