"""Each run in a container of its own, with the settings and volumes of this one.

For Docker Compose with ``deploy/runs-in-containers.yml``; needs the extra ``docker``.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from dagster_docker import DockerRunLauncher

from taxi_assets.automation.dagster_internals import ConfigurableClassData
from taxi_assets.settings import Settings, variables

_VOLUMES = "RUN_VOLUMES"
_OURS = (
    *("PGPASSFILE", "DAGSTER_HOME", "RUN_NETWORK_DAGSTER", "RUN_NETWORK_TAXI", _VOLUMES),
    *("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY"),
)


class ContainerRuns(DockerRunLauncher):
    """Stands in ``dagster.yaml``: Dagster's launcher, told what it has to pass on."""

    @classmethod
    def from_config_value(
        cls, inst_data: ConfigurableClassData, config_value: Mapping[str, Any]
    ) -> ContainerRuns:
        """Add the settings that are set here, and the volumes that RUN_VOLUMES names.

        Args:
            inst_data: where it stands.
            config_value: as in ``dagster.yaml``.
        """
        names = [name for field in Settings.model_fields for name in variables(field)]
        volumes = os.environ.get(_VOLUMES, "").split()
        return cls(
            inst_data=inst_data,
            **{
                **config_value,
                "env_vars": [name for name in (*names, *_OURS) if name in os.environ],
                "container_kwargs": {**config_value["container_kwargs"], "volumes": volumes},
            },
        )
