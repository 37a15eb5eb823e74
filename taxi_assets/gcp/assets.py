"""What must be there in Google Cloud before months can be loaded, as assets."""

import dagster as dg

from taxi_assets.failures import dagster_failures
from taxi_assets.gcp.bucket import ensure_bucket
from taxi_assets.gcp.cloud import GoogleCloud


def bucket_asset(cloud: GoogleCloud, name: str) -> dg.AssetsDefinition:
    """The lake's bucket.

    Args:
        cloud: who we are.
        name: the bucket.
    """

    @dg.asset(
        key=["gcp", "bucket"],
        group_name="gcp",
        kinds={"googlecloud", "gcs"},
        owners=["team:taxi-data"],
        description=(
            "The bucket of the raw files.\n\nMade where there is none; one that is there is "
            "checked and never changed."
        ),
    )
    def bucket() -> dg.MaterializeResult[None]:
        with dagster_failures():
            state = ensure_bucket(cloud, name)
        return dg.MaterializeResult(
            metadata={
                "dagster/uri": f"gs://{name}",
                "location": state.location,
                "created": state.created,
            }
        )

    return bucket
