"""What becomes of the rows that are there: replaced, added to, merged by key; tests come first."""

from __future__ import annotations

import json
from pathlib import Path

import psycopg
import pytest

from taxi_assets_tests.api_server import ApiServer, as_json
from taxi_assets_tests.command_line import Answer, DataFolder, taxi_assets
from taxi_assets_tests.integration.components.conftest import Write

FILE = """
type: taxi_assets.components.HttpTable
attributes:
  url: {url}/data
  format: json
  columns: {{id: integer, name: text}}
  table: kept
  warehouse: {warehouse}
"""
Row = tuple[object, ...]


class Kept:
    """A table that a pipeline makes of what the server has."""

    def __init__(self, api: ApiServer, write: Write, warehouse: str, dsn: str) -> None:
        self.api, self.write, self.warehouse, self.dsn = api, write, warehouse, dsn

    def run(self, rows: dict[int | None, str | None], more: str) -> Answer:
        """Run the pipeline with these rows and attributes."""
        records = [{"id": id_, "name": name} for id_, name in rows.items()]
        self.api.routes["/data"] = lambda _: as_json(records)
        return self.run_records(more)

    def run_records(self, more: str) -> Answer:
        """Run the pipeline with these attributes."""
        self.write("kept", FILE.format(url=self.api.url, warehouse=self.warehouse) + more)
        return taxi_assets("pipelines", "kept")

    def rows(self, folder: Path) -> list[Row]:
        """The rows of the table."""
        query = "SELECT * FROM kept ORDER BY id, name"
        if self.warehouse == "duckdb":
            return DataFolder(folder).query(query)
        with psycopg.connect(self.dsn) as connection:
            return connection.execute(query).fetchall()


@pytest.fixture(params=["duckdb", "postgres"])
def kept(
    request: pytest.FixtureRequest,
    api: ApiServer,
    write: Write,
    postgres_dsn: str,
    monkeypatch: pytest.MonkeyPatch,
) -> Kept:
    monkeypatch.setenv("TAXI_WAREHOUSES", request.param)
    monkeypatch.setenv("TAXI_POSTGRES_DSN", postgres_dsn)
    return Kept(api, write, request.param, postgres_dsn)


def test_rows_are_added_or_merged_by_their_key(kept: Kept, settings_env: Path) -> None:
    merge = "  write: merge\n  key: [id]\n"
    assert kept.run({1: "a", 2: "b"}, merge).exit_code == 0
    done = kept.run({2: "B", 3: None}, merge)
    assert done.exit_code == 0, done.text
    assert kept.rows(settings_env) == [(1, "a"), (2, "B"), (3, None)]
    append = "  write: append\n"
    for _ in range(2):
        assert kept.run({4: "d"}, append).exit_code == 0
    assert kept.rows(settings_env)[3:] == [(4, "d"), (4, "d")]


def test_a_key_that_is_null_or_twice_there_changes_nothing(kept: Kept, settings_env: Path) -> None:
    merge = "  write: merge\n  key: [id]\n"
    assert kept.run({1: "a"}, merge).exit_code == 0
    refused = kept.run({1: "b", None: "c"}, merge)
    assert refused.exit_code == 1
    assert "the new rows of kept fail 1 of their tests: not_null_id: 1 rows have NULL" in (
        refused.text
    )
    records = json.dumps([{"id": 1, "name": "x"}, {"id": 1, "name": "y"}])
    kept.api.routes["/data"] = lambda _: as_json(json.loads(records))
    assert "unique_id: 1 values are in several rows" in kept.run_records(merge).text
    assert kept.rows(settings_env) == [(1, "a")]


def test_other_columns_do_not_cost_the_rows_that_stay(kept: Kept, settings_env: Path) -> None:
    assert kept.run({1: "a"}, "").exit_code == 0
    text = Path("pipelines/kept.yaml").read_text()
    kept.write("kept", text.replace("id: integer", "id: number") + "  write: append\n")
    refused = taxi_assets("pipelines", "kept")
    assert refused.exit_code == 1
    assert "rows that are there would be lost" in refused.text
    assert kept.rows(settings_env) == [(1, "a")]


def test_tests_come_before_the_rows(kept: Kept, settings_env: Path) -> None:
    tests = "  tests: [{not_null: [name]}, {unique: [id, name]}, {min_rows: 2}]\n"
    done = kept.run({1: "a", 2: "b"}, tests)
    assert done.exit_code == 0, done.text
    refused = kept.run({1: None}, tests)
    assert refused.exit_code == 1
    assert "min_rows: there are 1, not 2" in refused.text
    assert "not_null_name: 1 rows have NULL" in refused.text
    assert kept.rows(settings_env) == [(1, "a"), (2, "b")]
    unknown = kept.run({1: "a", 2: "b"}, "  tests: [{not_null: [size]}]\n")
    assert "names size, which is no column" in unknown.text


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ("  write: merge\n", "key is for write: merge, and needed there"),
        ("  key: [id]\n", "key is for write: merge"),
        ("  write: merge\n  key: [size]\n", "key: there is no column size"),
        ("  tests: [{}]\n", "a test is one of not_null, unique and min_rows"),
        ("  tests: [{not_null: [id], min_rows: 1}]\n", "a test is one of"),
        ("  write: append\n  query: {table: b, sql: FROM kept}\n", "query is for write: replace"),
    ],
)
def test_what_does_not_fit_is_told(api: ApiServer, write: Write, more: str, told: str) -> None:
    write("kept", FILE.format(url=api.url, warehouse="duckdb") + more)
    answer = taxi_assets("pipelines")
    assert answer.exit_code == 1
    assert told in answer.text
