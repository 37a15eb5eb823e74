"""Runs jobs in BigQuery, with labels and limits, and adds up their cost.

A job that changes something runs only once, even if it is submitted twice.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count, islice
from typing import IO, TYPE_CHECKING, TypeVar, cast

from taxi_assets.errors import TransientError
from taxi_assets.sql.statements import Statement
from taxi_assets.warehouse.bigquery.failures import explained
from taxi_assets.warehouse.bigquery.parameters import Bound, parameter
from taxi_assets.warehouse.bigquery.place import BigQueryPlace
from taxi_assets.warehouse.session import Row

if TYPE_CHECKING:
    from google.cloud.bigquery import LoadJob, LoadJobConfig, QueryJob, QueryJobConfig


LABELS = {"managed-by": "taxi-assets"}
"""The labels of everything that this project creates and runs."""

_PRICE_PER_TIB_USD = 6.25
"""On-demand queries in the US, https://cloud.google.com/bigquery/pricing. The first tebibyte of a
month is free. Load jobs cost nothing."""

REQUEST_SECONDS = 60.0
"""How long to wait for the answer to one submission, before it is sent again."""

# A chunk of an upload is sent again so many times before the whole upload begins anew.
_CHUNK_RETRIES = 3
_FIRST_PAUSE_SECONDS = 0.5
_LONGEST_PAUSE_SECONDS = 20.0
_MILLISECONDS = 1000

_Job = TypeVar("_Job", "QueryJob", "LoadJob")


@dataclass
class Script:
    """Statements that run one after the other in one job, and the values that they bind."""

    statements: list[Statement]
    values: Mapping[str, Bound]


@dataclass
class Cost:
    """The cost of some jobs.

    Attributes:
        bytes_billed: bytes billed for queries; load jobs are free of charge.
        slot_milliseconds: time of BigQuery's workers.
    """

    bytes_billed: int = 0
    slot_milliseconds: int = 0

    @property
    def price_usd(self) -> float:
        """The on-demand price in US dollars; the free monthly amount is not deducted."""
        return self.bytes_billed / 2**40 * _PRICE_PER_TIB_USD


@dataclass
class Jobs:
    """The jobs of one piece of work, such as loading a month.

    Attributes:
        place: where they run.
        labels: what they are for; BigQuery's job list and its bill show them.
        token: names the attempt at this work. It is part of the id of each job that changes
            something: if the answer to a submission is lost, the same job is found again and does
            not run twice.
        cost: their cost so far.
    """

    place: BigQueryPlace
    labels: Mapping[str, str] = field(default_factory=dict)
    token: str = ""
    cost: Cost = field(default_factory=Cost)

    def read(self, query: Statement, values: Mapping[str, Bound] | None = None) -> list[Row]:
        """Run a query and return its rows. Times are UTC without a zone, as in every warehouse."""
        config = self._query_config(query.choose(values or {}))
        with explained(self.place):
            job = self._query(query.text, config)
            rows = list(job.result(timeout=self.place.job_seconds))
            self._count(job)
        return [tuple(map(_without_zone, row.values())) for row in rows]

    def read_batches(
        self, query: Statement, size: int
    ) -> tuple[dict[str, str], Iterator[list[Row]]]:
        """Run a query; return its columns with their types, and its rows in batches."""
        with explained(self.place):
            job = self.place.client.query(query.text, job_config=self._query_config({}))
            found = job.result(timeout=self.place.job_seconds)
            self._count(job)

        def batches() -> Iterator[list[Row]]:
            with explained(self.place):
                rows = iter(found)
                while batch := list(islice(rows, size)):
                    yield [tuple(row.values()) for row in batch]

        return {column.name: column.field_type for column in found.schema}, batches()

    def estimate(self, query: Statement, values: Mapping[str, Bound]) -> int:
        """Ask BigQuery how many bytes a query would read, without running it."""
        config = self._query_config(query.choose(values))
        config.dry_run = True
        with explained(self.place):
            job = self._query(query.text, config)
        return int(job.total_bytes_processed or 0)

    def write(
        self, name: str, script: Statement | Script, values: Mapping[str, Bound] | None = None
    ) -> None:
        """Run a statement or a script that changes something.

        It is tried again after a transient error, such as a conflict with another load, until the
        place's ``wait_seconds`` are over.

        Args:
            name: what it does, for the job's id.
            script: what to run.
            values: a statement's parameters.
        """
        if isinstance(script, Statement):
            given = values or {}
            script = Script([script], given)
        text = ";\n".join(statement.text for statement in script.statements)
        chosen = {n: v for each in script.statements for n, v in each.choose(script.values).items()}
        config = self._query_config(chosen)
        self._run_once(name, lambda job_id: self._query(text, config, job_id))

    def load(self, name: str, rows: IO[bytes], table: str, config: LoadJobConfig) -> int:
        """Load a file into a table; free of charge.

        Args:
            name: what it does, for the job's id.
            rows: the file, which is read from its start.
            table: the table.
            config: its format, and whether the table's rows are kept.

        Returns:
            How many rows were loaded.
        """
        config.labels = self._labels()
        config.job_timeout_ms = round(self.place.job_seconds * _MILLISECONDS)
        job = self._run_once(
            name,
            lambda job_id: self.place.client.load_table_from_file(
                rows,
                self.place.reference(table),
                rewind=True,
                job_id=job_id,
                job_config=config,
                timeout=REQUEST_SECONDS,
                num_retries=_CHUNK_RETRIES,
            ),
        )
        return int(job.output_rows or 0)

    def _query(self, text: str, config: QueryJobConfig, job_id: str | None = None) -> QueryJob:
        return self.place.client.query(
            text,
            job_config=config,
            job_id=job_id,
            job_retry=None,
            retry=self.place.cloud.bigquery_retry,
            timeout=REQUEST_SECONDS,
        )

    def _run_once(self, name: str, submit: Callable[[str], _Job]) -> _Job:
        deadline = time.monotonic() + self.place.wait_seconds
        for attempt in count():
            job = self._submitted(f"taxi-assets_{name}_{self.token}_{attempt}", submit)
            try:
                with explained(self.place):
                    job.result(timeout=self.place.job_seconds)
                self._count(job)
                return job
            except TransientError:
                # If only the answer was lost, the job may still run: do not start another one.
                if not self._has_failed(job) or time.monotonic() > deadline:
                    raise
                _pause(attempt)
        raise AssertionError("attempts have no end")

    def _has_failed(self, job: QueryJob | LoadJob) -> bool:
        with explained(self.place):
            job.reload()
        self._count(job)
        return bool(job.error_result)

    def _submitted(self, job_id: str, submit: Callable[[str], _Job]) -> _Job:
        """Submit a job until there is an answer; each submission has the same id."""
        from google.api_core.exceptions import Conflict

        deadline = time.monotonic() + self.place.cloud.retry_seconds
        for attempt in count():
            try:
                with explained(self.place):
                    try:
                        return submit(job_id)
                    except Conflict:
                        # An earlier submission arrived, but its answer was lost.
                        return cast("_Job", self._sent_before(job_id, deadline))
            except TransientError:
                if time.monotonic() > deadline:
                    raise
                _pause(attempt)
        raise AssertionError("attempts have no end")

    def _sent_before(self, job_id: str, deadline: float) -> object:
        """The job of that id. BigQuery may know of it before it can be looked up."""
        from google.api_core.exceptions import NotFound

        for attempt in count():
            try:
                return self.place.client.get_job(job_id, retry=self.place.cloud.bigquery_retry)
            except NotFound:
                if time.monotonic() > deadline:
                    raise
                _pause(attempt)
        raise AssertionError("attempts have no end")

    def _count(self, job: QueryJob | LoadJob) -> None:
        self.cost.bytes_billed += getattr(job, "total_bytes_billed", None) or 0
        self.cost.slot_milliseconds += getattr(job, "slot_millis", None) or 0

    def _query_config(self, values: Mapping[str, Bound]) -> QueryJobConfig:
        from google.cloud.bigquery import QueryJobConfig

        config = QueryJobConfig(
            query_parameters=[parameter(name, value) for name, value in values.items()],
            maximum_bytes_billed=self.place.max_bytes_billed,
            labels=self._labels(),
            # A check must read the table, not a cached answer.
            use_query_cache=False,
        )
        config.job_timeout_ms = round(self.place.job_seconds * _MILLISECONDS)
        return config

    def _labels(self) -> dict[str, str]:
        return {**LABELS, **{name: value for name, value in self.labels.items() if value}}


def _pause(attempt: int) -> None:
    longest = min(_LONGEST_PAUSE_SECONDS, _FIRST_PAUSE_SECONDS * 2**attempt)
    time.sleep(random.uniform(_FIRST_PAUSE_SECONDS / 2, longest))  # noqa: S311 - spreads loads


def _without_zone(value: object) -> object:
    if isinstance(value, datetime) and value.tzinfo is not None:
        return value.astimezone(UTC).replace(tzinfo=None)
    return value
