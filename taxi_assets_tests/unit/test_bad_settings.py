"""A setting whose value cannot be used is refused, with its name and what it wants."""

from __future__ import annotations

from pathlib import Path

import pytest

from taxi_assets.errors import SettingsError
from taxi_assets.settings import Settings, read_settings, variable

VARIABLES = [variable(name) for name in Settings.model_fields]
BAD_VALUES = [
    ("TAXI_SOURCE", "csw", "'auto', 'csv', 'parquet' or 'sample'"),
    ("TAXI_TAXIS", "pink", "one of yellow, green, fhv, fhvhv"),
    ("TAXI_TAXIS", ",", "at least 1"),
    ("TAXI_CSV_BASE_URL", "ftp://host/csv", "https://, http:// or file://"),
    ("TAXI_CSV_BASE_URL", "host/csv", "https://, http:// or file://"),
    ("TAXI_CSV_BASE_URL", "https://", "https://, http:// or file://"),
    ("TAXI_PARQUET_BASE_URL", "/srv/parquet", "https://, http:// or file://"),
    ("TAXI_PARQUET_BASE_URL", "http://[::1", "IPv6"),
    ("TAXI_CSV_BASE_URL", "https://host/csv?key=1", "no ?"),
    ("TAXI_PARQUET_BASE_URL", "file:///srv/no#1", "%23"),
    ("TAXI_DATA_DIR", "gs://bucket/data", "a path of this machine"),
    ("TAXI_DATA_DIR", "file:///srv/data", "a path of this machine"),
    ("TAXI_DATA_DIR", "~nobody_of_that_name/data", "no user"),
    ("TAXI_DUCKDB_PATH", "https://host/taxi.duckdb", "a path of this machine"),
    ("TAXI_LAKE", "file:///srv/no#1/lake", "%23"),
    ("TAXI_LAKE", "gs://bucket/lake?x", "no ?"),
    ("TAXI_LAKE", "/srv/lake", "file:///srv/taxi/lake"),
    ("TAXI_LAKE", "https://host/lake", "file:///srv/taxi/lake"),
    ("TAXI_LAKE", "file://", "file:///srv/taxi/lake"),
    ("TAXI_LAKE", "file://srv/lake", "file:///srv/taxi/lake"),
    ("TAXI_LAKE", "file:lake", "file:///srv/taxi/lake"),
    ("TAXI_WAREHOUSES", "oracle", "one of duckdb, postgres"),
    ("GCP_BUCKET_NAME", "No Bucket", "gs://my-taxi-lake"),
    ("TAXI_ANALYTICS", "yes", "'off', 'on' or 'with_load'"),
    ("TAXI_ANALYTICS_RULES", "no_vendors", "it must be one of no_vendor, duplicate"),
    ("TAXI_BIGQUERY_ROWS", "copied", "'external' or 'sent'"),
    ("TAXI_WAREHOUSES", "duckdb;oracle", "one of duckdb, postgres"),
    ("TAXI_WAREHOUSES", ",", "at least 1"),
    ("TAXI_DUCKDB_MEMORY_GB", "0.1", "0.25"),
    ("TAXI_DUCKDB_MEMORY_GB", "-1", "greater than"),
    ("TAXI_DUCKDB_MEMORY_GB", "1GB", "number"),
    ("TAXI_DUCKDB_MEMORY_GB", "inf", "finite"),
    ("TAXI_DUCKDB_WAIT_SECONDS", "-1", "0"),
    ("TAXI_DUCKDB_WAIT_SECONDS", "ten", "number"),
    ("TAXI_DUCKDB_WAIT_SECONDS", "nan", ""),
    ("TAXI_POSTGRES_SCHEMA", "my-taxi", "lower-case letters"),
    ("TAXI_POSTGRES_SCHEMA", "my taxi", "lower-case letters"),
    ("TAXI_POSTGRES_SCHEMA", 'taxi"', "lower-case letters"),
    ("TAXI_POSTGRES_SCHEMA", "Taxi", "lower-case letters"),
    ("TAXI_POSTGRES_SCHEMA", "2020", "no digit first"),
    ("TAXI_POSTGRES_SCHEMA", "taxi,public", "lower-case letters"),
    ("TAXI_POSTGRES_SCHEMA", "t" * 54, "at most 53 characters"),
    ("TAXI_POSTGRES_SCHEMA", "pg_taxi", "Postgres's own"),
    ("TAXI_POSTGRES_SCHEMA", "information_schema", "Postgres's own"),
    ("TAXI_POSTGRES_CONNECT_SECONDS", "0", "0"),
    ("TAXI_POSTGRES_CONNECT_SECONDS", "0.5", "integer"),
    ("TAXI_POSTGRES_WAIT_SECONDS", "0", "0"),
    ("TAXI_POSTGRES_WAIT_SECONDS", "inf", "2000000"),
    ("TAXI_POSTGRES_STATEMENT_SECONDS", "-1", "0"),
    ("TAXI_POSTGRES_STATEMENT_SECONDS", "1h", "number"),
    ("TAXI_PUBLISHED_COUNTS", "ignore", "'require' or 'warn'"),
    ("TAXI_UNDECLARED_COLUMNS", "allow", "skip"),
    ("TAXI_MAX_JAGGED_ROWS", "-1", "0"),
    ("TAXI_MAX_REJECTED_ROWS", "-1", "0"),
    ("TAXI_MAX_JAGGED_ROWS", "1.5", "integer"),
    ("TAXI_MAX_JAGGED_ROWS", "many", "integer"),
    ("TAXI_MAX_OUT_OF_MONTH_SHARE", "1.01", "1"),
    ("TAXI_MIN_SEASON_SHARE", "1.01", "1"),
    ("TAXI_MAX_VENDOR_JUMP", "1.01", "1"),
    ("TAXI_MAX_ODDITY_JUMP", "1.01", "1"),
    ("TAXI_MAX_OUT_OF_MONTH_SHARE", "-0.1", "0"),
    ("TAXI_MAX_OUT_OF_MONTH_SHARE", "1%", "number"),
    ("TAXI_MAX_OUT_OF_MONTH_SHARE", "nan", ""),
    ("TAXI_REFUSE_OUT_OF_MONTH_SHARE", "1.01", "1"),
    ("TAXI_REFUSE_OUT_OF_MONTH_SHARE", "half", "number"),
    ("TAXI_MAX_FILE_GB", "0", "0"),
    ("TAXI_HTTP_FILE_SECONDS", "inf", "finite"),
    ("TAXI_HTTP_ATTEMPTS", "0", "1"),
    ("TAXI_HTTP_ATTEMPTS", "a few", "integer"),
    ("TAXI_HTTP_TIMEOUT_SECONDS", "0", "0"),
    ("TAXI_HTTP_TIMEOUT_SECONDS", "30s", "number"),
    ("TAXI_HTTP_TIMEOUT_SECONDS", "inf", "finite"),
    ("TAXI_SOURCE_DOWNLOADS", "0", "1"),
    ("TAXI_SOURCE_DOWNLOADS", "all", "integer"),
    ("TAXI_SCHEDULES", "sometimes", "'off' or 'on'"),
    ("TAXI_SCHEDULE_TIMEZONE", "New York", "America/New_York"),
    ("TAXI_SCHEDULE_MONTHS", "2", "3"),
    ("TAXI_SCHEDULE_MONTHS", "25", "24"),
    ("TAXI_LOAD_GAPS", "25", "24"),
    ("TAXI_OVERDUE_DAYS", "-1", "0"),
    ("TAXI_MAX_LAG_DAYS", "-1", "0"),
    ("TAXI_MAX_LAG_DAYS", "a week", "number"),
    ("TAXI_KEEP_RUNS_DAYS", "-1", "0"),
    ("TAXI_KEEP_RUNS_DAYS", "a year", "integer"),
    ("TAXI_SAMPLE_ROWS", "0", "1"),
    ("TAXI_SAMPLE_ROWS", "8000001", "8000000"),
    ("TAXI_SAMPLE_SEED", "-1", "0"),
    ("TAXI_SAMPLE_SEED", "lucky", "integer"),
    ("TAXI_HELLO_WORLD_THIRD_RUN", "wait", "'refuse' or 'queue'"),
    ("TAXI_STARTER_RUNNER", "podman", "'docker'"),
    ("TAXI_DOCKER_HUB_URL", "hub.docker.com", "https://"),
    ("TAXI_PRODUCTS_URL", "ftp://example.org/products", "https://"),
    ("TAXI_LAKE", "gs://", "gs://my-taxi-lake"),
    ("TAXI_LAKE", "gs://No_Capitals/lake", "gs://my-taxi-lake"),
    ("TAXI_LAKE", "gcs://bucket", "gs://my-taxi-lake"),
    ("GCP_PROJECT_ID", "My Project", "pattern"),
    ("GCP_LOCATION", "us east", "pattern"),
    ("GCP_DATASET", "my-dataset", "pattern"),
    ("TAXI_BIGQUERY_MAX_GB_BILLED", "0", "0"),
    ("GCP_IMPERSONATE_SERVICE_ACCOUNT", "loader", "pattern"),
    ("GCP_RETRY_SECONDS", "0", "0"),
    ("GCP_RETRY_SECONDS", "inf", "finite"),
    ("STORAGE_EMULATOR_HOST", "127.0.0.1:4443", "http://"),
    ("BIGQUERY_EMULATOR_HOST", "127.0.0.1:9050", "http://"),
    ("TAXI_BIGQUERY_WAIT_SECONDS", "-1", "0"),
    ("TAXI_BIGQUERY_JOB_SECONDS", "0", "0"),
    ("TAXI_PIPELINE_HOSTS", "private", "public"),
    ("TAXI_UI_HOSTS", "http://taxi.example.org:8080", "host names alone"),
    ("TAXI_GEMINI_MODEL", "Gemini Pro", "pattern"),
    ("TAXI_GEMINI_EMBEDDING_MODEL", "../embed", "pattern"),
    ("TAXI_GEMINI_EMBEDDING_DIMENSION", "64", "128"),
    ("TAXI_GEMINI_VERTEX_LOCATION", "Europe West", "pattern"),
    ("TAXI_GEMINI_BASE_URL", "gemini.example", "https://"),
    ("TAXI_GEMINI_API_VERSION", "1/../x", "pattern"),
    ("TAXI_GEMINI_TIMEOUT_SECONDS", "0", "0"),
    ("TAXI_GEMINI_LONGEST_WAIT_SECONDS", "601", "600"),
    ("TAXI_GEMINI_REPLY_TOKENS", "100000", "65536"),
    ("TAXI_GEMINI_THINKING", "minimal", "'low', 'medium' or 'high'"),
    ("TAXI_GEMINI_PROMPT_USD", "-1", "0"),
    ("TAXI_GEMINI_REPLY_USD", "cheap", "number"),
    ("TAXI_GEMINI_EMBEDDING_USD", "inf", "finite"),
    ("TAXI_GEMINI_BUDGET_USD", "nan", ""),
    ("TAXI_ASSISTANT_SOURCES", ",", "at least 1"),
    ("TAXI_QUERY_BIGQUERY_MAX_GB", "0", "0"),
    ("TAXI_QUERY_SECONDS", "0", "0"),
]
ANY_VALUE = {
    "TAXI_DATA_DIR",
    "TAXI_DUCKDB_PATH",
    "TAXI_PIPELINES",
    "TAXI_STARTER_CONTAINER_IMAGE",
    "TAXI_STARTER_CONTAINER_NETWORK",
}
"""Every text is a path, or a name for Docker to judge."""
NEVER_SHOWN = {
    "TAXI_PIPELINE_SECRETS",
    "TAXI_POSTGRES_DSN",
    "TAXI_DAGSTER_POSTGRES_DSN",
    "TAXI_QUERY_POSTGRES_DSN",
    "TAXI_MCP_TOKEN",
    "TAXI_ALERT_WEBHOOK",
    "GCP_CREDS",
    "GEMINI_API_KEY",
}
"""Refused without being repeated; their own tests have bad ones."""


