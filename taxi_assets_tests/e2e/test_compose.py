"""The stack of docker-compose.yml with a real Docker engine: what it promises and survives.

It takes twenty minutes on two busy cores, and runs where an engine and the base images are.
"""

from __future__ import annotations

import base64
import csv
import gzip
import io
import os
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
import requests
from playwright.sync_api import Browser, Page, expect

from taxi_assets.trips.datasets import DATASETS
from taxi_assets_tests.command_line import rows_in
from taxi_assets_tests.compose_stack import PROJECT, ComposeStack, compose_stack
from taxi_assets_tests.other_site import attempt, other_site
from taxi_assets_tests.ui import chromium, require_chromium, wait_until

SAMPLE_ROWS = 20_000
SHOWN_MS = 120_000
BACKFILL_SECONDS = 1_800
GREEN = DATASETS["green"]
YEAR = [f"2020-{month:02}" for month in range(1, 13)]
BACKFILL = """
{ partitionBackfillOrError(backfillId: "%s") { ... on PartitionBackfill { status } }
  runsOrError(filter: {tags: [{key: "dagster/backfill", value: "%s"}]}) {
    ... on Runs { results { status tags { key value } } } } }
"""
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
POOLS = "{ instance { concurrencyLimits { concurrencyKey slotCount } } }"
DIGEST = """
    SELECT filename, count(*), sum(('x' || left(md5(t::text), 8))::bit(32)::bigint)
    FROM green_tripdata AS t GROUP BY filename ORDER BY filename
"""
STOPPED: tuple[list[str], ...] = (
    ["daemon"],  # while it submits
    ["daemon"],
    ["code"],
    ["webserver", "daemon", "code"],
    [],  # everything
)
OWNERS = """
    SELECT DISTINCT relowner::regrole FROM pg_class
    WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'v', 'S')
"""
RUNS = "{ runsOrError { ... on Runs { results { runId status } } } }"


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ComposeStack]:
    with compose_stack(tmp_path_factory.mktemp("stack"), SAMPLE_ROWS) as running:
        yield running


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium(require_chromium()) as running:
        yield running


@pytest.fixture
def page(stack: ComposeStack, browser: Browser) -> Iterator[Page]:
    """A page of somebody who is logged in."""
    name, password = stack.login
    with browser.new_context(
        base_url=stack.url,
        viewport={"width": 1400, "height": 900},
        http_credentials={"username": name, "password": password},
    ) as context:
        context.set_default_timeout(SHOWN_MS)
        expect.set_options(timeout=SHOWN_MS)
        yield context.new_page()


def test_nobody_gets_in_without_the_login(stack: ComposeStack) -> None:
    def status(login: tuple[str, str] | None, **headers: str) -> int:
        return requests.get(
            f"{stack.url}/server_info", auth=login, headers=headers, timeout=60
        ).status_code

    assert status(None) == 401
    assert status((stack.login[0], "example-ui-password")) == 401
    assert status(stack.login) == 200
    assert status(stack.login, Origin=stack.url) == 200
    assert status(stack.login, Origin="http://other.example.org") == 403


def test_pages_of_other_sites_get_nothing_done_after_the_login(
    stack: ComposeStack, page: Page
) -> None:
    page.goto("/")
    expect(page).to_have_title(re.compile("."))
    with other_site() as port:
        for host in ("127.0.0.1", "localhost"):
            page.goto(f"http://{host}:{port}/")
            attempt(page, stack.url)

    limits = stack.graphql(POOLS)["instance"]["concurrencyLimits"]
    assert not [limit for limit in limits if limit["slotCount"] == 7]
    question = {"query": POOLS}
    foreign = requests.post(
        f"{stack.url}/graphql",
        json=question,
        auth=stack.login,
        headers={"Host": "evil.example.org"},
        timeout=60,
    )
    assert foreign.status_code == 421


