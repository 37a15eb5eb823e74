"""Which texts are values of a type: the rule that explains refusals, at its edges."""

from __future__ import annotations

import duckdb
import pytest

from taxi_assets.rows.domain import is_bad, is_code, to_the_microsecond, without_zero_fraction
from taxi_assets.trips.column import Column, ColumnType
from taxi_assets.trips.green import GREEN

OF_TYPE = {
    type_: next(c for c in GREEN.columns if c.type is type_ and c.nullable)
    for type_ in (ColumnType.CODE, ColumnType.INTEGER, ColumnType.DOUBLE)
}
DROPOFF, PICKUP = GREEN.column("lpep_dropoff_datetime"), GREEN.column(GREEN.pickup)
CODE, INTEGER, DOUBLE = OF_TYPE.values()


def ask(expression: str, value: str | None) -> object:
    with duckdb.connect() as connection:
        query = f"SELECT {expression} FROM (SELECT CAST($value AS VARCHAR) AS v)"
        return connection.execute(query, {"value": value}).fetchall()[0][0]


@pytest.mark.parametrize(
    ("column", "good"),
    [
        (DROPOFF, ["0001-01-01 00:00:00", "9999-12-31 23:59:59.999999", "2020-04-01 23:59:59.5"]),
        (DROPOFF, [None]),
        (INTEGER, ["1", " 2 ", "1.0", "-2147483648", "2147483647", None]),
        (CODE, ["1", "134.0", "007", None]),
        (DOUBLE, ["9.95", "-.5", "1e5", "999999999999999", None]),
    ],
)
def test_these_are_values(column: Column, good: list[str | None]) -> None:
    bad = is_bad(column, "v", in_key=True)
    assert [value for value in good if ask(bad, value)] == []


@pytest.mark.parametrize(
    ("column", "bad"),
    [
        (DROPOFF, ["2020-04-01 24:00:00.0", "2020-04-01 00:00:00.1234567", "10000-01-01", "x"]),
        (DROPOFF, ["0001-01-01 00:00:00 (BC)", "2020-04-01T00:00:00Z"]),
        (PICKUP, [None]),
        (INTEGER, ["1.5", "2147483648", "1_0", "x", "nan"]),
        (CODE, ["1.00", "-1", "1.5", "A", "٣"]),
        (DOUBLE, ["inf", "nan", "1_0", "1e15", "-1e15", "x", "1e400"]),
    ],
)
def test_these_are_none(column: Column, bad: list[str | None]) -> None:
    rule = is_bad(column, "v", in_key=True)
    assert [value for value in bad if not ask(rule, value)] == []


def test_an_amount_outside_the_key_may_be_larger_but_not_infinite() -> None:
    rule = is_bad(DOUBLE, "v", in_key=False)
    assert [bool(ask(rule, value)) for value in ("1e15", "1e300", "inf", "1e400")] == [
        *(False, False),
        *(True, True),
    ]


def test_a_code_is_digits_or_letters_where_a_column_has_them() -> None:
    assert is_code(CODE, "12")
    assert not any(is_code(CODE, text) for text in ("", "A", "-1", "1.0", "٣"))
    zero_fractions = ("134.0", ".0", "1.00", "5")
    assert [ask(without_zero_fraction("v"), text) for text in zero_fractions] == [
        *("134", ".0", "1.00", "5"),
    ]


def test_a_time_to_the_nanosecond_is_kept_or_refused_but_never_rounded() -> None:
    rule = to_the_microsecond("CAST(v AS TIMESTAMP_NS)")
    assert str(ask(rule, "2020-04-01 00:00:00.000001")) == "2020-04-01 00:00:00.000001"
    for finer in ("2020-04-01 00:00:00.0000001", "2020-04-01 23:59:59.999999999"):
        with pytest.raises(duckdb.Error, match="finer than a microsecond"):
            ask(rule, finer)
