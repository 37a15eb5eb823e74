"""The stack of docker-compose.yml with a real Docker engine: what it promises and survives.

It takes ten minutes on two busy cores, and runs where an engine and the base images are.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from playwright.sync_api import Browser, Page, expect

from taxi_assets_tests.compose_stack import PROJECT, ROOT, ComposeStack, compose_stack
from taxi_assets_tests.ui import chromium, require_chromium

SAMPLE_ROWS = 20_000
SHOWN_MS = 120_000
IMAGE = f"{PROJECT}-app:0.1.0"
IMPORT_ALL = """
import importlib, pkgutil
import dagster_docker, dagster_k8s, taxi_assets
found = [module.name for module in pkgutil.walk_packages(taxi_assets.__path__, "taxi_assets.")]
for name in found:
    importlib.import_module(name)
print(len(found))
"""
OWNERS = """
    SELECT DISTINCT relowner::regrole FROM pg_class
    WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'v', 'S')
"""


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
    with browser.new_context(
        base_url=stack.url, viewport={"width": 1400, "height": 900}
    ) as context:
        context.set_default_timeout(SHOWN_MS)
        expect.set_options(timeout=SHOWN_MS)
        page = context.new_page()
        stack.log_in(page)
        yield page


def test_people_read_and_only_the_code_writes(stack: ComposeStack) -> None:
    stack.taxi_assets("load", "green", "2019-04")
    assert dict(stack.sql("SELECT rolname, rolsuper FROM pg_roles WHERE oid > 16383")) == {
        "loader": "f",
        "reader": "f",
    }
    assert {owner for (owner,) in stack.sql(OWNERS)} == {"loader"}
    assert stack.sql("SELECT rolname, rolsuper FROM pg_roles WHERE oid > 16383", "dagster-db") == [
        ["history", "f"]
    ]
    assert {owner for (owner,) in stack.sql(OWNERS, "dagster-db")} == {"history"}

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
    for service in ("code", "webserver", "daemon", "login", "proxy", "taxi-db", "dagster-db"):
        told += stack.compose("exec", "-T", service, "sh", "-c", "cat /proc/[0-9]*/environ")
    for name, value in stack.settings.items():
        is_secret = "PASSWORD" in name or name in ("GEMINI_API_KEY", "TAXI_ALERT_WEBHOOK")
        assert not is_secret or (value not in told and value not in logs), name
    shipped = stack.run("docker", "history", "--no-trunc", IMAGE).stdout
    assert "PASSWORD" not in shipped


def test_the_image_has_all_that_the_code_imports(stack: ComposeStack) -> None:
    imported = stack.compose("exec", "-T", "code", "python", "-W", "ignore", "-c", IMPORT_ALL)
    assert int(imported) > 300


def test_the_image_is_as_large_as_the_docs_say(stack: ComposeStack) -> None:
    inspect = ("docker", "image", "inspect", "--format", "{{.Size}}")
    ours, base = (int(stack.run(*inspect, name).stdout) for name in (IMAGE, "python:3.13-slim"))
    said = re.search(r"adds\s+(\d+) MB to its base image", (ROOT / "docs/deploy.md").read_text())
    assert said is not None
    assert (ours - base) / 1e6 == pytest.approx(int(said[1]), rel=0.05)


def test_our_processes_are_not_root(stack: ComposeStack) -> None:
    for service in ("code", "webserver", "daemon", "login", "proxy", "taxi-db", "dagster-db"):
        assert stack.compose("exec", "-T", service, "id", "-u").strip() != "0", service


def test_a_month_is_loaded_by_command(stack: ComposeStack) -> None:
    stack.taxi_assets("load", "green", "2019-05")
    assert stack.rows("2019-05") == SAMPLE_ROWS
    assert "problem" not in stack.taxi_assets("doctor")


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
    assert stack.rows("2019-06") == stack.rows("2019-07") == SAMPLE_ROWS


def test_the_ui_shows_what_a_run_in_the_codes_container_printed(stack: ComposeStack) -> None:
    run = next(iter(stack.run_ids()))
    folder = f"/opt/dagster/server/storage/{run}/compute_logs"
    stack.compose(
        *("exec", "-T", "code", "sh", "-c", f"mkdir -p {folder} && echo hello > {folder}/key.out")
    )
    query = f'{{ capturedLogs(logKey: ["{run}", "compute_logs", "key"]) {{ stdout }} }}'
    assert stack.graphql(query)["capturedLogs"]["stdout"] == "hello\n"


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
