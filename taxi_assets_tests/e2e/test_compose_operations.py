"""The stack of docker-compose.yml in operation: stopped, killed, backed up, restored, upgraded.

It takes half an hour on two busy cores, and runs where a Docker engine and the base images are.
"""

from __future__ import annotations

import base64
import csv
import gzip
import io
import os
import random
import re
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from taxi_assets.trips.datasets import DATASETS
from taxi_assets.trips.month import Month
from taxi_assets_tests.command_line import rows_in
from taxi_assets_tests.compose_stack import PROJECT, ComposeStack, compose_stack
from taxi_assets_tests.ui import wait_until

SAMPLE_ROWS = 20_000
BACKFILL_SECONDS = 1_800
GREEN = DATASETS["green"]
YEAR = [f"2020-{month:02}" for month in range(1, 13)]
BACK = """
import dagster as dg
from dagster._core.storage.sql import run_alembic_downgrade
from dagster_postgres.run_storage import run_storage
from dagster_postgres.utils import pg_alembic_config

config = pg_alembic_config(run_storage.__file__)
with dg.DagsterInstance.get() as instance, instance.run_storage.connect() as connection:
    run_alembic_downgrade(config, connection, "-1")
"""
IMAGE = f"{PROJECT}-app:0.1.0"
DIGEST = """
    SELECT filename, count(*), sum(('x' || left(md5(t::text), 8))::bit(32)::bigint)
    FROM green_tripdata AS t GROUP BY filename ORDER BY filename
"""
ROUNDS = int(os.environ.get("SOAK_ROUNDS", "20"))
SEED = int(os.environ.get("SOAK_SEED", random.randrange(10**6)))
LONGEST_SECONDS = 40.0
HIT = ("code", "daemon", "webserver", "dagster-db", "taxi-db")
STOPPED: tuple[list[str], ...] = (
    ["daemon"],  # while it submits
    ["daemon"],
    ["code"],
    ["webserver", "daemon", "code"],
    [],  # everything
)


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ComposeStack]:
    with compose_stack(tmp_path_factory.mktemp("stack"), SAMPLE_ROWS) as running:
        running.taxi_assets("load", "green", "2019-05")
        yield running


def test_history_outlives_restart_and_down(stack: ComposeStack) -> None:
    before = stack.run_ids()
    assert before

    stack.compose("restart")
    assert stack.run_ids() == before

    stack.compose("down")
    stack.up()
    assert stack.run_ids() == before
    assert stack.rows("2019-05") == SAMPLE_ROWS


def test_a_stop_lets_the_run_in_progress_end(stack: ComposeStack) -> None:
    backfill = stack.backfill("2018-01", "2018-02")
    wait_until(lambda: "STARTED" in stack.states(backfill), BACKFILL_SECONDS, "a run to start")

    stack.compose("down")
    stack.up()

    wait_until(lambda: stack.is_over(backfill), BACKFILL_SECONDS, "the backfill to end")
    assert set(stack.states(backfill)) == {"SUCCESS"}


def test_a_backup_brings_back_rows_files_and_history(stack: ComposeStack, tmp_path: Path) -> None:
    runs, rows = stack.run_ids(), stack.rows("2019-05")
    stack.run("deploy/backup", str(tmp_path / "backup"))
    stack.sql("DROP TABLE green_tripdata CASCADE")
    stack.sql("CREATE TABLE came_after ()")
    stack.compose("exec", "-T", "code", "rm", "-r", "/data/lake/green")

    stack.run("deploy/restore", str(tmp_path / "backup"))

    assert stack.rows("2019-05") == rows
    assert stack.sql("SELECT to_regclass('came_after')") == [[""]]
    assert "2019-05" in _files(stack)
    assert stack.run_ids() == runs


