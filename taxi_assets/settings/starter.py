"""Settings: the starter pipelines."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field
from pydantic_settings import BaseSettings

from taxi_assets.settings import forms
from taxi_assets.settings.choices import Runner, ThirdRun


class StarterSettings(BaseSettings):
    """Settings of the starter pipelines."""

    hello_world_third_run: Annotated[ThirdRun, BeforeValidator(forms.lower)] = Field(
        ThirdRun.REFUSE,
        description="A third run of the job `hello_world`, while two go on, is refused (`refuse`) "
        "or waits (`queue`).",
    )
    starter_runner: Annotated[Runner, BeforeValidator(forms.lower)] = Field(
        Runner.AUTO,
        description="Where `starter/image_pulls` runs its program: in a container (`docker`), in "
        "a process (`process`), or in a container where a Docker engine answers (`auto`).",
    )
    starter_container_image: str = Field(
        "python:3.13-slim", description="Image of that container: any with Python 3.10 or later."
    )
    starter_container_network: str = Field(
        "bridge", description="Docker network of that container."
    )
    docker_hub_url: Annotated[str, AfterValidator(forms.url)] = Field(
        "https://hub.docker.com/v2", description="Docker Hub's API, for `starter/image_pulls`."
    )
    products_url: Annotated[str, AfterValidator(forms.url)] = Field(
        "https://dummyjson.com/products", description="The API of `starter/raw_products`."
    )
