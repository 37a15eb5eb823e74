"""The tools that change no table, file or pipeline. Their docstrings are what a model reads.

No ``from __future__ import annotations`` here: the SDK reads these signatures.
"""

from dataclasses import dataclass
from math import isfinite
from typing import Annotated, Literal

from pydantic import Field

from taxi_assets.assistant.chat.question import require_question
from taxi_assets.assistant.copilot.proof import Proof
from taxi_assets.assistant.copilot.writing import current_text, difference
from taxi_assets.assistant.data.question import run_checked
from taxi_assets.assistant.knowledge.embedder import LocalEmbedder
from taxi_assets.assistant.knowledge.refresh import refresh_cheaply
from taxi_assets.assistant.knowledge.store import store_of
from taxi_assets.automation.audits import file_to_audit
from taxi_assets.automation.backfill_list import BackfillLine, list_backfills
from taxi_assets.automation.instance import open_instance
from taxi_assets.errors import AssistantError
from taxi_assets.lake.resource import lake_of
from taxi_assets.mcp.pipelines import pipeline_path, proved
from taxi_assets.query.database import (
    Database,
    database_of,
    loaded_months,
    ranges,
    tables_of,
)
from taxi_assets.query.dictionary import described
from taxi_assets.query.limits import MOST_ROWS
from taxi_assets.report.check_states import CheckState, check_states
from taxi_assets.settings import Settings
from taxi_assets.source.catalog import Catalog
from taxi_assets.status.coverage import Coverage, coverage
from taxi_assets.trips.datasets import DATASETS
from taxi_assets.trips.month import Month
from taxi_assets.warehouse.full_audit import Finding, audit_month
from taxi_assets.warehouse.registry import warehouses_of

_MOST_LINES = 500
_OR_ALL = ", or all"
LONGEST_NAME = 60
"""Of a name that an answer repeats, in characters."""

Taxi = Annotated[str, Field(description="A taxi, such as green, or all.")]
MonthText = Annotated[str, Field(pattern=r"^[0-9]{4}-[0-9]{2}$", description="Such as 2021-03.")]
WarehouseName = Literal["duckdb", "postgres", "bigquery"]


@dataclass(frozen=True)
class FoundPassage:
    """A passage of the documents."""

    source: str
    heading: str
    text: str


@dataclass(frozen=True)
class SearchResult:
    """Passages, the best first; where fits is false, they are probably not about the question."""

    fits: bool
    passages: list[FoundPassage]


@dataclass(frozen=True)
class TableList:
    """The tables of a warehouse, and the months that are loaded of each taxi."""

    warehouse: str
    loaded: dict[str, str]
    tables: dict[str, dict[str, object]]


@dataclass(frozen=True)
class QueryResult:
    """Rows, whether there are more, and months that the query names and that are not loaded."""

    columns: list[str]
    rows: list[list[object]]
    cut: bool
    not_loaded: str
    loaded: str


@dataclass(frozen=True)
class PipelineCheck:
    """What a pipeline file would define, and how it differs from the one that is there."""

    file: str
    diff: str
    proof: Proof


