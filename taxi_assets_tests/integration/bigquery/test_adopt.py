"""A table as the flows leave it becomes one with months; its rows stay, and get the common id."""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path
from unittest import mock

import pytest

from taxi_assets.errors import WarehouseError
from taxi_assets_tests.command_line import taxi_assets
from taxi_assets_tests.integration.bigquery.dataset import APRIL, GREEN, MAY, OwnDataset
from taxi_assets_tests.integration.bigquery.test_statements import FLOWS_COLUMNS
from taxi_assets_tests.published import csv_month

TABLE = GREEN.table


def as_the_flows_leave_it(own: OwnDataset) -> None:
    """Load two months, and make of them what the flows would have made."""
    own.load(APRIL, csv_month(GREEN, 5))
    own.load(MAY, csv_month(GREEN, 4))
    columns = FLOWS_COLUMNS["green"]
    values = [
        "FROM_HEX('00ff') AS unique_row_id" if type_ == "BYTES" else f"CAST({n} AS {type_}) AS {n}"
        for n, type_ in columns.items()
    ]
    ours, theirs = own.place.qualified(TABLE), own.place.qualified("theirs")
    declared = ", ".join(f"{name} {type_}" for name, type_ in columns.items())
    own.query(f"CREATE TABLE {theirs} ({declared}) PARTITION BY DATE({GREEN.pickup})")
    own.query(f"INSERT INTO {theirs} SELECT {', '.join(values)} FROM {ours}")
    own.query(f"DROP TABLE {ours}")
    own.query(f"ALTER TABLE {theirs} RENAME TO {TABLE}")


def without_ids(own: OwnDataset) -> Counter[tuple[object, ...]]:
    """All rows but for their ids: the stand-in writes NUMERIC otherwise than BigQuery.

    The ids of adopted rows are looked at with Google's own evaluator, in ``test_statements``.
    """
    return Counter(row[1:] for row in own.rows().elements())


def test_the_flows_table_is_recognised_and_adopted(own: OwnDataset, settings_env: Path) -> None:
    as_the_flows_leave_it(own)
    own.query(
        f"INSERT INTO {own.place.qualified(TABLE)} (filename, {GREEN.pickup}) "
        "VALUES ('from elsewhere', TIMESTAMP '2020-04-01 00:00:00')"
    )
    own.query(f"DELETE FROM {own.place.qualified('tripdata_files')} WHERE TRUE")
    with pytest.raises(WarehouseError, match="the Kestra flows") as refusal:
        own.load(APRIL, csv_month(GREEN, 5))
    assert "taxi-assets adopt bigquery" in refusal.value.remedy
    with mock.patch.dict(os.environ, own.environment):
        answer = taxi_assets("adopt", "bigquery")
        assert answer.exit_code == 0, answer.text
        assert f"{TABLE}: 10 rows kept, in 2 months and 1 of other files" in answer.text
        assert f"{own.name}.{TABLE}_from_flows" in answer.text
        assert "nothing to adopt" in taxi_assets("adopt", "bigquery").text
    adopted = without_ids(own)
    loaded = own.load(APRIL, csv_month(GREEN, 5))
    assert (loaded.changed, loaded.replaced_rows) == (True, 5)
    assert without_ids(own) == adopted, "a load gives the same rows"
    assert own.counts() == {APRIL.filename: 5, MAY.filename: 4, "from elsewhere": 1}


def test_an_adoption_that_was_broken_off_is_finished(own: OwnDataset, settings_env: Path) -> None:
    own.load(APRIL, csv_month(GREEN, 5))
    before = Counter(own.rows())
    for name, other in ((TABLE, f"{TABLE}_adopted"), ("tripdata_files", f"{TABLE}_from_flows")):
        own.query(f"ALTER TABLE {own.place.qualified(name)} RENAME TO {other}")
    with mock.patch.dict(os.environ, own.environment):
        answer = taxi_assets("adopt", "bigquery")
    assert f"{TABLE}: 5 rows kept, in 1 months" in answer.text
    assert own.rows() == before


def test_a_table_with_other_columns_is_left_as_it_is(own: OwnDataset, settings_env: Path) -> None:
    own.query(f"CREATE TABLE {own.place.qualified(TABLE)} (filename STRING, more INT64)")
    with mock.patch.dict(os.environ, own.environment):
        answer = taxi_assets("adopt", "bigquery")
    assert answer.exit_code == 1
    assert "does not have the flows' columns: VendorID is missing" in answer.text
    assert own.tables() == {TABLE}