def test_people_read_and_only_the_code_writes(stack: ComposeStack) -> None:
    stack.taxi_assets("load", "green", "2019-04")
    assert dict(stack.sql("SELECT rolname, rolsuper FROM pg_roles WHERE oid > 16383")) == {
        "loader": "f",
        "reader": "f",
    }
    assert {owner for (owner,) in stack.sql(OWNERS)} == {"loader"}

    with stack.connect("reader", stack.reader_password) as reader:
        reader.autocommit = True
        reader.execute("SET default_transaction_read_only = off")
        assert reader.execute("SELECT count(*) > 0 FROM green_tripdata").fetchone() == (True,)
        for forbidden in (
            "DELETE FROM green_tripdata",
            "CREATE TABLE mine ()",
            "COPY (SELECT 1) TO PROGRAM 'true'",
        ):
            with pytest.raises(psycopg.Error):
                reader.execute(forbidden)
    with pytest.raises(psycopg.OperationalError, match="rejects connection"):
        stack.connect("taxi", stack.settings["STACK_TAXI_DB_PASSWORD"])


def test_what_the_superuser_made_before_there_were_roles_goes_to_the_loader(
    stack: ComposeStack,
) -> None:
    stack.sql("CREATE TABLE older (id int GENERATED ALWAYS AS IDENTITY, at serial)")
    stack.sql("CREATE VIEW of_older AS SELECT id FROM older")
    stack.sql("CREATE FUNCTION answer() RETURNS int LANGUAGE sql AS 'SELECT 42'")

    stack.compose("restart", "taxi-db")
    stack.up()

    assert {owner for (owner,) in stack.sql(OWNERS)} == {"loader"}
    assert stack.sql("SELECT proowner::regrole FROM pg_proc WHERE proname = 'answer'") == [
        ["loader"]
    ]
    stack.sql("DROP TABLE older CASCADE")
    stack.sql("DROP FUNCTION answer()")


def test_a_changed_password_takes_effect(stack: ComposeStack) -> None:
    before = stack.reader_password, stack.pgadmin_login
    stack.reader_password = "e2e-another-reader-4"
    stack.pgadmin_login = (stack.pgadmin_login[0], "e2e-another-pgadmin-5")
    stack.configure(
        STACK_READER_PASSWORD=stack.reader_password, STACK_PGADMIN_PASSWORD=stack.pgadmin_login[1]
    )

    stack.compose("up", "--detach", "--force-recreate", "--wait")

    stack.connect("reader", stack.reader_password).close()
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        stack.connect("reader", before[0])
    assert stack.log_in_to_pgadmin(*stack.pgadmin_login) is not None
    assert stack.log_in_to_pgadmin(*before[1]) is None


def test_no_password_is_in_an_image_or_in_what_docker_tells(stack: ComposeStack) -> None:
    containers = stack.compose("ps", "--all", "--quiet").split()
    told = stack.run("docker", "inspect", *containers, IMAGE).stdout
    logs = stack.compose("logs")
    for service in ("code", "webserver", "daemon", "proxy", "taxi-db", "dagster-db"):
        told += stack.compose("exec", "-T", service, "sh", "-c", "cat /proc/[0-9]*/environ")
    for name, value in stack.settings.items():
        is_secret = "PASSWORD" in name or name in ("GEMINI_API_KEY", "TAXI_ALERT_WEBHOOK")
        assert not is_secret or (value not in told and value not in logs), name
    shipped = stack.run("docker", "history", "--no-trunc", IMAGE).stdout
    assert "PASSWORD" not in shipped


def test_our_processes_are_not_root(stack: ComposeStack) -> None:
    for service in ("code", "webserver", "daemon", "proxy", "taxi-db", "dagster-db"):
        assert stack.compose("exec", "-T", service, "id", "-u").strip() != "0", service


def test_a_month_is_loaded_by_command(stack: ComposeStack) -> None:
    stack.taxi_assets("load", "green", "2019-05")
    assert _rows(stack, "2019-05") == SAMPLE_ROWS


def test_months_are_loaded_in_the_ui(stack: ComposeStack, page: Page) -> None:
    page.goto("/locations/taxi_assets/jobs/load_green")
    page.get_by_role("button", name="Materialize all").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("textbox").fill("[2019-06...2019-07]")
    dialog.get_by_role("textbox").press("Enter")
    dialog.get_by_role("button", name="Launch backfill", exact=True).click()
    expect(dialog).to_be_hidden()

    page.goto("/runs?view=backfills")
    expect(page.get_by_text("Success", exact=True)).to_be_visible(timeout=600_000)
    assert _rows(stack, "2019-06") == _rows(stack, "2019-07") == SAMPLE_ROWS


