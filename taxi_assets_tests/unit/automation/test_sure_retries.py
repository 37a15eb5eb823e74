"""Which runs are run once more."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import dagster as dg

from taxi_assets.automation.run_tags import WILL_RETRY_TAG
from taxi_assets.automation.sure_retries import due
from taxi_assets_tests.simulation.clock import moved_clock


def test_a_retry_that_was_promised_comes_after_services_were_off_for_days() -> None:
    with dg.DagsterInstance.ephemeral() as instance:
        with moved_clock(datetime.now(UTC) - timedelta(days=3)):
            started = dg.DagsterRunStatus.STARTED
            promised, other = (
                instance.run_storage.add_run(dg.DagsterRun("weekly", status=started, tags=tags))
                for tags in ({WILL_RETRY_TAG: "true"}, {})
            )
            for run in (promised, other):
                instance.report_run_failed(run)
            instance.add_run_tags(promised.run_id, {"seen": "then"})

        assert [run.run_id for run in due(instance)] == [promised.run_id]
