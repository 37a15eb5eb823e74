"""Dagster's resource ``gcs``: dagster-gcp's own, with this project's client.

This module imports dagster-gcp, which takes seconds, so it is imported only where the lake is a
bucket.
"""

from __future__ import annotations

from dagster_gcp import GCSResource
from google.cloud.storage import Client
from pydantic import Field

from taxi_assets.gcp.cloud import GoogleCloud


def storage_resource(cloud: GoogleCloud, bucket: str) -> GCSResource:
    """The resource ``gcs`` for these credentials. No request is sent.

    Args:
        cloud: project, location and credentials.
        bucket: the lake's bucket.
    """

    class LakeStorage(GCSResource):
        """Cloud Storage, with the credentials of the settings. It holds no secret."""

        bucket: str = Field(description="The bucket of the lake.")

        def get_client(self) -> Client:
            """The project's client of Cloud Storage."""
            return cloud.storage

    # Dagster makes such resources anew from their fields, so the credentials are in the class.
    return LakeStorage(project=cloud.project, bucket=bucket)