@dataclass(frozen=True)
class ReadingTools:
    """The tools, by the settings that hold."""

    settings: Settings

    def search_docs(
        self, question: str, most: Annotated[int, Field(ge=1, le=20)] = 5
    ) -> SearchResult:
        """Search this project's documentation: commands, settings, columns, limits, deployment.

        Ask in whole words, in English where you can. Look here before you explain how to do
        something with taxi-assets.
        """
        question = require_question(question)
        store, embedder = store_of(self.settings), LocalEmbedder()
        refresh_cheaply(self.settings, store)
        store.embed(embedder)
        found = store.search(question, embedder, most)
        return SearchResult(
            found.fits,
            [FoundPassage(p.chunk.source, p.chunk.heading, p.chunk.text) for p in found.passages],
        )

    def status(self, taxi: Taxi = "all") -> list[Coverage]:
        """List every month: rows in the lake, in each warehouse, as published, and if they agree.

        With BigQuery among the warehouses this reads a column of each table, which is billed.
        """
        datasets = list(DATASETS.values()) if taxi == "all" else [DATASETS[_known(taxi, _OR_ALL)]]
        return coverage(self.settings, datasets)

    def list_tables(self, warehouse: WarehouseName | None = None) -> TableList:
        """List the tables with the types and meanings of columns, and the months that are loaded.

        Call this before you write a query. A few real values of codes are given.
        """
        database = self._database(warehouse)
        tables = tables_of(database)
        loaded = loaded_months(database, tables)
        return TableList(
            database.dialect,
            {taxi: ranges(list(months)) for taxi, months in loaded.items()},
            described(database, tables),
        )

    def query(
        self,
        sql: str,
        warehouse: WarehouseName | None = None,
        most_rows: Annotated[int, Field(ge=1, le=1000)] = MOST_ROWS,
    ) -> QueryResult:
        """Run one SELECT over the tables: read-only, 30 seconds by default, 1 MB of rows.

        A query about months none of which is loaded is refused and says so: tell the user that,
        not that the number is 0. Say which months are missing where not_loaded names some.
        """
        database = self._database(warehouse)
        tables = tables_of(database)
        loaded = loaded_months(database, tables)
        rows, missing = run_checked(database, tables, loaded, sql, {}, most_rows)
        found = {taxi: ranges(list(months)) for taxi, months in loaded.items()}
        return QueryResult(
            rows.columns,
            [[_in_json(value) for value in row] for row in rows.rows],
            rows.cut,
            missing,
            "; ".join(f"{taxi} {months}" for taxi, months in found.items()) or "none",
        )

    def check_results(
        self, taxi: Taxi = "all", month: MonthText | None = None, only_bad: bool = True
    ) -> list[CheckState]:
        """List how the asset checks ended last, as Dagster recorded it; nothing is run.

        By default only those that failed or never ended.
        """
        from taxi_assets.definitions import build_definitions

        wanted = month and str(Month.parse(month))
        keys = build_definitions(self.settings).resolve_asset_graph().asset_check_keys
        with open_instance(self.settings) as instance:
            states = check_states(instance, keys)
        found = [
            state
            for state in states
            if (taxi == "all" or f"/{_known(taxi, _OR_ALL)}_" in state.asset)
            and (wanted is None or state.month == wanted)
            and not (only_bad and state.state == "passed" and state.current)
        ]
        return found[:_MOST_LINES]

    def audit(self, taxi: str, month: MonthText) -> list[Finding]:
        """Read a month's file anew, and hold its rows and records in every warehouse against it.

        This says whether the data of a month can be trusted, and if not, which side was changed. It
        takes seconds to a minute. With BigQuery it reads the month's rows, which is billed.
        """
        dataset = DATASETS[_known(taxi)]
        file = file_to_audit(Catalog(self.settings), dataset, Month.parse(month))
        lake, warehouses = lake_of(self.settings), warehouses_of(self.settings)
        return audit_month(lake, warehouses, file, keep=False)

    def backfills(self) -> list[BackfillLine]:
        """List the newest backfills: how far each is, and which months failed."""
        with open_instance(self.settings) as instance:
            return list_backfills(instance)

    def validate_pipeline(self, name: str, text: str) -> PipelineCheck:
        """Load a pipeline file (YAML) in a copy of the project, and say what it would define.

        Nothing is written or run. The sorts of files and their keys stand in the page
        docs/components.md: search_docs finds it. Show the user diff, and what it would do.
        """
        path = pipeline_path(self.settings, name)
        proof = proved(self.settings, path, text)
        return PipelineCheck(str(path), difference(path, current_text(path), text), proof)

    def _database(self, warehouse: WarehouseName | None) -> Database:
        return database_of(self.settings, warehouse)


def _known(taxi: str, further: str = "") -> str:
    if taxi not in DATASETS:
        raise AssistantError(
            f"there is no taxi {taxi[:LONGEST_NAME]!r}",
            f"name one of {', '.join(DATASETS)}{further}",
        )
    return taxi


def _in_json(value: object) -> object:
    """The value; a number that JSON does not have as text: it would become null."""
    return str(value) if isinstance(value, float) and not isfinite(value) else value
