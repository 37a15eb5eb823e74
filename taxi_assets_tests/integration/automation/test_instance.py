"""Where Dagster keeps its history, and what it does about transient failures."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from unittest import mock

import dagster as dg
import psycopg
import pytest
from alembic.script import ScriptDirectory
from dagster._utils.tags import TagConcurrencyLimitsCounter
from sqlalchemy import text

from taxi_assets import failures
from taxi_assets.automation.instance import SESSION_TAGS, open_instance, prepare_home
from taxi_assets.automation.open_sqlite import OpenEventStorage
from taxi_assets.definitions import build_definitions, defs
from taxi_assets.errors import SettingsError
from taxi_assets.settings import read_settings
from taxi_assets.trips.green import GREEN
from taxi_assets_tests.command_line import DataFolder, taxi_assets, wait_for
from taxi_assets_tests.fake_source import FakeSource, name_of

SHIPPED = Path(__file__).resolve().parents[3] / "dagster.yaml"


@dg.job
def _nothing() -> None:
    """Has no step."""


def test_the_history_is_kept_in_postgres_where_one_is_named(
    data: DataFolder, source: FakeSource, postgres_dsn: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TAXI_DAGSTER_POSTGRES_DSN", postgres_dsn)
    source.publish(GREEN, "2025-01", _published())

    for again in ([], ["--force"]):
        answer = taxi_assets("load", "green", "2025-01", *again)
        assert answer.exit_code == 0, answer.text

    with psycopg.connect(postgres_dsn) as connection:
        runs = connection.execute("SELECT status FROM runs").fetchall()
    assert runs == [("SUCCESS",), ("SUCCESS",)]
    assert not (data.folder / "dagster" / "history").exists()
    with open_instance(read_settings()) as instance:
        shown = str(instance.info_dict())
    assert postgres_dsn.partition(":")[2].partition("@")[0].partition(":")[2] not in shown


def test_the_history_is_kept_in_sqlite_otherwise(instance: dg.DagsterInstance) -> None:
    assert instance.get_runs() == []
    assert (read_settings().dagster_home / "history" / "runs").is_dir()


def test_another_run_s_database_is_of_the_newest_form_and_no_script_is_read_again_for_it(
    instance: dg.DagsterInstance,
) -> None:
    storage = instance.event_log_storage
    assert isinstance(storage, OpenEventStorage)
    read_again = AssertionError("the scripts were read again")
    with mock.patch.object(ScriptDirectory, "_load_revisions", side_effect=read_again):
        run = instance.create_run_for_job(_nothing)
        instance.report_engine_event("first", run)

    with storage.run_connection(run.run_id) as connection:
        form = connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one()
    assert (form, form) == storage.alembic_version()


def test_who_watches_a_run_hears_of_its_events_while_others_have_it_open(
    instance: dg.DagsterInstance,
) -> None:
    heard: list[str] = []
    run = instance.create_run_for_job(_nothing)
    instance.report_engine_event("first", run)
    instance.watch_event_logs(run.run_id, None, lambda entry, _: heard.append(entry.message))
    with dg.DagsterInstance.get() as other:
        for message in ("second", "third"):
            other.report_engine_event(message, run)
            wait_for(partial(heard.__contains__, message), f"the {message} event")


def test_dagsters_home_may_be_moved(settings_env: Path) -> None:
    """The folder in which earlier versions had a link, and in which it broke."""
    home, elsewhere = settings_env / "dagster", settings_env.parent / "elsewhere"
    home.mkdir(parents=True)
    (home / "dagster.yaml").symlink_to(os.path.relpath(SHIPPED, home))

    prepare_home(read_settings())
    home.rename(elsewhere)

    assert (elsewhere / "dagster.yaml").read_text("utf-8").endswith(SHIPPED.read_text("utf-8"))
    with dg.DagsterInstance.from_config(str(elsewhere)) as moved:
        assert not moved.telemetry_enabled


def test_an_old_copy_of_the_configuration_is_written_anew(settings_env: Path) -> None:
    config = prepare_home(read_settings()) / "dagster.yaml"
    wanted = config.read_text("utf-8")
    config.write_text(wanted + "# of an earlier version\n", "utf-8")

    prepare_home(read_settings())

    assert config.read_text("utf-8") == wanted


@pytest.mark.parametrize("is_copy", [True, False])
def test_a_configuration_of_ones_own_stays(settings_env: Path, is_copy: bool) -> None:
    config = prepare_home(read_settings()) / "dagster.yaml"
    head, rest = config.read_text("utf-8").split("\n", 1)
    own = rest if is_copy else "telemetry: {enabled: false}\n"
    assert "delete this line" in head
    config.write_text(own, "utf-8")

    prepare_home(read_settings())

    assert config.read_text("utf-8") == own


def test_runs_are_watched_and_nothing_is_sent_home(instance: dg.DagsterInstance) -> None:
    assert instance.run_retries_enabled
    assert instance.run_monitoring_enabled
    assert not instance.telemetry_enabled


def test_a_file_is_loaded_by_one_run_at_a_time(instance: dg.DagsterInstance) -> None:
    green, yellow = (
        dg.DagsterRun(f"load_{taxi}", tags={"file": f"{taxi}_tripdata_2025-01.parquet"})
        for taxi in ("green", "yellow")
    )
    queue = instance.get_concurrency_config().run_queue_config
    assert queue is not None
    beside_green = TagConcurrencyLimitsCounter(queue.tag_concurrency_limits, [green])

    assert beside_green.is_blocked(green)
    assert not beside_green.is_blocked(yellow)


@pytest.mark.parametrize("name", ["x[y]", "x?y", "x*y", "x%41y"])
def test_a_home_whose_path_dagster_misreads_is_refused(settings_env: Path, name: str) -> None:
    os.environ |= {"TAXI_SOURCE": "sample", "DAGSTER_HOME": str(settings_env / name)}

    answers = [taxi_assets("load", "green", "2020-04"), taxi_assets("doctor")]

    assert [answer.exit_code for answer in answers] == [2, 1]
    for answer in answers:
        assert f"Dagster's home is {settings_env / name}, and Dagster misreads" in answer.text
        assert "set DAGSTER_HOME" in answer.text
        assert "Trace" not in answer.text
    assert not (settings_env / name).exists()
    with pytest.raises(SettingsError, match="Dagster misreads"):
        defs()


def test_a_home_may_have_other_characters_of_urls_and_patterns(settings_env: Path) -> None:
    folder = settings_env.parent / "50% [of #taxis & é"
    os.environ |= {"TAXI_SOURCE": "sample", "TAXI_SAMPLE_ROWS": "10", "TAXI_DATA_DIR": str(folder)}
    del os.environ["DAGSTER_HOME"]

    assert taxi_assets("load", "green", "2020-04").exit_code == 0
    assert DataFolder(folder).query("SELECT count(*) FROM green_tripdata_ext") == [(10,)]
    with open_instance(read_settings()) as instance:
        assert len(instance.get_runs()) == 1
        assert not instance.telemetry_enabled


def _published() -> datetime:
    return datetime(2025, 3, 1, tzinfo=UTC)


def _load(instance: dg.DagsterInstance, attended: bool) -> dg.ExecuteInProcessResult:
    job = build_definitions(read_settings()).resolve_job_def("load_green")
    return job.execute_in_process(
        partition_key="2025-01",
        instance=instance,
        tags=SESSION_TAGS if attended else {},
        raise_on_error=False,
    )


@pytest.fixture
def hasty(data: DataFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    """Attempts follow each other at once."""
    monkeypatch.setenv("TAXI_HTTP_ATTEMPTS", "1")
    monkeypatch.setattr(failures, "_PAUSES_SECONDS", (0.01, 0.01, 0.01))


@pytest.mark.usefixtures("hasty")
def test_a_run_of_the_daemon_tries_a_source_that_is_down_a_few_times_then_says_why(
    source: FakeSource, instance: dg.DagsterInstance
) -> None:
    source.publish(GREEN, "2025-01", _published())
    source.down = True

    result = _load(instance, attended=False)

    assert not result.success
    assert source.take_asked() == [name_of(GREEN, "2025-01")] * 4
    (failure,) = result.get_step_failure_events()
    data = failure.step_failure_data.user_failure_data
    assert data is not None
    assert "HTTP 503" in str(data.description)
    assert "What to do: try again later" in str(data.description)


@pytest.mark.usefixtures("hasty")
def test_a_run_that_somebody_waits_for_tells_of_it_at_once(
    source: FakeSource, instance: dg.DagsterInstance
) -> None:
    source.down = True

    assert not _load(instance, attended=True).success

    assert len(source.take_asked()) == 1


@pytest.mark.usefixtures("hasty")
def test_what_can_only_fail_again_is_not_tried_again(
    source: FakeSource, instance: dg.DagsterInstance
) -> None:
    assert not _load(instance, attended=False).success  # HTTP 403 for a month long overdue

    assert len(source.take_asked()) == 1