def test_a_backup_is_rehearsed_and_restored_on_an_empty_machine(
    stack: ComposeStack, tmp_path: Path
) -> None:
    for statement in (
        "CREATE ROLE analyst LOGIN PASSWORD 'e2e-analyst-8'",
        "GRANT SELECT ON green_tripdata TO analyst",
        "ALTER DATABASE ny_taxi SET work_mem = '12MB'",
    ):
        stack.sql(statement)
    digest, runs = stack.sql(DIGEST), stack.run_ids()
    folder = str(tmp_path / "backup")
    stack.run("deploy/backup", folder)

    said = stack.run("deploy/rehearse", folder).stderr
    assert re.search(r"can be restored: \d+ months with all rows that the ledger says", said)
    assert stack.sql("SELECT datname FROM pg_database WHERE datname = 'rehearsal'") == []

    stack.compose("down", "--volumes")
    stack.run("deploy/restore", folder)
    stack.up()

    assert stack.sql(DIGEST) == digest
    assert stack.sql("SHOW work_mem") == [["12MB"]]
    assert stack.run_ids() == runs
    with stack.connect("analyst", "e2e-analyst-8") as analyst:
        assert analyst.execute("SELECT count(*) > 0 FROM green_tripdata").fetchone() == (True,)
    stack.taxi_assets("load", "green", "2019-05")


def test_a_backup_that_cannot_be_restored_changes_nothing(
    stack: ComposeStack, tmp_path: Path
) -> None:
    folder = tmp_path / "backup"
    stack.run("deploy/backup", str(folder), "--without-files")
    dump = folder / "dagster.dump"
    dump.write_bytes(dump.read_bytes()[:-2_000])
    digest, code = stack.sql(DIGEST), stack.process("code")

    failed = stack.run("deploy/restore", str(folder), check=False)

    assert failed.returncode != 0
    assert "what was running before goes on" in failed.stderr
    assert (stack.sql(DIGEST), stack.process("code")) == (digest, code)
    assert stack.sql("SELECT datname FROM pg_database WHERE datname = 'restored'") == []


def test_an_upgrade_changes_the_schema_of_dagsters_storage(
    stack: ComposeStack, tmp_path: Path
) -> None:
    runs = stack.run_ids()
    (newest,) = stack.sql("SELECT version_num FROM alembic_version", "dagster-db")
    stack.compose("exec", "-T", "code", "python", "-c", BACK)
    assert stack.sql("SELECT version_num FROM alembic_version", "dagster-db") != [newest]

    stack.run("deploy/upgrade", str(tmp_path / "before"))

    assert stack.sql("SELECT version_num FROM alembic_version", "dagster-db") == [newest]
    assert (tmp_path / "before" / "dagster.dump").stat().st_size > 0
    stack.up()
    assert stack.run_ids() == runs


def test_an_image_is_rolled_back(stack: ComposeStack) -> None:
    previous = f"{PROJECT}-app:previous"
    image_id = ("docker", "image", "inspect", "--format", "{{.Id}}")
    newer = stack.run(*image_id, IMAGE).stdout
    labelled = f"FROM {IMAGE}\nLABEL older=yes\n"
    stack.run("sh", "-c", f"printf '{labelled}' | docker build --quiet --tag {previous} -")
    older = stack.run(*image_id, previous).stdout

    stack.run("deploy/rollback")

    (code,) = stack.compose("ps", "--quiet", "code").split()
    assert stack.run("docker", "inspect", "--format", "{{.Image}}", code).stdout == older
    stack.run("deploy/rollback")
    assert stack.run(*image_id, IMAGE).stdout == newer


def test_a_backfill_goes_on_after_every_graceful_stop(stack: ComposeStack) -> None:
    backfill = stack.backfill("2017-01", "2017-12")
    for stopped in STOPPED:
        done = stack.succeeded(backfill)
        wait_until(
            lambda done=done: stack.states(backfill) and stack.succeeded(backfill) >= done,  # type: ignore[misc]
            BACKFILL_SECONDS,
            "the backfill to go on",
        )
        stack.compose("stop", *stopped)
        stack.up()
    wait_until(lambda: stack.is_over(backfill), BACKFILL_SECONDS, "the backfill to end")

    assert set(stack.states(backfill)) == {"SUCCESS"}
    assert "complete: 12 of 12 months loaded" in stack.taxi_assets("backfills")


