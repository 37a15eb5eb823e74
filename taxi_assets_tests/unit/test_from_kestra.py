"""docs/from-kestra.md names what is there: files, jobs, assets, commands."""

from __future__ import annotations

import re
from pathlib import Path

from taxi_assets.cli import main
from taxi_assets.definitions import build_definitions
from taxi_assets.settings import Settings, variable

DOCS = Path(__file__).resolve().parents[2] / "docs"
TEXT = (DOCS / "from-kestra.md").read_text()


def test_every_link_leads_to_a_file() -> None:
    links = re.findall(r"\]\(([^)#]+)\)", TEXT)
    assert len(links) > 20
    assert [link for link in links if not (DOCS / link).exists()] == []


def test_every_flow_has_a_line() -> None:
    assert re.findall(r"^\| (\d\d) ", TEXT, re.MULTILINE) == [f"{n:02}" for n in range(1, 12)]


def test_every_command_exists() -> None:
    commands = set(re.findall(r"taxi-assets ([a-z]+)", TEXT))
    assert {"starter", "load", "adopt"} <= commands
    assert commands <= set(main.commands)


def test_every_setting_exists() -> None:
    assert set(re.findall(r"TAXI_[A-Z_]+", TEXT)) <= {variable(n) for n in Settings.model_fields}


def test_every_asset_and_job_exists() -> None:
    settings = Settings.model_validate(
        {
            "warehouses": "duckdb,postgres,bigquery",
            "postgres_dsn": "postgresql://127.0.0.1/ny_taxi",
            "lake": "gs://bucket",
        }
    )
    definitions = build_definitions(settings)
    keys = {key.to_user_string() for key in definitions.resolve_all_asset_keys()}
    assert set(re.findall(r"`((?:lake|postgres|bigquery|gcp|starter)/\w+)`", TEXT)) <= keys
    jobs = {job.name for job in definitions.resolve_all_job_defs()}
    assert {"hello_world", "getting_started", "load_green", "load_yellow"} <= jobs
