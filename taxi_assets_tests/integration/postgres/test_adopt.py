"""Tables of the flows are recognised, and become partitioned ones with all their rows."""

from __future__ import annotations

import secrets
from pathlib import Path

import pytest
from click.testing import CliRunner

from taxi_assets.cli import main
from taxi_assets.errors import WarehouseError
from taxi_assets.warehouse.interface import AdoptedTable
from taxi_assets.warehouse.postgres.tables import columns_sql
from taxi_assets_tests.integration.postgres.database import (
    APRIL,
    GREEN,
    MAY,
    NEW,
    NEW_ROWS,
    OLD,
    OLD_ROWS,
    Database,
)
from taxi_assets_tests.integration.postgres.flows import load_as_flows
from taxi_assets_tests.integration.postgres.test_constraints import ALTER, PLACES, constraints


def flows_months(database: Database) -> None:
    """The flows' table with two months."""
    for file, data in ((APRIL, OLD), (MAY, OLD)):
        month = database.open(file, data)
        with database.connect() as connection:
            load_as_flows(connection, file, month.path, "green_tripdata")
    # The flows' MERGE drops what shares its id with a row of another file.
    database.query(
        "INSERT INTO green_tripdata "
        "SELECT unique_row_id, %s, vendorid FROM green_tripdata LIMIT 10",
        MAY.filename,
    )


def adopt(database: Database) -> AdoptedTable | None:
    return database.warehouse().adopt(GREEN)


def test_a_table_of_the_flows_is_explained(database: Database) -> None:
    flows_months(database)
    before = database.rows()
    with pytest.raises(WarehouseError, match="not partitioned by month") as raised:
        database.load()
    assert "taxi-assets adopt postgres" in raised.value.remedy
    assert database.rows() == before


def test_adopted_rows_are_kept_and_months_can_be_replaced(database: Database) -> None:
    flows_months(database)
    database.query("INSERT INTO green_tripdata (filename) VALUES (NULL), ('it''s mine')")
    columns = "unique_row_id, filename, vendorid, lpep_pickup_datetime, fare_amount"
    before = sorted(map(str, database.query(f"SELECT {columns} FROM green_tripdata")))
    adopted = adopt(database)
    assert adopted == AdoptedTable("green_tripdata", OLD_ROWS + 10 + 2, 2, 2)
    assert sorted(map(str, database.query(f"SELECT {columns} FROM green_tripdata"))) == before
    loaded = database.load(data=NEW)
    assert (loaded.changed, loaded.replaced_rows) == (True, OLD_ROWS)
    assert database.counts() == {
        APRIL.filename: NEW_ROWS,
        MAY.filename: 10,
        None: 1,
        "it's mine": 1,
    }
    assert adopt(database) is None


def test_a_database_that_quotes_all_names_is_adopted_and_loaded(database: Database) -> None:
    name = database.dsn.rpartition("/")[2]
    database.query(f"ALTER DATABASE {name} SET quote_all_identifiers = on")
    flows_months(database)
    assert adopt(database) == AdoptedTable("green_tripdata", OLD_ROWS + 10, 2, 0)
    assert database.load(data=NEW).replaced_rows == OLD_ROWS
    assert database.counts() == {APRIL.filename: NEW_ROWS, MAY.filename: 10}


def test_grants_and_owner_stay(database: Database) -> None:
    flows_months(database)
    owner, reader = (f"role_{secrets.token_hex(4)}" for _ in range(2))
    for role in (owner, reader):
        database.query(f"CREATE ROLE {role}")
    database.query(f"ALTER TABLE green_tripdata OWNER TO {owner}")
    database.query(f"GRANT SELECT ON green_tripdata TO {reader}")
    adopt(database)
    rights = database.query(
        "SELECT tableowner, has_table_privilege(%s, 'green_tripdata', 'SELECT') "
        "FROM pg_tables WHERE tablename LIKE 'green_tripdata%%' AND tablename !~ 'staging'",
        reader,
    )
    assert rights == [(owner, True)] * 3
    for role in (owner, reader):
        database.query(f"DROP OWNED BY {role}")
        database.query(f"DROP ROLE {role}")


@pytest.mark.parametrize(
    "change",
    [
        f"{ALTER} ADD CONSTRAINT paid CHECK (fare_amount >= 0) NOT VALID",
        f"{ALTER} ALTER COLUMN vendorid SET NOT NULL",
        f'{ALTER} ADD CONSTRAINT "one\'s own" UNIQUE (filename, unique_row_id)',
        f"{ALTER} ADD PRIMARY KEY (unique_row_id, filename)",
        f"{PLACES}{ALTER} ADD FOREIGN KEY (pulocationid) REFERENCES places",
        "CREATE INDEX fares ON green_tripdata (fare_amount DESC) WHERE fare_amount > 10",
    ],
)
def test_what_users_put_on_the_table_stays(database: Database, change: str) -> None:
    flows_months(database)
    database.query("UPDATE green_tripdata SET vendorid = '1', pulocationid = '1'")
    for statement in change.split("; "):
        database.query(statement)
    database.query(f"{ALTER} ALTER COLUMN fare_amount SET DEFAULT 3 ")
    database.query("COMMENT ON COLUMN green_tripdata.fare_amount IS 'about 100 % of what I paid'")
    before = constraints(database, "green_tripdata")
    names = "SELECT conname FROM pg_constraint WHERE conrelid = 'green_tripdata'::regclass"
    named = set(database.query(names))

    adopt(database)

    after = constraints(database, "green_tripdata")
    by_pickup = ("i", "USING")
    assert after == sorted([*before, by_pickup], key=str)
    assert set(database.query(names)) >= named
    said = "SELECT col_description('green_tripdata'::regclass, attnum), pg_get_expr(adbin, adrelid)"
    assert database.query(
        f"{said} FROM pg_attrdef JOIN pg_attribute ON attrelid = adrelid AND "
        "attnum = adnum WHERE adrelid = 'green_tripdata'::regclass"
    ) == [("about 100 % of what I paid", "3")]
    assert constraints(database, "green_tripdata_2020_04") == after


