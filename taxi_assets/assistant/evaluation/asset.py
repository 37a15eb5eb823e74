"""The evaluation as an asset, what it found as its checks."""

import dagster as dg

from taxi_assets.assistant.chat.model import Model
from taxi_assets.assistant.evaluation.evaluate import HIT_DEPTH, Outcome, evaluate
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

_KEY = dg.AssetKey(["assistant", "evaluation"])

# Of answerable questions. With the local embedder, the weakest there is, 9 of 10 were measured.
_FEWEST_HITS = 0.7

# What a model must do with the right passages before it. Of the stand-in nothing is asked.
_FEWEST_FACTS = 0.8
_FEWEST_REFUSALS = 1.0


def evaluation_asset(settings: Settings) -> dg.AssetsDefinition:
    """The asset with its checks, none of which blocks anything."""

    @dg.asset(
        key=_KEY,
        group_name="assistant",
        kinds={"gemini"},
        pool="gemini",
        check_specs=[
            dg.AssetCheckSpec(name, asset=_KEY)
            for name in ("retrieval", "facts", "refusals", "quotes")
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
            outcomes = evaluate(model, meter, store, embedder, known_questions(), pages)
        return dg.MaterializeResult(
            metadata={
                "answered_by": dg.MetadataValue.text(gemini.model if gemini else NAME),
                "embedded_by": dg.MetadataValue.text(embedder.model),
                "estimated_cost_usd": dg.MetadataValue.float(meter.cost_usd),
                "questions": _table(outcomes),
            },
            check_results=_results(outcomes, is_model=gemini is not None),
        )

    return evaluation


def _results(outcomes: list[Outcome], is_model: bool) -> list[dg.AssetCheckResult]:
    with_fact = [outcome for outcome in outcomes if outcome.known.fact]
    without = [outcome for outcome in outcomes if not outcome.known.fact]
    hits, plain, facts, refused, unproved = (
        _share([o.hit for o in with_fact]),
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
            f"{hits:.0%} of facts are in the first {HIT_DEPTH} passages",
            {"hit_at_4": hits},
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
            f"{unproved} answers quoted what does not stand in a passage, and did not count{note}",
            {"unproved": unproved},
        ),
    ]


def _result(name: str, passed: bool, told: str, figures: dict[str, float]) -> dg.AssetCheckResult:
    return dg.AssetCheckResult(
        check_name=name,
        passed=passed,
        severity=dg.AssetCheckSeverity.WARN,
        description=told,
        metadata=dict(figures),
    )


def _table(outcomes: list[Outcome]) -> dg.TableMetadataValue:
    return dg.MetadataValue.table(
        [
            dg.TableRecord(
                {
                    "question": o.known.question,
                    "fact": o.known.fact or "–",
                    "found": o.hit,
                    "without_documents": o.plain,
                    "with_documents": o.grounded if o.known.fact else not o.answered,
                }
            )
            for o in outcomes
        ]
    )


def _share(found: list[bool]) -> float:
    return sum(found) / len(found)
