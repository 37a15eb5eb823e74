"""Events of runs, kept although the server of Dagster's history is killed or started meanwhile.

Dagster waits for a server that does not answer, some ten seconds, but not where an open connection
breaks amid a statement: the step fails then, whose rows may be there already, and nobody runs it
again. So an event is written once more; and a step that failed for the history alone is marked, for
its run to be retried as one whose process died.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence

import dagster as dg
from dagster_postgres import (
    DagsterPostgresStorage,
    PostgresEventLogStorage,
    PostgresRunStorage,
    PostgresScheduleStorage,
)
from dagster_postgres.utils import DagsterPostgresException
from dagster_shared.error import SerializableErrorInfo
from sqlalchemy.exc import OperationalError

from taxi_assets.automation.dagster_internals import ConfigurableClassData
from taxi_assets.automation.run_tags import RETRY_STEPS_TAG

_PATIENCE_SECONDS = 60.0
_PAUSE_SECONDS = 1.0
_BROKEN = (OperationalError, DagsterPostgresException)
_NAMES = frozenset(error.__name__ for error in _BROKEN)
_log = logging.getLogger(__name__)


class PatientStorage(DagsterPostgresStorage):
    """Dagster's storage in Postgres, but for its events."""

    def __init__(self, postgres_url: str, inst_data: ConfigurableClassData | None = None) -> None:
        # As the class above it does.
        self.postgres_url, self.should_autocreate_tables = postgres_url, True
        self._inst_data = inst_data
        self._run_storage = PostgresRunStorage(postgres_url)
        self._event_log_storage = PatientEvents(postgres_url)
        self._schedule_storage = PostgresScheduleStorage(postgres_url)
        super(DagsterPostgresStorage, self).__init__()  # type: ignore[no-untyped-call]


class PatientEvents(PostgresEventLogStorage):
    """Dagster's storage of events, which waits for its server; once, where it stays away."""

    _is_lost = False

    def store_event(self, event: dg.EventLogEntry) -> None:
        """Store an event; where that took a second try, it may be there twice."""
        if failed_for_history(event):
            self._patiently(lambda: self._mark(event.run_id))
        self._patiently(lambda: super(PatientEvents, self).store_event(event))

    def store_event_batch(self, events: Sequence[dg.EventLogEntry]) -> None:
        """Store several."""
        self._patiently(lambda: super(PatientEvents, self).store_event_batch(events))

    def _mark(self, run_id: str) -> None:
        self._instance.add_run_tags(run_id, {RETRY_STEPS_TAG: "true"})

    def _patiently(self, store: Callable[[], None]) -> None:
        end = time.monotonic() + (0 if self._is_lost else _PATIENCE_SECONDS)
        while True:
            try:
                store()
            except _BROKEN as error:
                if time.monotonic() >= end:
                    self._is_lost = True
                    raise
                name = type(error).__name__  # its text quotes what was to be written
                _log.warning("Dagster's history broke off (%s), and is written once more", name)
                time.sleep(_PAUSE_SECONDS)
            else:
                self._is_lost = False
                return


def failed_for_history(event: dg.EventLogEntry) -> bool:
    """Whether an event says that a step failed because Dagster's history broke off.

    The warehouse in Postgres has another driver, and its errors other names.
    """
    found = event.dagster_event
    if found is None or not found.is_step_failure:
        return False
    error: SerializableErrorInfo | None = found.step_failure_data.error
    while error is not None:
        if error.cls_name in _NAMES and "psycopg2" in error.message:
            return True
        error = error.cause or error.context
    return False