def test_a_backfill_ends_complete_whatever_is_killed_meanwhile(stack: ComposeStack) -> None:
    if os.geteuid():
        pytest.skip("only root may kill the processes of containers")
    backfill = stack.backfill(YEAR[0], YEAR[-1])
    for service in ("code", "dagster-db", "taxi-db", "daemon", "webserver", "proxy", "pgadmin"):
        done = stack.succeeded(backfill)
        wait_until(
            lambda done=done: stack.succeeded(backfill) > done or stack.is_over(backfill),  # type: ignore[misc]
            BACKFILL_SECONDS,
            "another month",
        )
        stack.kill(service)
    wait_until(lambda: stack.is_over(backfill), BACKFILL_SECONDS, "the backfill to end")

    files = _files(stack)
    for month in YEAR:
        assert _rows_of_table(stack, month) == files[month], month


@pytest.mark.long
@pytest.mark.parametrize("number", range(ROUNDS))
def test_no_month_is_lost_whatever_is_stopped_or_killed_and_when(
    stack: ComposeStack, number: int
) -> None:
    dice = random.Random(SEED + number)
    first = Month.parse("2021-01").plus(3 * number)  # of other tests are none of these
    backfill = stack.backfill(str(first), str(first.plus(2)))

    pause, service = dice.uniform(0, LONGEST_SECONDS), dice.choice(HIT)
    is_kill = dice.random() < 0.5 and os.geteuid() == 0
    time.sleep(pause)  # the moment is what is tried here, no condition
    if is_kill:
        stack.kill(service)
    else:
        stack.compose("stop", service)
        stack.up()

    wait_until(lambda: stack.is_over(backfill), BACKFILL_SECONDS, "the backfill to end")
    played = f"seed {SEED}, round {number}: {pause:.0f} s, {service}, kill: {is_kill}"
    told = stack.taxi_assets("backfills")
    ours = next(line for line in told.splitlines() if backfill in line)
    assert "complete: 3 of 3 months loaded" in ours, f"{played}\n{told}"


def _files(stack: ComposeStack) -> dict[str, Counter[tuple[object, ...]]]:
    """The typed rows of each green file in the lake."""
    (container,) = stack.compose("ps", "--quiet", "code").split()
    archive = stack.run("docker", "exec", container, "sh", "-c", "ls /data/lake/green").stdout
    found = {}
    for name in archive.split():
        if match := re.fullmatch(r"green_tripdata_(\d{4}-\d\d)\.synthetic\.csv\.gz", name):
            path = f"/data/lake/green/{name}"
            encoded = stack.run("docker", "exec", container, "base64", path).stdout
            found[match[1]] = rows_in(base64.b64decode(encoded), GREEN)
    return found


def _rows_of_table(stack: ComposeStack, month: str) -> Counter[tuple[object, ...]]:
    """The typed rows of a month in Postgres."""
    columns = ", ".join(column.name for column in GREEN.csv_columns)
    name = f"green_tripdata_{month}.synthetic.csv"
    text = stack.compose(
        *("exec", "-T", "taxi-db", "psql", "--username", "taxi", "--dbname", "ny_taxi", "-c"),
        f"COPY (SELECT {columns} FROM green_tripdata WHERE filename = '{name}') TO STDOUT CSV",
    )
    lines = list(csv.reader(io.StringIO(GREEN.csv_header + "\n" + text)))
    buffer = io.StringIO()
    csv.writer(buffer).writerows(lines)
    return rows_in(gzip.compress(buffer.getvalue().encode()), GREEN)
