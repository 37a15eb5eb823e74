"""Settings are read from the environment and .env; a name that is none is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from taxi_assets.errors import SettingsError
from taxi_assets.settings import Settings, SourceChoice, read_settings, variable
from taxi_assets.settings.reading import likely_typos

VARIABLES = [variable(name) for name in Settings.model_fields]


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
        ("TAXI_WAREHOUSES", "duckdb,duckdb", "warehouses", ("duckdb",)),
        ("TAXI_TAXIS", "green,yellow,green", "taxis", ("green", "yellow")),
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
