"""The commands of README.md and docs/from-kestra.md, on synthetic trips: they do what they say."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from taxi_assets_tests.command_line import taxi_assets

PROJECT = Path(__file__).resolve().parents[2]
README = (PROJECT / "README.md").read_text("utf-8")
KESTRA = (PROJECT / "docs" / "from-kestra.md").read_text("utf-8")


@pytest.fixture
def sample(settings_env: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Synthetic months, so that no network is needed."""
    monkeypatch.setenv("TAXI_SOURCE", "sample")
    monkeypatch.setenv("TAXI_SAMPLE_ROWS", "50")


def test_the_readmes_commands_load_months_and_query_them(sample: None) -> None:
    blocks = re.findall(r"```sh\n(.*?)```", README, re.DOTALL)
    (load,) = [block for block in blocks if "taxi-assets load" in block]
    for line in load.splitlines():
        program, *arguments = shlex.split(line, comments=True)
        if program == "taxi-assets":
            # Two months of the year do.
            answer = taxi_assets(*("2020-02" if each == "2020-12" else each for each in arguments))
            assert answer.exit_code == 0, answer.text
    (queries,) = [block for block in blocks if block.startswith("taxi-assets query")]
    asked, listed, written = re.split(r"\n(?=taxi-assets)", queries)
    assert "dollars" in taxi_assets(*shlex.split(asked)[1:]).stdout
    assert "green_tripdata" in taxi_assets(*shlex.split(listed, comments=True)[1:]).stdout
    assert "rows" in taxi_assets(*shlex.split(written, comments=True)[1:]).stdout


def test_the_flows_commands_run(
    sample: None, postgres_dsn: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = re.findall(r"^\| \d\d .*\|(.*)\|$", KESTRA, re.MULTILINE)
    commands = {
        command for row in rows for command in re.findall(r"`([^`]*taxi-assets[^`]*)`", row)
    }
    elsewhere = r"--live|gs://|gcp| dev|backfill| ask "
    offline = {each for each in commands if not re.search(elsewhere, each)}
    assert {"taxi-assets starter", "TAXI_WAREHOUSES=postgres taxi-assets load green 2020-04"} == (
        offline
    )
    monkeypatch.setenv("TAXI_POSTGRES_DSN", postgres_dsn)
    for command in sorted(offline, reverse=True):
        settings, _, arguments = command.rpartition("taxi-assets ")
        for setting in settings.split():
            monkeypatch.setenv(*setting.split("=", 1))
        answer = taxi_assets(*arguments.split())
        assert answer.exit_code == 0, answer.text
