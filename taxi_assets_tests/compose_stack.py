"""The stack of docker-compose.yml, really run, under another name and on other ports."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
import requests
from playwright.sync_api import Page

from taxi_assets_tests.loopback import free_port
from taxi_assets_tests.ui import wait_until

ROOT = Path(__file__).resolve().parents[1]
PROJECT = f"taxi_assets_e2e_{os.getpid()}"
BASE_IMAGES = ("python:3.13-slim", "postgres:18", "dpage/pgadmin4:9", "nginx:1.28", "httpd:2.4")
UP_SECONDS = 600
"""To build the image where it is not there (two minutes), and to start: 45 s on two busy cores."""

_LOCATIONS = "{ workspaceOrError { ... on Workspace { locationEntries { loadStatus } } } }"
_BACKFILL = """
{ partitionBackfillOrError(backfillId: "%s") { ... on PartitionBackfill { status } }
  runsOrError(filter: {tags: [{key: "dagster/backfill", value: "%s"}]}) {
    ... on Runs { results { status tags { key value } } } } }
"""
_RUNS = "{ runsOrError { ... on Runs { results { runId status } } } }"


class ComposeStack:
    """A stack with passwords of its own and synthetic trips, driven as its user does."""

    def __init__(self, folder: Path, sample_rows: int) -> None:
        """Nothing runs yet.

        Args:
            folder: for its ``.env``.
            sample_rows: rows of each synthetic month.
        """
        self.login = ("taxi", "e2e-ui-5f0c7d")
        self.pgadmin_login = ("taxi@example.com", "e2e-pgadmin-81aa2")
        self.reader_password = "e2e-reader:$db\\19d3"
        ui, pgadmin, self.taxi_db_port = free_port(), free_port(), free_port()
        self.url, self.pgadmin_url = f"http://127.0.0.1:{ui}", f"http://127.0.0.1:{pgadmin}"
        self.settings = {
            "STACK_UI_USER": self.login[0],
            "STACK_UI_PASSWORD": self.login[1],
            "STACK_PGADMIN_EMAIL": self.pgadmin_login[0],
            "STACK_PGADMIN_PASSWORD": self.pgadmin_login[1],
            "STACK_TAXI_DB_PASSWORD": "e2e-taxi-db-77c1",
            "STACK_LOADER_PASSWORD": "e2e-loader:$db\\a90e",
            "STACK_READER_PASSWORD": self.reader_password,
            "STACK_DAGSTER_DB_PASSWORD": "e2e-dagster-db-0b42",
            "STACK_UI_PORT": str(ui),
            "STACK_PGADMIN_PORT": str(pgadmin),
            "STACK_TAXI_DB_PORT": str(self.taxi_db_port),
            "TAXI_SOURCE": "sample",
            "TAXI_SAMPLE_ROWS": str(sample_rows),
            "TAXI_SCHEDULES": "off",
            "GEMINI_API_KEY": "e2e-gemini-9c2f",
            "TAXI_ALERT_WEBHOOK": "http://127.0.0.1:9/e2e-hook-66d",
        }
        self.folder = folder
        self._file = folder / "stack.env"
        self._write()

    def configure(self, **settings: str) -> None:
        """Change what its ``.env`` says; it holds from the next start on."""
        self.settings.update(settings)
        self._write()

    def run(self, *command: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        """Run a program in the project's folder that works on this stack."""
        done = subprocess.run(
            command,
            cwd=ROOT,
            env=self._environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=2 * UP_SECONDS,
        )
        assert not check or done.returncode == 0, f"{command}: {done.stdout}{done.stderr}"
        return done

    def compose(self, *arguments: str) -> str:
        """Run `docker compose`; what it printed."""
        return self.run("docker", "compose", *arguments).stdout

    def taxi_assets(self, *arguments: str) -> str:
        """Run a command of ours in the container of the code."""
        return self.compose("exec", "-T", "code", "taxi-assets", *arguments)

    def sql(self, query: str, database: str = "taxi-db") -> list[list[str]]:
        """Ask one of the two databases."""
        user, name = ("taxi", "ny_taxi") if database == "taxi-db" else ("dagster", "dagster")
        ask = ["psql", "--username", user, "--dbname", name, "-At", "-c", query]
        return [line.split("|") for line in self.compose("exec", "-T", database, *ask).splitlines()]

    def connect(self, role: str, password: str, **how: Any) -> psycopg.Connection:
        """Connect to the taxi database as people do, with these parameters of libpq."""
        return psycopg.connect(
            host="127.0.0.1",
            port=self.taxi_db_port,
            user=role,
            dbname="ny_taxi",
            password=password,
            connect_timeout=30,
            **how,
        )

    def log_in(self, page: Page, path: str = "/") -> None:
        """Open a page of the UI as somebody who is logged in."""
        page.goto(f"{self.url}{path}")
        self.fill_in(page, *self.login)
        page.get_by_label("Name").wait_for(state="hidden")

    def fill_in(self, page: Page, name: str, password: str) -> None:
        """Fill in the form of the login that the page shows, and send it."""
        page.get_by_label("Name").fill(name)
        page.get_by_label("Password").fill(password)
        page.get_by_role("button", name="Log in").click()

    def log_in_to_pgadmin(self, email: str, password: str) -> requests.Session | None:
        """A session that is logged in; None where pgAdmin refuses."""
        session = requests.Session()
        login = session.get(f"{self.pgadmin_url}/login", timeout=60).text
        token = re.search(r'"csrfToken": ?"([^"]+)"|csrf_token[^>]*value="([^"]+)"', login)
        assert token is not None
        form = {"csrf_token": token[1] or token[2], "email": email, "password": password}
        session.post(f"{self.pgadmin_url}/authenticate/login", data=form, timeout=60)
        session.headers["X-pgA-CSRFToken"] = form["csrf_token"]
        groups = session.get(f"{self.pgadmin_url}/browser/nodes/", timeout=60)
        is_in = "json" in groups.headers["Content-Type"] and groups.ok  # else it is the login page
        return session if is_in else None

    def up(self) -> None:
        """Start it, and wait until the UI shows the code."""
        self.compose("up", "--detach", "--build")
        wait_until(self._loaded, UP_SECONDS, "the UI to show the code location")

    def rows(self, month: str) -> int:
        """How many rows of a synthetic month the table of green trips has."""
        name = f"green_tripdata_{month}.synthetic.csv"
        ((count,),) = self.sql(f"SELECT count(*) FROM green_tripdata WHERE filename = '{name}'")
        return int(count)

    def run_ids(self) -> set[str]:
        """All runs that Dagster knows."""
        return {run["runId"] for run in self.graphql(_RUNS)["runsOrError"]["results"]}

    def backfill(self, start: str, end: str) -> str:
        """Hand months of green trips to the daemon; the backfill's id."""
        match = re.search(r"backfill (\w+):", self.taxi_assets("backfill", "green", start, end))
        assert match is not None
        return match[1]

    def states(self, backfill: str) -> list[str]:
        """What became of a backfill's runs."""
        runs = self.graphql(_BACKFILL % (backfill, backfill))["runsOrError"]["results"]
        return [run["status"] for run in runs]

    def succeeded(self, backfill: str) -> int:
        """How many of them succeeded."""
        return self.states(backfill).count("SUCCESS")

    def is_over(self, backfill: str) -> bool:
        """Whether nobody works on it any more."""
        state = self.graphql(_BACKFILL % (backfill, backfill))["partitionBackfillOrError"]
        return state["status"] not in ("REQUESTED", "CANCELING")

    def graphql(self, query: str) -> dict[str, Any]:
        """Ask Dagster, through the proxy; once more where a container is being started anew."""

        def answer() -> dict[str, Any]:
            try:
                got = requests.post(
                    f"{self.url}/graphql", json={"query": query}, auth=self.login, timeout=60
                )
            except requests.RequestException:
                return {}
            return (got.json().get("data") or {}) if got.ok else {}

        return wait_until(answer, UP_SECONDS, "an answer from Dagster")

    def process(self, service: str) -> int:
        """The process of a container as this machine counts them; 0 while there is none."""
        (container,) = self.compose("ps", "--all", "--quiet", service).split()
        state = self.run("docker", "inspect", "--format", "{{.State.Pid}}", container).stdout
        return int(state)

    def kill(self, service: str) -> None:
        """Kill a container's process as a crash would, and wait until Docker started it anew."""
        before = self.process(service)
        os.kill(before, signal.SIGKILL)
        wait_until(
            lambda: self.process(service) not in (0, before), UP_SECONDS, f"{service} to be back"
        )

    def _write(self) -> None:
        lines = [f"{name}='{value}'" for name, value in self.settings.items()]
        self._file.write_text("\n".join(lines) + "\n")

    def _environment(self) -> dict[str, str]:
        ours = ("TAXI_", "STACK_", "GCP_", "COMPOSE_")
        return {name: value for name, value in os.environ.items() if not name.startswith(ours)} | {
            "COMPOSE_PROJECT_NAME": PROJECT,
            "COMPOSE_FILE": "docker-compose.yml",
            "COMPOSE_ENV_FILES": str(self._file),
        }

    def _loaded(self) -> bool:
        entries = self.graphql(_LOCATIONS)["workspaceOrError"]["locationEntries"]
        return bool(entries) and all(entry["loadStatus"] == "LOADED" for entry in entries)


def require_docker() -> None:
    """Skip the test where there is no Docker engine with Compose and the base images."""
    if shutil.which("docker") is None:
        pytest.skip("no docker here")
    for command in (["docker", "info"], ["docker", "compose", "version"]):
        if subprocess.run(command, capture_output=True, check=False).returncode:
            pytest.skip(f"`{' '.join(command)}` fails: no Docker engine with Compose here")
    for image in BASE_IMAGES:
        inspect = ["docker", "image", "inspect", image]
        if subprocess.run(inspect, capture_output=True, check=False).returncode:
            pytest.skip(f"the image {image} is not here")


@contextmanager
def compose_stack(folder: Path, sample_rows: int) -> Iterator[ComposeStack]:
    """A stack, up and loaded, for the time of the context; its volumes go with it."""
    require_docker()
    stack = ComposeStack(folder, sample_rows)
    try:
        stack.up()
        yield stack
    finally:
        stack.compose("down", "--volumes", "--timeout", "10")
        ours = ("--filter", f"reference={PROJECT}-app", "--format", "{{.Repository}}:{{.Tag}}")
        images = stack.run("docker", "images", *ours).stdout.split()
        stack.run("docker", "image", "rm", *images)
