"""HttpTable: an answer becomes a table, or fails before anything is written."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import psycopg
import pytest

from taxi_assets.components import HttpTable
from taxi_assets.errors import TaxiAssetsError
from taxi_assets.settings import read_settings
from taxi_assets_tests.api_server import Answer, ApiServer, as_json
from taxi_assets_tests.command_line import DataFolder, taxi_assets
from taxi_assets_tests.integration.components.conftest import HTTP_TABLE, RATES, SQL, Write

EUR_AND_GBP = [("EUR", 2.0), ("GBP", None)]


def _rates(api: ApiServer, write: Write, sql: str = SQL, more: str = "") -> None:
    api.routes["/rates.csv"] = lambda _: Answer(RATES)
    write("rates", HTTP_TABLE.format(url=api.url, sql=sql) + more)


def test_a_csv_becomes_a_typed_table_and_the_query_another(
    api: ApiServer, write: Write, settings_env: Path
) -> None:
    _rates(api, write)
    answer = taxi_assets("pipelines", "rates")
    assert answer.exit_code == 0, answer.text
    data = DataFolder(settings_env)
    assert data.query("FROM rates")[0] == ("EUR", 1.5, date(2026, 1, 1))
    assert data.query("FROM rate_by_currency") == EUR_AND_GBP
    # Once more, with another answer: replaced, not added to.
    api.routes["/rates.csv"] = lambda _: Answer(b"currency,rate,day\nUSD,1,2026-01-03\n")
    assert taxi_assets("pipelines", "rates").exit_code == 0
    assert data.query("FROM rate_by_currency") == [("USD", 1.0)]


def test_the_same_in_postgres_where_rights_and_views_stay(
    api: ApiServer, write: Write, postgres_dsn: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TAXI_WAREHOUSES", "postgres")
    monkeypatch.setenv("TAXI_POSTGRES_DSN", postgres_dsn)
    _rates(api, write, more="  warehouse: postgres\n")
    answer = taxi_assets("pipelines", "rates")
    assert answer.exit_code == 0, answer.text
    with psycopg.connect(postgres_dsn, autocommit=True) as connection:
        assert connection.execute("TABLE rate_by_currency").fetchall() == EUR_AND_GBP
        connection.execute("CREATE VIEW on_top AS SELECT * FROM rates")
        assert taxi_assets("pipelines", "rates").exit_code == 0
        assert len(connection.execute("TABLE on_top").fetchall()) == 3
        connection.execute("CREATE TABLE mine AS SELECT 1 AS x")
        write("other", HTTP_TABLE.format(url=api.url, sql="FROM mine") + "  warehouse: postgres\n")
        other = Path("pipelines/other.yaml")
        text = other.read_text().replace("table: rates\n", "table: mine\n")
        other.write_text(text.replace("rate_by_currency", "mine_too"))
        answer = taxi_assets("pipelines", "other")
        assert "a table or view mine that no pipeline made" in answer.text
        assert connection.execute("TABLE mine").fetchall() == [(1,)]
        assert connection.execute("SELECT to_regclass('mine_too')").fetchone() == (None,)


@pytest.mark.parametrize("made", ["TABLE rates AS SELECT 1 AS x", "VIEW rates AS SELECT 1 AS x"])
def test_what_no_pipeline_made_is_not_replaced(
    api: ApiServer, write: Write, settings_env: Path, made: str
) -> None:
    _rates(api, write)
    settings_env.mkdir(exist_ok=True)
    data = DataFolder(settings_env)
    data.change(f"CREATE {made}")
    answer = taxi_assets("pipelines", "rates")
    assert "a table or view rates that no pipeline made" in answer.text
    assert data.query("FROM rates") == [(1,)]


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (Answer(b"<html>sorry</html>"), "holds no records"),
        (Answer(b"<html>\nsorry\n</html>"), "has no currency, rate, day"),
        (Answer(b""), "holds no records"),
        (Answer(b"currency,rate,day\n"), "holds no records"),
        (Answer(b"currency,rate,day\nEUR,1"), "record 1: 2 fields, the header has 3"),
        (Answer(b"currency,rate,rate\nEUR,1,2"), "two columns of one name"),
        (Answer(b'currency,rate,day\n"EUR,1,2'), "is not CSV in UTF-8"),
        (Answer(b"currency,rate,day\n\xff,1,2026-01-01"), "is not CSV in UTF-8"),
        (Answer(b"currency,rate,day\nEUR,high,2026-01-01"), 'rate is "high", which is no number'),
        (Answer(b"currency,rate,day\nEUR,nan,2026-01-01"), "which is no number"),
        (Answer(b"currency,rate,day\nEUR,1,2026-02-30"), "which is no date"),
        (Answer(b"currency,rate,day\nE\0,1,2026-02-03"), "which is no text"),
        (Answer(b"currency,rate,day\n" + b"x" * 51_000_000), "is larger than 50 MB"),
        (as_json({}, 404), "HTTP 404"),
        (as_json({}, 500), "HTTP 500"),
        (as_json({}, 401), "check the address in the pipeline file"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_wrong_answer_is_told_before_anything_is_written(
    api: ApiServer, answer: Answer, told: str
) -> None:
    api.routes["/rates.csv"] = lambda _: answer
    table = HttpTable.model_validate(
        {
            "url": f"{api.url}/rates.csv",
            "format": "csv",
            "columns": {"currency": "text", "rate": "number", "day": "date"},
            "table": "rates",
        }
    )
    with pytest.raises(TaxiAssetsError) as failure:
        table.fetch(read_settings())
    assert told in str(failure.value)


@pytest.mark.parametrize(
    "sql",
    [SQL, "SELECT CAST(error('no such rate') AS DATE) AS x FROM rates WHERE currency = 'USD'"],
)
def test_a_run_that_fails_leaves_both_tables(
    api: ApiServer, write: Write, settings_env: Path, sql: str
) -> None:
    _rates(api, write)
    assert taxi_assets("pipelines", "rates").exit_code == 0
    answer = b"<html>sorry</html>" if sql == SQL else b"currency,rate,day\nUSD,1,2026-01-03\n"
    api.routes["/rates.csv"] = lambda _: Answer(answer)
    write("rates", HTTP_TABLE.format(url=api.url, sql=sql))
    done = taxi_assets("pipelines", "rates")
    assert done.exit_code == 1
    assert "nothing was written" in done.text
    assert DataFolder(settings_env).query("FROM rate_by_currency") == EUR_AND_GBP
    assert len(DataFolder(settings_env).query("FROM rates")) == 3


def test_json_values_keep_their_kinds_and_what_is_missing_is_null(
    api: ApiServer, write: Write, settings_env: Path
) -> None:
    records = [
        {"n": 1, "x": 2, "ok": True, "since": "2026-01-01T01:00:00+01:00", "tags": ["a"]},
        {"n": 2.0},
    ]
    api.routes["/list"] = lambda _: as_json(records)
    write(
        "list",
        f"""
        type: taxi_assets.components.HttpTable
        attributes:
          url: {api.url}/list
          format: json
          columns: {{n: integer, x: number, ok: boolean, since: timestamp, tags: text}}
          table: from_json
        """,
    )
    assert taxi_assets("pipelines", "list").exit_code == 0
    query = "SELECT n, x, ok, CAST(since AS VARCHAR), tags FROM from_json"
    assert DataFolder(settings_env).query(query) == [
        (1, 2.0, True, "2026-01-01 00:00:00", json.dumps(["a"])),
        (2, None, None, None, None),
    ]


def test_private_addresses_are_refused(
    api: ApiServer, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    _rates(api, write)
    monkeypatch.setenv("TAXI_PIPELINE_HOSTS", "public")
    answer = taxi_assets("pipelines", "rates")
    assert "127.0.0.1 is 127.0.0.1, which is not a public address" in answer.text
    assert api.asked == []
