"""The lake as a Dagster resource."""

from pathlib import Path

import dagster as dg
from pydantic import Field

from taxi_assets.lake.folder import FolderLake


class LakeResource(dg.ConfigurableResource[FolderLake]):
    """Hands out the lake of raw files."""

    folder: str = Field(description="Absolute path of the folder that holds the raw files.")

    def get_lake(self) -> FolderLake:
        """The lake in that folder."""
        return FolderLake(Path(self.folder))
