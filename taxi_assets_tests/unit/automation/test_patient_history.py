"""Dagster's history in Postgres: what is written once more, for how long, and whose fault it is."""

import importlib

import dagster as dg
import psycopg
import pytest
from dagster_postgres import PostgresEventLogStorage
from dagster_postgres.utils import DagsterPostgresException
from sqlalchemy.exc import OperationalError

from taxi_assets.automation import patient_events
from taxi_assets.automation.patient_events import PatientEvents, failed_for_history

PSYCOPG2 = importlib.import_module("psycopg2")  # it has no types
GONE = OperationalError("INSERT", {}, PSYCOPG2.OperationalError("it went away"))


class Server:
    """In place of the server: it breaks off so often."""

    def __init__(self, breaks: int, error: Exception = GONE) -> None:
        self.breaks, self.error, self.asked = breaks, error, 0

    def store(self, *_: object) -> None:
        self.asked += 1
        if self.asked <= self.breaks:
            raise self.error


@pytest.fixture
def events(monkeypatch: pytest.MonkeyPatch) -> PatientEvents:
    """A storage with little patience and no server."""
    monkeypatch.setattr(patient_events, "_PATIENCE_SECONDS", 0.1)
    monkeypatch.setattr(patient_events, "_PAUSE_SECONDS", 0.01)
    return object.__new__(PatientEvents)


def entry_of(error: Exception, *, cause: Exception | None = None) -> dg.EventLogEntry:
    """What Dagster keeps of a step that failed with an error, while it dealt with another one."""

    @dg.op
    def fails() -> None:
        try:
            if cause:
                raise cause
        finally:
            raise error

    @dg.job
    def failing() -> None:
        fails()

    with dg.DagsterInstance.ephemeral() as instance:
        run = failing.execute_in_process(instance=instance, raise_on_error=False)
        [found] = [
            each
            for each in instance.all_logs(run.run_id)
            if each.dagster_event and each.dagster_event.is_step_failure
        ]
    return found


@pytest.mark.parametrize("error", [GONE, DagsterPostgresException("too many retries")])
@pytest.mark.parametrize("name", ["store_event", "store_event_batch"])
def test_events_whose_server_breaks_off_are_written_once_more(
    events: PatientEvents, monkeypatch: pytest.MonkeyPatch, name: str, error: Exception
) -> None:
    server = Server(2, error)
    monkeypatch.setattr(PostgresEventLogStorage, name, server.store)
    event = entry_of(ValueError("the file is torn"))
    getattr(events, name)(event if name == "store_event" else [event])
    assert server.asked == 3


def test_a_server_that_stays_away_is_waited_for_once_until_it_is_back(
    events: PatientEvents, monkeypatch: pytest.MonkeyPatch
) -> None:
    def asked(server: Server) -> int:
        monkeypatch.setattr(PostgresEventLogStorage, "store_event_batch", server.store)
        if server.breaks:
            with pytest.raises(OperationalError):
                events.store_event_batch([])
        else:
            events.store_event_batch([])
        return server.asked

    away, back = 10**9, 0
    assert asked(Server(away)) > 1
    assert asked(Server(away)) == 1
    assert asked(Server(back)) == 1
    assert asked(Server(away)) > 1


@pytest.mark.parametrize(
    ("error", "cause", "for_history"),
    [
        (GONE, None, True),
        (RuntimeError("the step ended"), GONE, True),
        (DagsterPostgresException("(psycopg2.OperationalError) too many retries"), None, True),
        (psycopg.OperationalError("the warehouse went away"), None, False),
        (OperationalError("SELECT", {}, psycopg.OperationalError("went away")), None, False),
        (ValueError("psycopg2 is no file of this month"), None, False),
    ],
    ids=["history", "amid it", "out of retries", "warehouse", "warehouse 2", "other error"],
)
def test_a_step_that_failed_for_the_history_is_told_from_one_that_failed_by_itself(
    error: Exception, cause: Exception | None, for_history: bool
) -> None:
    assert failed_for_history(entry_of(error, cause=cause)) is for_history
