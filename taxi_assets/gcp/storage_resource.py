"""Dagster's resource ``gcs``: this project's client of Cloud Storage, for assets of users."""

from __future__ import annotations

from typing import ClassVar

import dagster as dg
from google.cloud.storage import Client
from pydantic import Field

from taxi_assets.gcp.cloud import GoogleCloud


class LakeStorage(dg.ConfigurableResource[object], dg.IAttachDifferentObjectToOpContext):
    """Cloud Storage, with the credentials of the settings. It holds no secret.

    It does what dagster-gcp's ``GCSResource`` does, and serves where an asset names that class.
    Dagster makes resources anew from their fields, so the credentials are in the class, which
    `storage_resource` makes.
    """

    cloud: ClassVar[GoogleCloud]

    project: str | None = Field(description="The project of Google Cloud.")
    bucket: str = Field(description="The bucket of the lake.")

    def get_client(self) -> Client:
        """The project's client of Cloud Storage."""
        return self.cloud.storage

    def get_object_to_set_on_execution_context(self) -> Client:
        """Make ``context.resources.gcs`` the client, as dagster-gcp does."""
        return self.get_client()


def storage_resource(where: GoogleCloud, bucket: str) -> LakeStorage:
    """The resource ``gcs`` for these credentials. No request is sent.

    Args:
        where: project, location and credentials.
        bucket: the lake's bucket.
    """

    class PlacedStorage(LakeStorage):
        cloud: ClassVar[GoogleCloud] = where

    return PlacedStorage(project=where.project, bucket=bucket)
