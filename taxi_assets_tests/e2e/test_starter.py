"""The starter pipelines and the assistant as a learner runs them in the UI, in a real browser."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from taxi_assets.commands.starter_session import SAMPLE_SETTINGS
from taxi_assets_tests.gemini_server import KEY, Asked, GeminiServer, gemini_server
from taxi_assets_tests.ui import DevServer, chromium, require_chromium, wait_until

SHOWN_MS = 30_000
RUN_SECONDS = 90
LONG_PAUSE_SECONDS = 300
TICKET = "A ticket costs nine dollars."

RUNS = """
query ($job: String!) { runsOrError(filter: {pipelineName: $job}) { ... on Runs { results {
    runId status
} } } }
"""
LAUNCH = """
mutation ($job: String!, $config: RunConfigData!) { launchRun(executionParams: {
    selector: {repositoryLocationName: "taxi_assets", repositoryName: "__repository__",
               jobName: $job},
    runConfigData: $config
}) { __typename ... on LaunchRunSuccess { run { runId } } } }
"""
STOP = "mutation ($run: String!) { terminateRun(runId: $run) { __typename } }"
FAILURES = """
query ($run: ID!) { runOrError(runId: $run) { ... on Run { eventConnection { events {
    ... on ExecutionStepFailureEvent { failureMetadata { description } }
} } } } }
"""


@pytest.fixture(scope="module")
def gemini() -> Iterator[GeminiServer]:
    """A model that knows nothing by itself, and finds one thing in documents."""

    def think(asked: Asked) -> object:
        if asked.schema is None:
            return "Seven dollars."
        passages = json.loads(asked.prompt)["passages"]
        cited = [{"id": p["id"], "quote": TICKET} for p in passages if TICKET in p["text"]]
        return {"answerable": bool(cited), "answer": "Nine dollars.", "citations": cited}

    with gemini_server() as running:
        running.think = think
        yield running


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, gemini: GeminiServer) -> Iterator[DevServer]:
    folder = tmp_path_factory.mktemp("starter")
    document = folder / "zoo.md"
    document.write_text(f"# Prices\n{TICKET}")
    of_assistant = {
        "GEMINI_API_KEY": KEY,
        "TAXI_GEMINI_BASE_URL": gemini.url,
        "TAXI_GEMINI_BUDGET_USD": "5",
        "TAXI_ASSISTANT_SOURCES": str(document),
    }
    with _server(folder, "refuse", of_assistant) as running:
        yield running


@pytest.fixture
def page(server: DevServer) -> Iterator[Page]:
    expect.set_options(timeout=SHOWN_MS)
    with (
        chromium(require_chromium()) as browser,
        browser.new_context(
            base_url=server.url, viewport={"width": 1400, "height": 900}
        ) as context,
    ):
        context.set_default_timeout(SHOWN_MS)
        yield context.new_page()


@pytest.mark.long
def test_a_third_hello_world_is_refused_while_two_go_on(server: DevServer) -> None:
    with _two_going_on(server):
        third = _launch(server)
        _wait_for(server, third, "FAILURE")
        events = server.graphql(FAILURES, run=third)["runOrError"]["eventConnection"]["events"]
        (failure,) = [event["failureMetadata"] for event in events if event]
        assert "2 runs of hello_world go on already" in failure["description"]


@pytest.mark.long
def test_a_third_hello_world_waits_until_one_of_two_has_ended(tmp_path: Path) -> None:
    with _server(tmp_path, "queue") as server, _two_going_on(server) as (first, _):
        third = _launch(server)
        _wait_for(server, _launch(server, "image_pulls"), "SUCCESS", "image_pulls")
        # What was launched later has run: the third one would have, too.
        assert _statuses(server, "hello_world")[third] == "QUEUED"
        server.graphql(STOP, run=first)
        _wait_for(server, third, "STARTED")


def test_hello_world_is_launched_with_a_name_and_its_lines_are_shown(
    server: DevServer, page: Page
) -> None:
    page.goto("/locations/taxi_assets/jobs/hello_world/playground")
    editor = page.locator(".CodeMirror").first
    editor.click()
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.insert_text(
        "{ops: {hello: {config: {name: Ada}}, pause: {config: {seconds: 0}}}}"
    )
    page.get_by_role("button", name="Launch run").click()
    page.wait_for_url(re.compile(r"/runs/[0-9a-f-]{36}"))
    expect(page.get_by_text("Hello, Ada!")).to_be_visible()
    expect(page.get_by_text("This is an output: I was generated")).to_be_visible()
    expect(page.get_by_text("Goodbye, Ada!")).to_be_visible()


@pytest.mark.long
def test_getting_started_is_materialized_and_shows_its_table_and_chart(
    server: DevServer, page: Page
) -> None:
    _materialize(server, page, "getting_started")
    page.goto("/assets/starter/average_price_by_brand")
    expect(page.get_by_role("cell", name="Lumen", exact=True)).to_be_visible()
    expect(page.get_by_text(f"Lumen {'█' * 40} 84.45")).to_be_visible()


@pytest.mark.long
def test_image_pulls_is_materialized_and_its_series_is_plotted(
    server: DevServer, page: Page
) -> None:
    _materialize(server, page, "image_pulls")
    page.goto("/assets/starter/image_pulls")
    page.get_by_text("Plots", exact=True).click()
    expect(page.get_by_text("pulls", exact=True).first).to_be_visible()
    expect(page.locator("canvas").first).to_be_visible()


@pytest.mark.long
def test_both_answers_of_a_chat_are_shown_side_by_side_and_the_evaluation_its_checks(
    server: DevServer, page: Page
) -> None:
    _materialize(server, page, "assistant_knowledge")
    _materialize(server, page, "chat")
    page.goto("/assets/assistant/chat_comparison")
    answers = page.get_by_role("row").filter(has_text="Seven dollars.")
    expect(answers.last).to_contain_text("Nine dollars.")
    _materialize(server, page, "assistant_evaluation")
    page.goto("/assets/assistant/evaluation?view=checks")
    page.get_by_text("refusals", exact=True).locator("visible=true").first.click()
    expect(page.get_by_text("100% of questions that no page answers are refused")).to_be_visible()
    assert KEY not in page.content() + server.output()


@contextmanager
def _server(
    folder: Path, third_run: str, settings: Mapping[str, str] | None = None
) -> Iterator[DevServer]:
    server = DevServer(folder, sample_rows=100)
    server.environment.update(settings or {})
    server.environment["TAXI_HELLO_WORLD_THIRD_RUN"] = third_run
    for name, value in SAMPLE_SETTINGS.items():
        server.environment[f"TAXI_{name.upper()}"] = value
    try:
        server.start()
        yield server
    finally:
        server.stop()


@contextmanager
def _two_going_on(server: DevServer) -> Iterator[tuple[str, str]]:
    """Two runs that wait; at the end, all runs are stopped."""
    first, second = _launch(server), _launch(server)
    try:
        for run in (first, second):
            _wait_for(server, run, "STARTED")
        yield first, second
    finally:
        for run in _statuses(server, "hello_world"):
            server.graphql(STOP, run=run)
        wait_until(
            lambda: set(_statuses(server, "hello_world").values()) <= {"CANCELED", "FAILURE"},
            RUN_SECONDS,
            "the runs to end",
        )


def _launch(server: DevServer, job: str = "hello_world") -> str:
    config = {"ops": {"pause": {"config": {"seconds": LONG_PAUSE_SECONDS}}}}
    answer = server.graphql(LAUNCH, job=job, config=config if job == "hello_world" else {})
    run: str = answer["launchRun"]["run"]["runId"]
    return run


def _statuses(server: DevServer, job: str) -> dict[str, str]:
    runs: list[dict[str, Any]] = server.graphql(RUNS, job=job)["runsOrError"]["results"]
    return {run["runId"]: run["status"] for run in runs}


def _wait_for(server: DevServer, run: str, status: str, job: str = "hello_world") -> None:
    wait_until(lambda: _statuses(server, job)[run] == status, RUN_SECONDS, f"{run} {status}")


def _materialize(server: DevServer, page: Page, job: str) -> None:
    page.goto(f"/locations/taxi_assets/jobs/{job}")
    page.get_by_role("button", name="Materialize").first.click()
    wait_until(
        lambda: list(_statuses(server, job).values()) == ["SUCCESS"], RUN_SECONDS, f"{job} to end"
    )
