"""Assets of the lake: the files about the taxi zones, and their verified copies."""

from collections.abc import Iterator

import dagster as dg

from taxi_assets.errors import (
    InvalidFileError,
    NotFoundAtSourceError,
    SourceRefusedError,
    SourceUnavailableError,
)
from taxi_assets.failures import dagster_failures
from taxi_assets.lake.assets import OWNERS, missing
from taxi_assets.lake.fetching import land_zones
from taxi_assets.lake.lake import Lake
from taxi_assets.lake.landing import Landing
from taxi_assets.source.catalog import Catalog
from taxi_assets.source.transfer import Absent
from taxi_assets.trips.zones import ZONE_SHAPES, ZoneTable

SHAPES_CHECK = "shapes_found"
"""The check that warns where the source has no shapes. Everything but the maps works without."""

_LACK = (InvalidFileError, NotFoundAtSourceError, SourceRefusedError, SourceUnavailableError)
"""The source does not have a file as it should be. Another error is of the lake."""


def zones_source_spec(table: ZoneTable) -> dg.AssetSpec:
    """A published file about the zones."""
    return dg.AssetSpec(
        dg.AssetKey(["source", table.name]),
        description=f"{_title(table)} as published: one small file.",
        group_name="source",
        kinds=_kinds(table),
    )


def zones_asset(catalog: Catalog, table: ZoneTable) -> dg.AssetsDefinition:
    """A file about the zones, as published.

    Shapes are optional: where there are none, the run goes on without them, and a check warns.
    """
    optional = table is ZONE_SHAPES
    key = dg.AssetKey(["lake", table.name])
    check = dg.AssetCheckSpec(
        SHAPES_CHECK, asset=key, description="The source has the zones' shapes, or maps lack them."
    )

    @dg.asset(
        key=key,
        deps=[zones_source_spec(table)],
        group_name="lake",
        kinds={"file", *_kinds(table)},
        owners=OWNERS,
        description=f"{_title(table)}, byte for byte as published.\n\n{_USES[table.name]}",
        output_required=not optional,
        check_specs=[check] if optional else None,
    )
    def zones(
        context: dg.AssetExecutionContext, lake: dg.ResourceParam[Lake]
    ) -> Iterator[dg.MaterializeResult[None] | dg.AssetCheckResult]:
        landing: Landing | None = None
        problem = None
        with dagster_failures():
            try:
                landing = _landed(lake, catalog, table)
            except _LACK as error:
                if not optional:
                    raise
                problem, kept = error, lake.find(table.landed)
                landing = Landing(kept, changed=False) if kept else None
        if landing is not None:
            if not landing.changed:
                context.log.info(f"{table.file} is unchanged in the lake: not written again")
            yield dg.MaterializeResult(
                metadata={
                    "dagster/row_count": landing.file.facts.rows,
                    "dagster/uri": f"{lake.url}/{table.landed}",
                    "source_url": landing.file.url,
                    "sha256": landing.file.sha256,
                    "changed": landing.changed,
                }
            )
        if optional:
            yield dg.AssetCheckResult(
                passed=problem is None,
                check_name=SHAPES_CHECK,
                severity=dg.AssetCheckSeverity.WARN,
                description=str(problem) if problem else "the source has them",
            )

    return zones


def _landed(lake: Lake, catalog: Catalog, table: ZoneTable) -> Landing:
    outcome = land_zones(lake, catalog, table)
    if isinstance(outcome, Absent):
        raise missing(table.file, catalog.zones_url(table), outcome)
    return outcome


_USES = {
    "zones": "The names behind PULocationID and DOLocationID.",
    "zone_shapes": "Polygons for maps. Where the source lacks them, all else works without.",
}


def _title(table: ZoneTable) -> str:
    return "Shapes of the taxi zones" if table is ZONE_SHAPES else "Taxi zones"


def _kinds(table: ZoneTable) -> set[str]:
    return {"shapefile"} if table is ZONE_SHAPES else {"csv"}