@pytest.mark.parametrize(("name", "value", "wanted"), BAD_VALUES)
def test_a_value_that_cannot_be_used_is_refused_with_its_name(
    settings_env: Path, monkeypatch: pytest.MonkeyPatch, name: str, value: str, wanted: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError) as refusal:
        read_settings()
    assert refusal.value.what.startswith(f"{name}=")
    assert value.strip(",") in refusal.value.what
    assert wanted in refusal.value.what
    assert "\n" not in refusal.value.what, "one value, one line"
    pydantics = ("Value error", "Input should", "String should", "unable to parse", "validation")
    assert not [words for words in pydantics if words in refusal.value.what]
    assert ".env" in refusal.value.remedy


def test_every_setting_has_a_value_that_is_refused() -> None:
    assert {name for name, _, _ in BAD_VALUES} | ANY_VALUE | NEVER_SHOWN == set(VARIABLES)


def test_all_values_that_cannot_be_used_are_told_at_once(
    settings_env: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TAXI_SOURCE", "csw")
    monkeypatch.setenv("TAXI_SAMPLE_ROWS", "0")
    with pytest.raises(SettingsError) as refusal:
        read_settings()
    first, second = refusal.value.what.splitlines()
    assert first.startswith("TAXI_SOURCE=csw: ")
    assert second.startswith("TAXI_SAMPLE_ROWS=0: ")


@pytest.mark.parametrize("name", ["TAXI_CSV_BASE_URL", "TAXI_PARQUET_BASE_URL"])
def test_a_password_in_a_url_is_not_told(
    settings_env: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv(name, "ftp://user:s3cret@host/csv")
    with pytest.raises(SettingsError) as refusal:
        read_settings()
    assert "s3cret" not in str(refusal.value)
    assert "host/csv" in refusal.value.what


@pytest.mark.parametrize(
    ("variable", "value"),
    [("TAXI_MCP_TOKEN", "tooshort"), ("TAXI_QUERY_POSTGRES_DSN", "postgresql://u:tooshort@h:x/d")],
)
def test_a_secret_that_cannot_be_used_is_refused_without_being_repeated(
    settings_env: Path, monkeypatch: pytest.MonkeyPatch, variable: str, value: str
) -> None:
    monkeypatch.setenv(variable, value)
    with pytest.raises(SettingsError) as refusal:
        read_settings()
    assert variable in refusal.value.what
    assert "tooshort" not in str(refusal.value)