@pytest.mark.parametrize(
    ("change", "says", "undone"),
    [
        (
            f"{ALTER} ADD CONSTRAINT key PRIMARY KEY (unique_row_id)",
            "the constraint key (unique constraint on partitioned table",
            f"{ALTER} DROP CONSTRAINT key",
        ),
        (
            "CREATE UNIQUE INDEX once ON green_tripdata (unique_row_id)",
            "the index once (unique constraint on partitioned table",
            "DROP INDEX once",
        ),
        (
            f"{ALTER} ALTER COLUMN passenger_count SET NOT NULL, "
            "ALTER COLUMN passenger_count ADD GENERATED ALWAYS AS IDENTITY",
            "the generated column passenger_count (that would be lost)",
            f"{ALTER} ALTER COLUMN passenger_count DROP IDENTITY",
        ),
        (
            f"{ALTER} ENABLE ROW LEVEL SECURITY; CREATE POLICY mine ON green_tripdata USING (true)",
            "its row-level security, the policy mine (that would be lost)",
            f"{ALTER} DISABLE ROW LEVEL SECURITY; DROP POLICY mine ON green_tripdata",
        ),
        (
            "CREATE TRIGGER t BEFORE UPDATE ON green_tripdata FOR EACH ROW "
            "EXECUTE FUNCTION suppress_redundant_updates_trigger()",
            "the trigger t (that would be lost)",
            "DROP TRIGGER t ON green_tripdata",
        ),
        (
            "CREATE RULE r AS ON DELETE TO green_tripdata DO INSTEAD NOTHING",
            "the rule r (that would be lost)",
            "DROP RULE r ON green_tripdata",
        ),
        (
            f"{ALTER} ADD COLUMN mine text GENERATED ALWAYS AS (filename || 'x') STORED",
            "public.green_tripdata is not as declared: mine is not declared",
            'ALTER TABLE public.green_tripdata DROP COLUMN "mine"',
        ),
    ],
)
def test_what_cannot_stay_is_named_with_what_helps(
    database: Database, change: str, says: str, undone: str
) -> None:
    database.query(f"{ALTER.replace('ALTER', 'CREATE')} ({columns_sql(GREEN)})")
    database.query(
        "INSERT INTO green_tripdata (unique_row_id, filename, passenger_count) "
        "VALUES ('id', 'mine', 1)"
    )
    for statement in change.split("; "):
        database.query(statement)
    with pytest.raises(WarehouseError) as raised:
        adopt(database)
    assert says in raised.value.what
    assert undone in raised.value.remedy
    assert database.relations() == {"green_tripdata"}
    assert database.counts() == {"mine": 1}
    for statement in undone.split("; "):
        database.query(statement)
    assert adopt(database) == AdoptedTable("green_tripdata", 1, 0, 1)


def test_statistics_of_users_stay(database: Database) -> None:
    flows_months(database)
    database.query("CREATE STATISTICS ours ON vendorid, pulocationid FROM green_tripdata")
    adopt(database)
    kept = "SELECT stxname FROM pg_statistic_ext WHERE stxrelid = 'green_tripdata'::regclass"
    assert database.query(kept) == [("ours",)]


def test_a_view_on_the_table_keeps_it_as_it_is(database: Database) -> None:
    flows_months(database)
    database.query("CREATE VIEW trips AS SELECT * FROM green_tripdata")
    before = database.relations()
    with pytest.raises(WarehouseError, match="depends on") as raised:
        adopt(database)
    assert "drop what depends" in raised.value.remedy
    assert database.relations() == before


def test_a_table_with_other_columns_is_left_alone(database: Database) -> None:
    database.query("CREATE TABLE green_tripdata (id int)")
    with pytest.raises(WarehouseError, match="lacks the columns filename, unique_row_id"):
        adopt(database)


def test_the_command_says_what_it_did(
    database: Database, settings_env: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    flows_months(database)
    monkeypatch.setenv("TAXI_POSTGRES_DSN", database.dsn)
    answer = CliRunner().invoke(main, ["adopt", "postgres"])
    assert answer.exit_code == 0, answer.output
    assert f"green_tripdata: {OLD_ROWS + 10} rows kept, in 2 months" in answer.output
    assert "nothing to adopt" in CliRunner().invoke(main, ["adopt", "postgres"]).output
