"""DuckDB's own hash of rows tells apart what its function ``hash`` alone would not."""

import duckdb

from taxi_assets.rows.row_digest import Digests, as_digest, engine_sum
from taxi_assets.sql.duckdb import DUCKDB
from taxi_assets.trips.green import GREEN
from taxi_assets.warehouse.columns import declared_columns
from taxi_assets.warehouse.postgres.dialect import POSTGRES

# Found by search: the sum of ``hash`` stays when these two rows swap fees of 0 and 0.75. About one
# pair in 2^31 is like that.
IDS = ("98b50e6e0715fad40627833c7030d3c3", "0d03ca65e6150f78ae78491fdd16d0d7")


def digest_with(*fees: float) -> str:
    """The digest of two rows that have only an id and, in the last column, a fee."""
    definitions = ", ".join(f'"{n}" {t}' for n, t in declared_columns(DUCKDB, GREEN).items())
    with duckdb.connect() as connection:
        connection.execute(f"CREATE TABLE trips ({definitions})")
        connection.executemany(
            "INSERT INTO trips (unique_row_id, cbd_congestion_fee) VALUES (?, ?)",
            list(zip(IDS, fees, strict=True)),
        )
        total = engine_sum(GREEN, DUCKDB, len(GREEN.columns), ())
        [(found,)] = connection.execute(f"SELECT {total} FROM trips").fetchall()
    return as_digest(int(found))


def test_postgres_hashes_texts_by_their_bytes_whatever_collation_a_column_has() -> None:
    total = engine_sum(GREEN, POSTGRES, len(GREEN.columns), ())
    assert '"unique_row_id" COLLATE "C"' in total
    assert '"store_and_fwd_flag" COLLATE "C"' in total


def test_rows_that_swap_a_value_of_the_last_column_have_another_digest() -> None:
    assert digest_with(0, 0.75) == digest_with(0, 0.75)
    assert digest_with(0, 0.75) != digest_with(0.75, 0)


def test_a_digest_has_sixteen_digits_of_the_sum_modulo_two_to_the_64() -> None:
    assert as_digest(255) == "00000000000000ff"
    assert as_digest(2**64 - 1) == "f" * 16
    assert as_digest(2**64 + 1) == "0000000000000001"


def test_digests_are_compared_within_a_kind_and_one_that_differs_tells() -> None:
    both = Digests("a", "DuckDB 2/21", "b")
    assert both.conflict(Digests("a")) is False
    assert both.conflict(Digests("c")) is True
    assert both.conflict(Digests("a", "DuckDB 2/21", "x")) is True, "the second one tells"
    assert both.conflict(Digests("a", "DuckDB 3/21", "x")) is False, "another database's hash"
    assert both.conflict(Digests(None, "DuckDB 3/21", "b")) is None
    assert Digests().conflict(both) is None
