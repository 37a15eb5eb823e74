"""DuckDB's own hash of rows tells apart what its function ``hash`` alone would not."""

from collections.abc import Iterator
from contextlib import contextmanager

import duckdb

from taxi_assets.rows.row_digest import Digests, as_digest, engine_sum
from taxi_assets.sql.duckdb import DUCKDB
from taxi_assets.trips.green import GREEN
from taxi_assets.warehouse.columns import declared_columns
from taxi_assets.warehouse.duckdb.session import DuckDBSession
from taxi_assets.warehouse.postgres.dialect import POSTGRES

# Found by search: the sum of ``hash`` stays when these two rows swap fees of 0 and 0.75. About one
# pair in 2^31 is like that.
IDS = ("98b50e6e0715fad40627833c7030d3c3", "0d03ca65e6150f78ae78491fdd16d0d7")


FILENAME = "green_tripdata_2020-04.csv"
IDS_IN_FILE = ("70bd7e9468cf57dcd6280c308e2357ae", "c1fa410177ad0dae65c9f060f59ce8a9")
"""The same of rows that have a file name, too."""


@contextmanager
def table_with(*rows: tuple[str, float], filename: str) -> Iterator[duckdb.DuckDBPyConnection]:
    """A table with rows that have only these ids and, in the last column, fees."""
    definitions = ", ".join(f'"{n}" {t}' for n, t in declared_columns(DUCKDB, GREEN).items())
    with duckdb.connect() as connection:
        connection.execute(f"CREATE TABLE green_tripdata ({definitions})")
        connection.executemany(
            "INSERT INTO green_tripdata (unique_row_id, cbd_congestion_fee, filename) "
            f"VALUES (?, ?, '{filename}')",
            rows,
        )
        yield connection


def digest_with(*fees: float) -> str:
    """The digest of two rows with these fees."""
    with table_with(*zip(IDS, fees, strict=True), filename="") as connection:
        total = engine_sum(GREEN, DUCKDB, len(GREEN.columns), ())
        [(found,)] = connection.execute(f"SELECT {total} FROM green_tripdata").fetchall()
    return as_digest(int(found))


def version_with(*fees: float) -> dict[str, str]:
    """What tells whether figures of two rows of a file must be counted anew."""
    with table_with(*zip(IDS_IN_FILE, fees, strict=True), filename=FILENAME) as connection:
        return DuckDBSession(connection).row_versions(GREEN, [FILENAME])


def test_postgres_hashes_texts_by_their_bytes_whatever_collation_a_column_has() -> None:
    total = engine_sum(GREEN, POSTGRES, len(GREEN.columns), ())
    assert '"unique_row_id" COLLATE "C"' in total
    assert '"store_and_fwd_flag" COLLATE "C"' in total


def test_rows_that_swap_a_value_of_the_last_column_have_another_digest() -> None:
    assert digest_with(0, 0.75) == digest_with(0, 0.75)
    assert digest_with(0, 0.75) != digest_with(0.75, 0)


def test_rows_of_a_file_that_swap_a_value_of_the_last_column_are_another_version() -> None:
    assert version_with(0, 0.75) == version_with(0, 0.75)
    assert version_with(0, 0.75) != version_with(0.75, 0)
    assert list(version_with(0, 0.75)) == [FILENAME]


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
    assert Digests().conflict(Digests()) is None
