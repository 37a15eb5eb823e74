"""Python in a container: an asset that a program outside of Dagster makes.

The program reports through Dagster Pipes. Each count becomes a point of the asset's plot.
"""

import dagster as dg

from taxi_assets.errors import SourceRefusedError, SourceUnavailableError
from taxi_assets.failures import dagster_failures
from taxi_assets.settings import Settings
from taxi_assets.starter.program import run_program


class Image(dg.Config):
    """The image whose pulls are counted."""

    image: str = "kestra/kestra"


def image_pulls_asset(settings: Settings) -> dg.AssetsDefinition:
    """The asset that counts how often an image was pulled from Docker Hub."""

    @dg.asset(
        key=["starter", "image_pulls"],
        group_name="starter",
        kinds={"python", "docker"},
        description="How often a Docker image was pulled, by a program outside of Dagster.",
    )
    def image_pulls(context: dg.AssetExecutionContext, config: Image) -> dg.MaterializeResult[None]:
        namespace, _, name = config.image.rpartition("/")
        place = f"namespaces/{namespace or 'library'}/repositories/{name}"
        url = f"{settings.docker_hub_url}/{place}"
        with dagster_failures():
            ran_in, done = run_program(
                context, settings, "count_pulls.py", {"image": config.image, "url": url}
            )
            for problem in done.get_custom_messages():
                error = SourceUnavailableError if problem["passing"] else SourceRefusedError
                raise error(problem["what"], problem["remedy"])
        context.add_output_metadata({"ran_in": ran_in})
        return done.get_materialize_result()

    return image_pulls
