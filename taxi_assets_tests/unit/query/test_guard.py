"""What a query may read and call on a server, judged before it is run."""

from __future__ import annotations

import duckdb
import pytest

from taxi_assets.errors import QueryError
from taxi_assets.query.guard import guarded
from taxi_assets.sql.harmless_functions import HARMLESS, ROWS
from taxi_assets.sql.select_only import SelectOnly

TABLES = ("green_tripdata", "zones", "analytics.fct_trips")


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT count(*) FROM green_tripdata WHERE filename LIKE 'green_tripdata_2021-03.%'",
        "SELECT Zone, avg(total_amount)::numeric(10, 2) FROM green_tripdata JOIN public.zones ON "
        "pulocationid = locationid GROUP BY 1 ORDER BY 2 DESC LIMIT 5",
        "WITH m AS (SELECT date_trunc('month', lpep_pickup_datetime) AS month FROM green_tripdata) "
        "SELECT month, count(*) FILTER (WHERE month > '2020-01-01') FROM m GROUP BY month",
        "SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY fare_amount), extract(hour FROM "
        "lpep_pickup_datetime), to_char(now(), 'YYYY') FROM green_tripdata GROUP BY 2, 3",
        "SELECT d::date FROM generate_series('2021-01-01'::date, '2021-02-01', '1 day') AS d",
        "SELECT 1 UNION ALL SELECT 2",
        'SELECT * FROM "zones", public."zones" AS z',
        "SELECT * FROM fct_trips JOIN Analytics.fct_trips AS f USING (filename)",
        "SELECT row_number() OVER (PARTITION BY borough ORDER BY zone) FROM zones",
        "WITH zones AS (SELECT * FROM zones), z AS (SELECT * FROM zones) SELECT * FROM z, Zones",
        "SELECT * FROM (WITH z AS (SELECT 1) SELECT * FROM z) AS a",
        "WITH RECURSIVE n AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM n) SELECT i FROM n LIMIT 3",
        "SELECT cardinality(array_agg(zone)), octet_length(zone) FROM zones GROUP BY zone",
        "SELECT (regexp_match(zone, '(a+)'))[1] FROM zones WHERE zone <> ALL (ARRAY['a', 'b'])",
        "SELECT zone <> ALL (SELECT borough FROM zones) FROM zones",
        "SELECT key, value FROM zones, LATERAL jsonb_each_text(to_jsonb(zones)) AS e(key, value)",
        "SELECT word FROM zones, regexp_split_to_table(zone, ' ') AS word",
        "SELECT jsonb_build_object('zone', zone), sind(30), age(now(), now()) FROM zones",
    ],
)
def test_a_question_s_query_is_run(sql: str) -> None:
    assert guarded(sql, "postgres", TABLES, "public")


