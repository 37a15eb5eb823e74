"""The lake that the settings name, as Dagster's resource ``lake``.

The resource is the lake itself, not a configurable one: Dagster shows and stores what those are
configured with, which here may be a key.
"""

from taxi_assets.lake.folder import FolderLake
from taxi_assets.lake.lake import Lake
from taxi_assets.settings import Settings


def lake_of(settings: Settings) -> Lake:
    """The lake in a folder or in a bucket; nothing is asked or made yet.

    What only a bucket needs is imported for a bucket only: it takes a tenth of a second.
    """
    if settings.lake_bucket is None:
        return FolderLake(settings.lake_folder)
    from taxi_assets.gcp.cloud import google_cloud_of
    from taxi_assets.lake.gcs.bucket_lake import BucketLake

    bucket, prefix = settings.lake_bucket
    return BucketLake(google_cloud_of(settings), bucket, prefix, settings.lake_folder)
