"""A server of Dagster's history that is killed amid a statement fails no run for good."""

import threading
from collections.abc import Iterator

import dagster as dg
import psycopg
import pytest
import sqlalchemy

from taxi_assets.automation.instance import open_instance
from taxi_assets.automation.run_tags import WILL_RETRY_TAG
from taxi_assets.settings import read_settings
from taxi_assets_tests.command_line import DataFolder, wait_for

WAITING = """
    SELECT pid FROM pg_stat_activity
    WHERE wait_event_type = 'Lock' AND query LIKE 'INSERT INTO event%'
"""


@pytest.fixture
def kept(
    data: DataFolder, shared_dsn: str, monkeypatch: pytest.MonkeyPatch
) -> Iterator[dg.DagsterInstance]:
    """An instance whose history that server keeps."""
    monkeypatch.setenv("TAXI_DAGSTER_POSTGRES_DSN", shared_dsn)
    with open_instance(read_settings()) as opened:
        yield opened


@dg.job
def _nothing() -> None:
    """Has no step."""


@dg.op
def breaks(context: dg.OpExecutionContext) -> None:
    """Fails as Dagster does whose connection breaks."""
    with sqlalchemy.create_engine(context.op_config).connect() as connection:
        connection.execute(sqlalchemy.text("SELECT pg_terminate_backend(pg_backend_pid())"))


@dg.op
def fails() -> None:
    """Fails by itself."""
    raise ValueError("the file is torn")


def test_an_event_whose_connection_breaks_is_written_once_more(
    kept: dg.DagsterInstance, shared_dsn: str
) -> None:
    run = kept.create_run_for_job(_nothing)
    with (
        psycopg.connect(shared_dsn, autocommit=True) as other,
        psycopg.connect(shared_dsn) as holder,
    ):
        holder.execute("LOCK TABLE event_logs IN ACCESS EXCLUSIVE MODE")
        writing = threading.Thread(target=kept.report_engine_event, args=["it is kept", run])
        writing.start()
        wait_for(lambda: other.execute(WAITING).fetchone(), "the event to wait for its table")
        other.execute(f"SELECT pg_terminate_backend(pid) FROM ({WAITING})")
        holder.rollback()
        writing.join()

    assert [entry.message for entry in kept.all_logs(run.run_id)] == ["it is kept"]


def test_a_run_whose_step_failed_for_the_history_alone_is_run_once_more(
    kept: dg.DagsterInstance, shared_dsn: str
) -> None:
    @dg.job
    def broken() -> None:
        breaks()

    @dg.job
    def failing() -> None:
        fails()

    driver = shared_dsn.replace("postgresql://", "postgresql+psycopg2://")
    config = {"ops": {"breaks": {"config": driver}}}
    ended = [
        broken.execute_in_process(config, instance=kept, raise_on_error=False),
        failing.execute_in_process(instance=kept, raise_on_error=False),
    ]

    runs = [kept.get_run_by_id(result.run_id) for result in ended]
    assert [run and run.tags[WILL_RETRY_TAG] for run in runs] == ["true", "false"]