@pytest.mark.parametrize(
    "sql",
    [
        "DELETE FROM zones",
        "SELECT 1; DROP TABLE zones",
        "WITH d AS (DELETE FROM zones RETURNING *) SELECT * FROM d",
        "WITH i AS (INSERT INTO zones VALUES (1) RETURNING *) SELECT * FROM i",
        "SELECT * INTO copy FROM zones",
        "SELECT * FROM zones FOR UPDATE",
        "CREATE TABLE t AS SELECT 1",
        "COPY zones TO PROGRAM 'id'",
        "COPY (SELECT 1) TO '/tmp/x'",
        "EXPLAIN ANALYZE SELECT 1",
        "SET statement_timeout = 0",
        "SHOW data_directory",
        "DO $$ BEGIN END $$",
        "CALL p()",
        "VACUUM",
        "SELECT pg_read_file('/etc/passwd')",
        "SELECT pg_catalog.pg_read_file('/etc/passwd')",
        'SELECT "pg_sleep"(100)',
        "SELECT * FROM pg_ls_dir('/')",
        "SELECT * FROM zones, LATERAL (SELECT pg_sleep(1)) AS s",
        "SELECT set_config('transaction_read_only', 'off', false)",
        "SELECT current_setting('data_directory')",
        "SELECT pg_advisory_lock(1)",
        "SELECT lo_import('/etc/passwd')",
        "SELECT query_to_xml('SELECT * FROM pg_authid', true, true, '')",
        "SELECT dblink('dbname=other', 'SELECT 1')",
        "SELECT my_own_function()",
        "SELECT * FROM pg_catalog.pg_authid",
        "SELECT * FROM pg_stat_activity",
        "SELECT * FROM information_schema.tables",
        "SELECT * FROM secrets",
        "SELECT * FROM analytics.zones",
        "SELECT * FROM analytics.secrets",
        "SELECT * FROM public.fct_trips",
        'SELECT * FROM "PUBLIC".zones',
        "SELECT 1_000",
        "SELECT 0x1F",
        'SELECT * FROM "Zones"',
        'SELECT * FROM analytics."FCT_TRIPS"',
        "SELECT 1; -- one more\nCOPY zones TO '/tmp/x'",
        "ATTACH '/tmp/x' AS x",
        "RESET ALL",
        "SELECT 1 WHERE EXISTS (SELECT pg_sleep(9))",
        "SELECT (SELECT pg_terminate_backend(1))",
        "WITH d AS (UPDATE zones SET zone = '' RETURNING 1) SELECT 1",
        "WITH RECURSIVE d AS (MERGE INTO zones USING zones AS z ON true WHEN MATCHED THEN DELETE "
        "RETURNING 1) SELECT 1 FROM d",
        "TABLE pg_authid",
        "VALUES (pg_read_file('/etc/passwd'))",
        "SELECT * FROM zones TABLESAMPLE system (pg_sleep(1))",
        "PREPARE p AS SELECT 1",
        "LISTEN x",
        "SELECT * FROM other.public.zones",
        "WITH x AS (SELECT * FROM pg_authid), pg_authid AS (SELECT 1) SELECT * FROM x",
        "WITH secrets AS (SELECT * FROM secrets) SELECT * FROM secrets",
        "WITH x AS (SELECT * FROM secrets), secrets AS (SELECT 1) SELECT * FROM x",
        "SELECT * FROM (WITH secrets AS (SELECT 1) SELECT 1) AS x, secrets",
        "WITH RECURSIVE secrets AS (SELECT * FROM secrets) SELECT * FROM secrets",
        "WITH RECURSIVE s AS (SELECT * FROM s UNION ALL SELECT 1) SELECT * FROM s",
        'WITH "SECRETS" AS (SELECT 1) SELECT * FROM secrets',
        "SELECT * FROM zones PIVOT (count(*) FOR borough IN ('Queens'))",
        "SELECT all(pg_sleep(1))",
        "SELECT 1 <> ALL (ARRAY[pg_sleep(1)::text])",
        "SELECT public.cardinality(1)",
        "SELECT jsonb_each(pg_read_file('/etc/passwd')::jsonb)",
        "SELECT * FROM jsonb_each(pg_read_file('/etc/passwd')::jsonb)",
        "SELECT * FROM public.jsonb_each('{}')",
        "SELECT * FROM zones, LATERAL pg_ls_dir('/') AS f",
        "SELECT * FROM ROWS FROM (pg_ls_dir('/'), jsonb_each('{}'))",
        "SELECT * FROM cardinality('{}')",
        "SELECT histogram(1)",
        "SELECT array_fill(1, ARRAY[100000000])",
        "SELECT table_to_xml('pg_authid', true, true, '')",
        "SELECT ts_stat('SELECT 1')",
        "SELECT setseed(0.5)",
        "SELECT (",
        "",
    ],
)
def test_all_else_is_refused(sql: str) -> None:
    with pytest.raises(QueryError):
        guarded(sql, "postgres", TABLES, "public")


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT 1 /* ; DROP TABLE zones */ -- x",
        "SELECT /*!50000 pg_sleep(1), */ 1",
        "SELECT /* a /* b */ pg_sleep(1), */ 1",
    ],
)
def test_what_was_judged_is_what_is_run(sql: str) -> None:
    """A comment could be read in one way here and in another way by the server."""
    assert guarded(sql, "postgres", TABLES, "public") == "SELECT 1"


@pytest.mark.parametrize(
    "sql",
    [
        "PIVOT zones ON borough USING count(*)",
        "FROM (PIVOT zones ON borough IN ('Queens') USING count(*))",
        "SELECT list_sum([1, 2]), cardinality(MAP {1: 2}), strip_accents(zone) FROM zones",
        "SELECT * FROM json_each('{}')",
        "SELECT product(1), to_hours(2), weekday(zone) FROM zones",
    ],
)
def test_duckdb_s_query_is_run(sql: str) -> None:
    assert SelectOnly(sql, "duckdb").text()


@pytest.mark.parametrize(
    "sql",
    [
        "PIVOT read_csv('/etc/passwd') ON column0",
        "PIVOT zones ON read_text('/etc/passwd') USING count(*)",
        "FROM histogram('secrets', 'key')",
        "SELECT * FROM zones, LATERAL histogram('secrets', 'key')",
        "SELECT * FROM query('SELECT 1')",
        "SELECT * FROM query_table('secrets')",
        "SELECT getenv('HOME')",
        "SELECT current_setting('home_directory')",
        "SELECT sleep_ms(1000)",
        "SELECT nextval('s')",
        "SELECT json_execute_serialized_sql('{}')",
        "SELECT write_log('x')",
        "SELECT printf('%1000000000d', 1)",
        "SELECT list_resize([1], 1000000000)",
        "SELECT array_resize([1], 1000000000)",
        "SELECT regexp_match('a', 'b')",
        "PIVOT zones ON borough; DROP TABLE zones",
    ],
)
def test_all_else_of_duckdb_is_refused(sql: str) -> None:
    with pytest.raises(ValueError, match=r"may not be called|reads? tables|no table|one SELECT"):
        SelectOnly(sql, "duckdb")


def test_what_duckdb_may_call_is_there_and_has_no_effect() -> None:
    found: dict[str, set[str]] = {}
    with duckdb.connect() as connection:
        rows = connection.execute(
            "SELECT lower(function_name), function_type, coalesce(stability, ''), "
            "coalesce(has_side_effects, false) FROM duckdb_functions()"
        ).fetchall()
    for name, kind, stability, has_effects in rows:
        assert name not in HARMLESS["duckdb"] or not has_effects, name
        assert name not in HARMLESS["duckdb"] or stability != "VOLATILE", name
        found.setdefault(name, set()).add(kind)
    of_postgres = {"every", "width_bucket"}
    assert HARMLESS["duckdb"] - of_postgres <= found.keys()
    assert {"table"} == set().union(*(found[name] for name in ROWS["duckdb"]))
