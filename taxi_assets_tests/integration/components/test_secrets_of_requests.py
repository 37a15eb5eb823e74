"""Secrets in requests: files name them, settings hold them, only their host gets them."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path

import pytest

from taxi_assets.automation.instance import open_instance
from taxi_assets.settings import read_settings
from taxi_assets_tests.api_server import Answer, ApiServer, api_server, as_json
from taxi_assets_tests.command_line import DataFolder, taxi_assets
from taxi_assets_tests.integration.components.conftest import Write

SECRET = "s3cr3t/of+somebody"
FILE = """
type: taxi_assets.components.HttpTable
attributes:
  url: {url}/guarded?units=metric
  headers:
    Accept: application/json
    Authorization: {{secret: api_key, before: "Bearer "}}
  parameters: {{appid: {{secret: api_key}}}}
  format: json
  columns: {{a: text}}
  table: guarded
"""


@pytest.fixture
def secret(api: ApiServer, monkeypatch: pytest.MonkeyPatch) -> str:
    """The settings with the secret of this machine's server."""
    value = json.dumps({"api_key@127.0.0.1": SECRET})
    monkeypatch.setenv("TAXI_PIPELINE_SECRETS", value)
    return SECRET


def test_a_secret_is_sent_as_header_and_parameter(
    api: ApiServer, write: Write, secret: str, settings_env: Path
) -> None:
    asked: list[Mapping[str, str]] = []

    def guarded(query: Mapping[str, str]) -> Answer:
        asked.append(query)
        return as_json([{"a": "x"}])

    api.routes["/guarded"] = guarded
    write("guarded", FILE.format(url=api.url))
    answer = taxi_assets("pipelines", "guarded")
    assert answer.exit_code == 0, answer.text
    assert asked == [{"units": "metric", "appid": SECRET}]
    assert api.headers[-1]["Authorization"] == f"Bearer {SECRET}"
    assert api.headers[-1]["Accept"] == "application/json"
    assert DataFolder(settings_env).query("FROM guarded") == [("x",)]


def test_a_server_that_repeats_the_secret_does_not_get_it_shown(
    api: ApiServer, write: Write, secret: str, settings_env: Path
) -> None:
    api.routes["/guarded"] = lambda query: Answer(f"no such key: {query}".encode(), 400)
    write("guarded", FILE.format(url=api.url))
    answer = taxi_assets("pipelines", "guarded")
    assert answer.exit_code == 1
    assert "HTTP 400: no such key" in answer.text
    api.routes["/guarded"] = lambda query: as_json([{"b": query["appid"]}])
    assert "has no a" in taxi_assets("pipelines", "guarded").text
    assert SECRET not in answer.text
    with open_instance(read_settings()) as instance:
        for run in instance.get_runs():
            assert SECRET not in "".join(str(entry) for entry in instance.all_logs(run.run_id))


def test_a_redirect_does_not_carry_it_to_another_host(
    api: ApiServer, write: Write, secret: str
) -> None:
    with api_server() as other:
        other.routes["/"] = lambda _: as_json([{"a": "x"}])
        api.routes["/guarded"] = lambda _: Answer(b"", 302, {"Location": f"{other.url}/"})
        write("guarded", FILE.format(url=api.url))
        answer = taxi_assets("pipelines", "guarded")
        assert answer.exit_code == 0, answer.text
        assert other.asked == ["/"]
        assert SECRET not in str(other.headers[-1].values())


def test_a_file_without_its_secret_says_what_to_set(api: ApiServer, write: Write) -> None:
    write("guarded", FILE.format(url=api.url))
    answer = taxi_assets("pipelines")
    assert answer.exit_code == 1
    assert "TAXI_PIPELINE_SECRETS has no api_key@127.0.0.1: add it there" in answer.text


def test_a_secret_is_not_sent_in_the_clear(
    api: ApiServer, write: Write, secret: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TAXI_PIPELINE_HOSTS", "public")
    write("guarded", FILE.format(url=api.url))
    assert "url must begin with https:// where a secret is sent" in taxi_assets("pipelines").text


@pytest.mark.parametrize(
    ("value", "told"),
    [
        (f"{SECRET}", "it must be a JSON object"),
        (f'{{"api_key": "{SECRET}"}}', "api_key must be a name in lower case, @ and a host"),
        ('{"api_key@127.0.0.1": ""}', "is empty"),
        (f'{{"api_key@127.0.0.1": ["{SECRET}"]}}', "it must be a JSON object"),
    ],
)
def test_wrong_secrets_in_the_settings_are_told_without_them(
    settings_env: Path, value: str, told: str
) -> None:
    os.environ["TAXI_PIPELINE_SECRETS"] = value
    answer = taxi_assets("pipelines")
    assert answer.exit_code == 2
    assert told in answer.text
    assert SECRET not in answer.text


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("Accept", "Host", "that header is not for pipeline files"),
        ("Accept", "A: b", "line 6"),
        ("secret: api_key}}", "secret: sk-AbC123}}", "never the secret itself"),
        ("application/json", '"a\\nb"', "printable characters"),
    ],
)
def test_wrong_headers_are_told(
    api: ApiServer, write: Write, secret: str, old: str, new: str, told: str
) -> None:
    write("guarded", FILE.replace(old, new).format(url=api.url))
    answer = taxi_assets("pipelines")
    assert answer.exit_code == 1
    assert told in answer.text
