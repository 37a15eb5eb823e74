"""Record tables in BigQuery say the version of their schema; a later one is refused."""

from __future__ import annotations

from dataclasses import replace

import pytest

from taxi_assets.errors import WarehouseError
from taxi_assets.warehouse.records import ledger_entries
from taxi_assets.warehouse.tally import TALLIES
from taxi_assets_tests.integration.bigquery.dataset import OwnDataset


def test_a_record_table_says_its_version_and_a_later_one_is_refused(own: OwnDataset) -> None:
    session = own.session
    session().ensure(TALLIES)
    assert session().comment(TALLIES.name).endswith("Schema version 1.")
    session().ensure(replace(TALLIES, version=2))
    assert session().comment(TALLIES.name).endswith("Schema version 2.")
    with pytest.raises(WarehouseError, match="has schema version 2") as refusal:
        session().ensure(TALLIES)
    assert "run the later edition again" in refusal.value.remedy
    assert ledger_entries(session()) == []