def test_the_taxi_database_takes_its_password_only(stack: ComposeStack) -> None:
    stack.connect("reader", stack.reader_password).close()
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        stack.connect("reader", "example-reader-password")


def test_pgadmin_lists_the_table(stack: ComposeStack) -> None:
    session = stack.log_in_to_pgadmin(*stack.pgadmin_login)
    assert session is not None
    with session:
        groups = session.get(f"{stack.pgadmin_url}/browser/nodes/", timeout=60).json()["data"]
        group = next(node for node in groups if node["label"] == "taxi_assets")
        base = f"{stack.pgadmin_url}/browser"
        servers = session.get(f"{base}/server/nodes/{group['_id']}/", timeout=60).json()
        (server,) = servers["result"]
        assert server["label"] == "ny_taxi"
        place = f"{group['_id']}/{server['_id']}"
        session.post(
            f"{base}/server/connect/{place}",
            data={"password": stack.reader_password},
            timeout=60,
        ).raise_for_status()

        def nodes(kind: str, *path: str) -> dict[str, str]:
            answer = session.get(f"{base}/{kind}/nodes/{place}/{'/'.join(path)}", timeout=60)
            return {node["label"]: str(node["_id"]) for node in answer.json()["data"]}

        database = nodes("database")["ny_taxi"]
        session.post(f"{base}/database/connect/{place}/{database}", timeout=60)
        schema = nodes("schema", database, "")["public"]
        assert "green_tripdata" in nodes("table", database, schema, "")


def test_history_outlives_restart_and_down(stack: ComposeStack) -> None:
    before = _run_ids(stack)
    assert before

    stack.compose("restart")
    assert _run_ids(stack) == before

    stack.compose("down")
    stack.up()
    assert _run_ids(stack) == before
    assert _rows(stack, "2019-05") == SAMPLE_ROWS


def test_a_stop_lets_the_run_in_progress_end(stack: ComposeStack) -> None:
    said = stack.taxi_assets("backfill", "green", "2018-01", "2018-02")
    match = re.search(r"backfill (\w+):", said)
    assert match is not None
    wait_until(lambda: "STARTED" in _states(stack, match[1]), BACKFILL_SECONDS, "a run to start")

    stack.compose("down")
    stack.up()

    wait_until(lambda: _is_over(stack, match[1]), BACKFILL_SECONDS, "the backfill to end")
    assert set(_states(stack, match[1])) == {"SUCCESS"}


def test_a_backup_brings_back_rows_files_and_history(stack: ComposeStack, tmp_path: Path) -> None:
    runs, rows = _run_ids(stack), _rows(stack, "2019-05")
    stack.run("deploy/backup", str(tmp_path / "backup"))
    stack.sql("DROP TABLE green_tripdata CASCADE")
    stack.sql("CREATE TABLE came_after ()")
    stack.compose("exec", "-T", "code", "rm", "-r", "/data/lake/green")

    stack.run("deploy/restore", str(tmp_path / "backup"))

    assert _rows(stack, "2019-05") == rows
    assert stack.sql("SELECT to_regclass('came_after')") == [[""]]
    assert "2019-05" in _files(stack)
    assert _run_ids(stack) == runs


def test_a_backup_is_rehearsed_and_restored_on_an_empty_machine(
    stack: ComposeStack, tmp_path: Path
) -> None:
    for statement in (
        "CREATE ROLE analyst LOGIN PASSWORD 'e2e-analyst-8'",
        "GRANT SELECT ON green_tripdata TO analyst",
        "ALTER DATABASE ny_taxi SET work_mem = '12MB'",
    ):
        stack.sql(statement)
    digest, runs = stack.sql(DIGEST), _run_ids(stack)
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
    assert _run_ids(stack) == runs
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
    runs = _run_ids(stack)
    (newest,) = stack.sql("SELECT version_num FROM alembic_version", "dagster-db")
    stack.compose("exec", "-T", "code", "python", "-c", BACK)
    assert stack.sql("SELECT version_num FROM alembic_version", "dagster-db") != [newest]

    stack.run("deploy/upgrade", str(tmp_path / "before"))

    assert stack.sql("SELECT version_num FROM alembic_version", "dagster-db") == [newest]
    assert (tmp_path / "before" / "dagster.dump").stat().st_size > 0
    stack.up()
    assert _run_ids(stack) == runs


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


