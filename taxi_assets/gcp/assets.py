"""Assets of Google Cloud that must exist before months can be loaded."""

import dagster as dg

from taxi_assets.failures import dagster_failures
from taxi_assets.gcp.bucket import ensure_bucket
from taxi_assets.gcp.cloud import GoogleCloud


def bucket_asset(cloud: GoogleCloud, name: str) -> dg.AssetsDefinition:
    """The asset that creates and checks the lake's bucket.

    Args:
        cloud: project, location and credentials.
        name: name of the bucket.
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
                **({"warnings": "\n".join(state.warnings)} if state.warnings else {}),
            }
        )

    return bucket
