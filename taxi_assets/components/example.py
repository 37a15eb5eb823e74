"""Examples of pipeline files: what `dg scaffold` writes to begin with."""

from collections.abc import Mapping
from typing import Any

import dagster as dg

_EXAMPLES: Mapping[str, Mapping[str, object]] = {
    "TripPipeline": {
        "taxi": "green",
        "months": {"first": "2020-01"},
        "warehouses": ["duckdb"],
        "schedule": "30 6 * * *",
    },
    "HttpTable": {
        "url": "https://dummyjson.com/products?limit=0",
        "format": "json",
        "records": "products",
        "columns": {"brand": "text", "price": "number"},
        "table": "products",
    },
    "SqlTable": {
        "table": "trips_by_zone",
        "monthly": True,
        "sql": "SELECT PULocationID AS zone, count(*) AS trips FROM green_tripdata GROUP BY 1",
        "tests": [{"unique": ["month", "zone"]}],
    },
    "CopyTable": {
        "source": "postgres",
        "source_table": "green_tripdata",
        "warehouse": "duckdb",
        "table": "green_copy",
        "monthly": True,
    },
    "Report": {"shows": "checks", "file": "checks.json", "schedule": "0 8 * * 1"},
    "ExistingJob": {"job": "zones", "schedule": "0 5 1 * *"},
}


class ExampleScaffolder(dg.Scaffolder):
    """Writes a component with the attributes of an example, to be changed."""

    def scaffold(self, request: dg.ScaffoldRequest[Any]) -> None:
        """Write the file."""
        dg.scaffold_component(request, dict(example(request.type_name.rpartition(".")[2])))


def example(component: str) -> Mapping[str, object]:
    """Attributes that are valid for the component of that name."""
    return _EXAMPLES[component]
