"""What docs/gcp.md says of costs is worked out anew, from the statements that are sent."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from unittest import mock

import pytest
from google.cloud.bigquery import QueryJob

from taxi_assets.automation.loaded_months import loaded_months
from taxi_assets.automation.republished import INTERVAL
from taxi_assets.settings import read_settings
from taxi_assets.trips.datasets import DATASETS
from taxi_assets.trips.file import FileFormat, TripFile
from taxi_assets.trips.month import Month
from taxi_assets.warehouse.bigquery.jobs import Cost
from taxi_assets_tests.bigquery_costs import LEAST_BYTES, Bill
from taxi_assets_tests.command_line import taxi_assets
from taxi_assets_tests.integration.bigquery.dataset import OwnDataset
from taxi_assets_tests.integration.equality.generated_months import publish_csv
from taxi_assets_tests.published import Mirror
from taxi_assets_tests.storage_server import StorageServer

DOCS = Path(__file__).resolve().parents[3] / "docs" / "gcp.md"
BEGIN, END = "<!-- costs: worked out by a test -->\n", "<!-- end of costs -->"
YELLOW = DATASETS["yellow"]
MONTH = "2019-01"
LARGE = Bill(YELLOW, 8_000_000)
MONTHS_SINCE_2009 = 200
BUCKET = "taxi-lake"


@pytest.fixture
def project(
    own: OwnDataset, storage: StorageServer, mirror: Mirror, settings_env: Path
) -> Iterator[OwnDataset]:
    """A project with a bucket and BigQuery, and a published month."""
    storage.make_bucket(
        BUCKET,
        iamConfiguration={
            "uniformBucketLevelAccess": {"enabled": True},
            "publicAccessPrevention": "enforced",
        },
    )
    publish_csv(mirror, TripFile(YELLOW, Month.parse(MONTH), FileFormat.CSV), 200)
    environment = {
        **own.environment,
        "STORAGE_EMULATOR_HOST": storage.url,
        "TAXI_LAKE": f"gs://{BUCKET}/raw",
        "TAXI_CSV_BASE_URL": mirror.csv_url,
        "TAXI_PARQUET_BASE_URL": mirror.parquet_url,
        "TAXI_PUBLISHED_COUNTS": "warn",
    }
    with mock.patch.dict(os.environ, environment):
        yield own


@dataclass
class Sent:
    """The queries that were sent while a command ran; dry runs are not among them."""

    queries: list[str]

    def bytes(self) -> int:
        """What they may be billed for, for a large month."""
        return LARGE.of_all(self.queries)

    def only(self, part: str) -> Sent:
        """Those that hold a text."""
        return Sent([query for query in self.queries if part in query])


@contextmanager
def recorded(own: OwnDataset) -> Iterator[Sent]:
    def all_sent() -> list[QueryJob]:
        return [job for job in own.queries() if job.labels]

    before = {job.job_id for job in all_sent()}
    sent = Sent([])
    yield sent
    sent.queries = [job.query for job in all_sent() if job.job_id not in before]


def command(own: OwnDataset, *arguments: str) -> Sent:
    with recorded(own) as sent:
        answer = taxi_assets(*arguments)
    assert answer.exit_code == 0, answer.text
    return sent


def shown(what: str, sent_bytes: int) -> str:
    gigabytes, price = sent_bytes / 1e9, Cost(bytes_billed=sent_bytes).price_usd
    return f"| {what} | {gigabytes:,.2f} GB | {price:,.4f} $ |"


@pytest.mark.long
def test_the_docs_say_what_the_statements_cost(project: OwnDataset) -> None:
    taxi, whole = "yellow", ("yellow", MONTH)
    loaded = command(project, "load", *whole)
    replaced = command(project, "load", *whole, "--force")
    unchanged = command(project, "load", *whole)
    checked = command(project, "check", *whole)
    planned = command(project, "load", *whole, "--dry-run")
    status = command(project, "status", taxi)
    reported = command(project, "report", "report.html")
    with recorded(project) as of_a_schedule:
        loaded_months(read_settings(), YELLOW)
    a_day = 2 + timedelta(days=1) // INTERVAL
    with mock.patch.dict(os.environ, TAXI_BIGQUERY_ROWS="sent"):
        by_sending = command(project, "load", *whole, "--force")

    # A load checks its month, too: those queries are a line of their own.
    def without_checks(sent: Sent) -> Sent:
        return Sent([query for query in sent.queries if query not in checked.queries])

    first = without_checks(loaded).bytes()
    again = without_checks(replaced).bytes()
    figures = [
        ("a yellow month of 8 million rows, new, read in place", first),
        ("the same month, its rows sent", without_checks(by_sending).bytes()),
        ("the same month, replaced", again),
        ("the same month again, unchanged", without_checks(unchanged).bytes()),
        ("the checks of that month", checked.bytes()),
        ("`taxi-assets load --dry-run`, however many months", planned.bytes()),
        ("`taxi-assets status`, of a taxi", status.bytes()),
        ("a report, for each month that is new", reported.bytes()),
        ("a day of schedules and sensors, of a taxi", a_day * of_a_schedule.bytes()),
        (
            "all yellow months since 2009, loaded and checked",
            MONTHS_SINCE_2009 * (first + checked.bytes()),
        ),
    ]
    lines = ["| what | reads at most | costs |", "|---|---|---|"]
    table = "\n".join(lines + [shown(*figure) for figure in figures]) + "\n"
    text = DOCS.read_text("utf-8")
    assert BEGIN + table + END in text, f"docs/gcp.md should have\n{table}"

    for cheap in (planned, status, of_a_schedule):
        assert max(map(Bill(YELLOW, 2 * 10**9).of, cheap.queries)) <= 2 * LEAST_BYTES, (
            "no row of a table is read, however large it is"
        )
    assert not re.search(rf"{YELLOW.table}`", " ".join((*planned.queries, *status.queries)))
