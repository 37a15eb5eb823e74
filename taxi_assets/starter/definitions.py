"""Dagster's definitions of the starter pipelines."""

import dagster as dg

from taxi_assets.settings import Settings
from taxi_assets.starter.hello_world import hello_world_definitions
from taxi_assets.starter.image_pulls import image_pulls_asset
from taxi_assets.starter.products import product_assets

IMAGE_PULLS_JOB = "image_pulls"
GETTING_STARTED_JOB = "getting_started"


def starter_definitions(settings: Settings) -> dg.Definitions:
    """The three pipelines; they use the resource ``duckdb``."""
    image_pulls, products = image_pulls_asset(settings), product_assets(settings)
    return dg.Definitions.merge(
        hello_world_definitions(settings.hello_world_third_run),
        dg.Definitions(
            assets=[image_pulls, *products],
            jobs=[
                dg.define_asset_job(
                    IMAGE_PULLS_JOB,
                    [image_pulls],
                    description="Python in a container: counts how often an image was pulled.",
                ),
                dg.define_asset_job(
                    GETTING_STARTED_JOB,
                    products,
                    description="Getting started: from a shop's API to a table of average prices.",
                ),
            ],
        ),
    )
