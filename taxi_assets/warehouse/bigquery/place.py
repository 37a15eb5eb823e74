"""A dataset of BigQuery: hands out a client and the names of tables."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from taxi_assets.gcp.cloud import GoogleCloud

if TYPE_CHECKING:
    from google.cloud.bigquery import Client, TableReference


@dataclass(frozen=True)
class BigQueryPlace:
    """A dataset of BigQuery, with limits of cost and time.

    Attributes:
        cloud: project, location and credentials.
        dataset: the dataset's name.
        max_bytes_billed: most bytes that one query may be billed for; BigQuery refuses more.
        wait_seconds: how long to try while other loads write to the same table.
        job_seconds: how long one job may take.
        reads_bucket: whether it reads the files of a bucket by itself.
    """

    cloud: GoogleCloud
    dataset: str
    max_bytes_billed: int
    wait_seconds: float = 600
    job_seconds: float = 3600
    reads_bucket: bool = True

    @cached_property
    def client(self) -> Client:
        """A client whose jobs run in the dataset's location."""
        return self.cloud.bigquery

    @property
    def address(self) -> str:
        """The dataset's name with the project. It contains no secret."""
        return f"{self.cloud.project_id}.{self.dataset}"

    def reference(self, table: str) -> TableReference:
        """The client's reference to a table."""
        from google.cloud.bigquery import DatasetReference

        return DatasetReference(self.cloud.project_id, self.dataset).table(table)

    def qualified(self, table: str) -> str:
        """The table's name, quoted for SQL."""
        return f"`{self.address}.{table}`"
