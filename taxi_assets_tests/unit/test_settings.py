"""Settings are read from the environment and .env; what cannot be used is refused by name."""

from __future__ import annotations

from pathlib import Path

import pytest

from taxi_assets.errors import SettingsError
from taxi_assets.settings import Settings, SourceChoice, read_settings, variable
from taxi_assets.settings.reading import likely_typos

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


def typos_of(name: str) -> list[str]:
    """A letter of the end left out, one doubled, and two exchanged."""
    exchanged = name[:-3] + name[-2] + name[-3] + name[-1]
    return [typo for typo in (name[:-2] + name[-1], name + name[-1], exchanged) if typo != name]


@pytest.mark.parametrize("name", [name for name in VARIABLES if name.startswith("TAXI_")])
def test_a_typo_in_any_name_is_refused_with_the_right_one(
    settings_env: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    for typo in typos_of(name):
        with monkeypatch.context() as patch:
            patch.setenv(typo, "1")
            with pytest.raises(SettingsError) as refusal:
                read_settings()
        assert refusal.value.what == f"{typo} is not a setting; did you mean {name}?"
        assert "taxi-assets doctor" in refusal.value.remedy


@pytest.mark.parametrize("name", [name for name in VARIABLES if not name.startswith("TAXI_")])
def test_a_typo_in_a_name_of_google_is_found_with_the_right_one(
    settings_env: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    for typo in typos_of(name):
        with monkeypatch.context() as patch:
            patch.setenv(typo, "1")
            assert likely_typos() == {typo: name}


def test_names_of_other_programs_are_no_typos(
    settings_env: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("GOOGLE_API_KEY", "GCLOUD_PROJECT", "DAGSTER_CURRENT_IMAGE", "PGHOST", "GCP_ZONE"):
        monkeypatch.setenv(name, "1")
    assert likely_typos() == {}


def test_a_name_like_no_setting_is_refused_without_a_guess(
    settings_env: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TAXI_QWERTZUIOP", "1")
    with pytest.raises(SettingsError) as refusal:
        read_settings()
    assert refusal.value.what == "TAXI_QWERTZUIOP is not a setting"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_the_env_file_may_begin_with_a_mark(settings_env: Path, encoding: str) -> None:
    Path(".env").write_text("TAXI_SOURCE=sample\n", encoding)
    assert read_settings().source is SourceChoice.SAMPLE


@pytest.mark.parametrize(
    ("text", "encoding", "says"),
    [
        ("TAXI_SOURCE=sample\n", "utf-16", "is in UTF-16"),
        ("TAXI_SOURCE=sample\n", "utf-16-le", "is in UTF-16"),
        ("TAXI_SOURCE=sample\n# für uns\n", "latin-1", "line 2: it is not in UTF-8"),
    ],
)
def test_an_env_file_in_another_encoding_is_refused_in_words(
    settings_env: Path, text: str, encoding: str, says: str
) -> None:
    Path(".env").write_text(text, encoding)
    with pytest.raises(SettingsError) as refusal:
        read_settings()
    assert str(Path(".env").resolve()) in refusal.value.what
    assert says in refusal.value.what
    assert "-Encoding utf8" in refusal.value.remedy


def test_a_typo_in_the_env_file_is_refused(settings_env: Path) -> None:
    Path(".env").write_text("TAXI_SOURSE=sample\n", "utf-8")
    with pytest.raises(SettingsError, match=r"TAXI_SOURSE is not a setting; .*TAXI_SOURCE\?"):
        read_settings()


def test_what_is_not_set_has_its_default(
    settings_env: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("TAXI_DATA_DIR")
    monkeypatch.delenv("DAGSTER_HOME")
    settings = read_settings()
    here = Path.cwd()
    assert settings.source is SourceChoice.AUTO
    assert settings.warehouses == ("duckdb",)
    assert settings.published_counts == "require"
    assert settings.max_jagged_rows == 100
    assert settings.lake_folder == here / "data" / "lake"
    assert settings.duckdb_file == here / "data" / "taxi.duckdb"
    assert settings.dagster_home == here / "data" / "dagster"
    assert list(here.iterdir()) == [], "reading settings makes nothing"


@pytest.mark.parametrize("name", VARIABLES)
def test_an_empty_value_means_the_default(
    settings_env: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.delenv("TAXI_DATA_DIR")
    default = read_settings()
    monkeypatch.setenv(name, "")
    assert read_settings() == default


def test_what_is_stored_follows_the_data_folder(settings_env: Path) -> None:
    settings = read_settings()
    assert settings.data_dir == settings_env
    assert settings.lake_folder == settings_env / "lake"
    assert settings.duckdb_file == settings_env / "taxi.duckdb"


def test_lake_database_and_dagster_may_lie_elsewhere(
    settings_env: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("TAXI_LAKE", f"{tmp_path.as_uri()}/some%20lake/")
    monkeypatch.setenv("TAXI_DUCKDB_PATH", "trips.db")
    monkeypatch.setenv("DAGSTER_HOME", str(tmp_path / "home"))
    settings = read_settings()
    assert settings.lake_folder == tmp_path / "some lake"
    assert settings.duckdb_file == Path.cwd() / "trips.db"
    assert settings.dagster_home == tmp_path / "home"


def test_a_tilde_in_a_path_is_the_home_folder(
    settings_env: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TAXI_DATA_DIR", "~/taxi")
    monkeypatch.setenv("TAXI_DUCKDB_PATH", "~/trips.db")
    settings = read_settings()
    assert settings.lake_folder == Path.home() / "taxi" / "lake"
    assert settings.duckdb_file == Path.home() / "trips.db"


def test_the_lake_may_be_the_root_of_a_disk(
    settings_env: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TAXI_LAKE", "file:///")
    assert read_settings().lake_folder == Path("/")


@pytest.mark.parametrize(
    ("name", "value", "field", "wanted"),
    [
        ("TAXI_SOURCE", " Parquet ", "source", SourceChoice.PARQUET),
        ("TAXI_PUBLISHED_COUNTS", "WARN", "published_counts", "warn"),
        ("TAXI_WAREHOUSES", " duckdb , ", "warehouses", ("duckdb",)),
        ("TAXI_CSV_BASE_URL", "file:///srv/csv/", "csv_base_url", "file:///srv/csv"),
        ("taxi_sample_rows", "7", "sample_rows", 7),
        ("TAXI_MAX_OUT_OF_MONTH_SHARE", "0", "max_out_of_month_share", 0.0),
        ("TAXI_DUCKDB_WAIT_SECONDS", "0", "duckdb_wait_seconds", 0.0),
    ],
)
def test_values_are_read_as_they_are_meant(
    settings_env: Path,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    value: str,
    field: str,
    wanted: object,
) -> None:
    monkeypatch.setenv(name, value)
    assert getattr(read_settings(), field) == wanted


@pytest.mark.parametrize(
    ("lake", "wanted"),
    [
        ("gs://taxi-lake", ("taxi-lake", "")),
        ("gs://taxi-lake/", ("taxi-lake", "")),
        ("gs://taxi-lake/raw/files/", ("taxi-lake", "raw/files")),
        ("file:///srv/lake", None),
    ],
)
def test_the_lake_may_be_a_bucket(
    settings_env: Path, monkeypatch: pytest.MonkeyPatch, lake: str, wanted: object
) -> None:
    monkeypatch.setenv("TAXI_LAKE", lake)
    assert read_settings().lake_bucket == wanted


def test_a_name_of_google_cloud_that_is_not_ours_is_left_alone(
    settings_env: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GCP_PROJECT", "set-by-others")
    assert read_settings().gcp_project_id is None


def test_the_env_file_of_the_working_directory_is_read(settings_env: Path) -> None:
    Path(".env").write_text(
        "# a comment\nTAXI_SOURCE=sample\nexport TAXI_SAMPLE_ROWS='42'\nOTHER=1\n", "utf-8"
    )
    settings = read_settings()
    assert settings.source is SourceChoice.SAMPLE
    assert settings.sample_rows == 42


def test_the_environment_wins_over_the_env_file(
    settings_env: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Path(".env").write_text("TAXI_SOURCE=sample\nTAXI_SAMPLE_ROWS=42\n", "utf-8")
    monkeypatch.setenv("TAXI_SOURCE", "csv")
    settings = read_settings()
    assert settings.source is SourceChoice.CSV
    assert settings.sample_rows == 42


def test_a_value_in_the_env_file_that_cannot_be_used_is_refused(settings_env: Path) -> None:
    Path(".env").write_text("TAXI_SAMPLE_ROWS=0\n", "utf-8")
    with pytest.raises(SettingsError, match="TAXI_SAMPLE_ROWS=0"):
        read_settings()


def test_days_without_end_are_a_century(
    settings_env: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("TAXI_OVERDUE_DAYS", "TAXI_MAX_LAG_DAYS", "TAXI_KEEP_RUNS_DAYS"):
        monkeypatch.setenv(name, "99999999999")
    found = read_settings()
    assert {found.overdue_days, found.max_lag_days, found.keep_runs_days} == {36_500}


def test_settings_do_not_change_once_they_are_read(settings_env: Path) -> None:
    settings = read_settings()
    with pytest.raises(ValueError, match="frozen"):
        settings.sample_rows = 5


def test_every_setting_says_what_it_means() -> None:
    for name, field in Settings.model_fields.items():
        assert field.description, name
        assert field.description.endswith("."), name


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