def test_nothing_is_made_without_env(stack: ComposeStack, tmp_path: Path) -> None:
    empty = tmp_path / "empty.env"
    empty.touch()
    refused = stack.run(
        "env", f"COMPOSE_ENV_FILES={empty}", "COMPOSE_PROJECT_NAME=taxi_assets_none",
        "docker", "compose", "up", "--detach", check=False,
    )  # fmt: skip
    assert refused.returncode != 0
    assert "copy .env.example to .env" in refused.stderr
    assert "taxi_assets_none" not in stack.run("docker", "volume", "ls").stdout


def test_example_passwords_are_refused_where_others_can_connect(stack: ComposeStack) -> None:
    chosen = dict(stack.settings)
    try:
        stack.configure(STACK_ADDRESS="0.0.0.0", STACK_UI_PASSWORD="example-ui-password")
        refused = stack.run("docker", "compose", "up", "--detach", check=False)
        assert refused.returncode != 0
        assert "STACK_UI_PASSWORD has its example value" in stack.compose("logs", "prepare")
        ports = stack.run("docker", "ps", "--format", "{{.Names}} {{.Ports}}").stdout
        assert "0.0.0.0:" not in ports
    finally:
        stack.configure(**{"STACK_ADDRESS": "127.0.0.1", **chosen})
        stack.up()


def test_a_backfill_goes_on_after_every_graceful_stop(stack: ComposeStack) -> None:
    said = stack.taxi_assets("backfill", "green", "2017-01", "2017-12")
    match = re.search(r"backfill (\w+):", said)
    assert match is not None
    backfill = match[1]
    services: tuple[list[str], ...] = (
        ["daemon"],
        ["daemon"],
        ["code"],
        ["webserver", "daemon", "code"],
        [],
    )
    for stopped in services:
        done = _succeeded(stack, backfill)
        wait_until(
            lambda done=done: _states(stack, backfill) and _succeeded(stack, backfill) >= done,  # type: ignore[misc]
            BACKFILL_SECONDS,
            "the backfill to go on",
        )
        stack.compose("stop", *stopped)
        stack.up()
    wait_until(lambda: _is_over(stack, backfill), BACKFILL_SECONDS, "the backfill to end")

    assert set(_states(stack, backfill)) == {"SUCCESS"}
    assert "complete: 12 of 12 months loaded" in stack.taxi_assets("backfills")


def test_a_backfill_ends_complete_whatever_is_killed_meanwhile(stack: ComposeStack) -> None:
    if os.geteuid():
        pytest.skip("only root may kill the processes of containers")
    said = stack.taxi_assets("backfill", "green", YEAR[0], YEAR[-1])
    match = re.search(r"backfill (\w+):", said)
    assert match is not None
    backfill = match[1]
    for service in ("code", "dagster-db", "taxi-db", "daemon", "webserver", "proxy", "pgadmin"):
        done = _succeeded(stack, backfill)
        wait_until(
            lambda done=done: _succeeded(stack, backfill) > done or _is_over(stack, backfill),  # type: ignore[misc]
            BACKFILL_SECONDS,
            "another month",
        )
        stack.kill(service)
    wait_until(lambda: _is_over(stack, backfill), BACKFILL_SECONDS, "the backfill to end")

    files = _files(stack)
    for month in YEAR:
        assert _rows_of_table(stack, month) == files[month], month


def _rows(stack: ComposeStack, month: str) -> int:
    name = f"green_tripdata_{month}.synthetic.csv"
    ((count,),) = stack.sql(f"SELECT count(*) FROM green_tripdata WHERE filename = '{name}'")
    return int(count)


def _run_ids(stack: ComposeStack) -> set[str]:
    return {run["runId"] for run in stack.graphql(RUNS)["runsOrError"]["results"]}


def _states(stack: ComposeStack, backfill: str) -> list[str]:
    runs = stack.graphql(BACKFILL % (backfill, backfill))["runsOrError"]["results"]
    return [run["status"] for run in runs]


def _succeeded(stack: ComposeStack, backfill: str) -> int:
    return _states(stack, backfill).count("SUCCESS")


def _is_over(stack: ComposeStack, backfill: str) -> bool:
    state = stack.graphql(BACKFILL % (backfill, backfill))["partitionBackfillOrError"]
    return state["status"] not in ("REQUESTED", "CANCELING")


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
