"""The sources of the dbt project, and the meanings of their columns, from the datasets.

dbt reads files. `taxi_assets_tests/unit/analytics/test_declarations.py` holds them against this
module, and ``python -m taxi_assets.analytics.declarations`` writes them.
"""

from __future__ import annotations

from pathlib import Path

from taxi_assets.column_schema import FILENAME, row_id_meaning
from taxi_assets.trips.column import ColumnType
from taxi_assets.trips.dataset import Dataset
from taxi_assets.trips.datasets import DATASETS
from taxi_assets.trips.zones import ZONE_COLUMNS, ZONES_TABLE

PROJECT = Path(__file__).with_name("project")
"""The dbt project, in a checkout as in a wheel."""

MODELLED = ("green", "yellow", "fhv")
"""The taxis that have models."""

_TYPES = {
    ColumnType.CODE: "text",
    ColumnType.TEXT: "text",
    ColumnType.TIMESTAMP: "timestamp",
    ColumnType.INTEGER: "integer",
    ColumnType.DOUBLE: "double precision",
}
_NOTE = "made by python -m taxi_assets.analytics.declarations"


def modelled_datasets() -> list[Dataset]:
    """The datasets that have models."""
    return [DATASETS[taxi] for taxi in MODELLED]


def sources_yaml() -> str:
    """The merged tables and the zones as dbt's sources, with each column's type and meaning."""
    tables = [
        (d.table, f"{d.title} trips as published: docs/data-dictionary.md.", _columns(d))
        for d in modelled_datasets()
    ]
    zones = [(column.name, "text", f"zones_{column.name}") for column in ZONE_COLUMNS]
    tables.append((ZONES_TABLE, "The taxi zones.", zones))
    lines = [
        f"# {_NOTE}",
        "sources:",
        "  - name: trips",
        "    schema: \"{{ env_var('MODELS_TRIPS_SCHEMA', 'main') }}\"",
        "    tables:",
    ]
    for table, description, columns in tables:
        lines += [f"      - name: {table}", f"        description: {description!r}"]
        lines.append("        columns:")
        for name, type_, doc in columns:
            lines.append(f"          - name: {name}")
            lines.append(f"            data_type: {type_}")
            lines.append(f"            description: \"{{{{ doc('{doc}') }}}}\"")
    return "\n".join(lines) + "\n"


def columns_markdown() -> str:
    """A block of dbt's docs for each column, by table and name."""
    blocks = [f"<!-- {_NOTE} -->"]
    for dataset in modelled_datasets():
        meanings = {"unique_row_id": row_id_meaning(dataset), "filename": FILENAME}
        meanings |= {column.name: column.description for column in dataset.columns}
        blocks += [_block(f"{dataset.taxi}_{name}", text) for name, text in meanings.items()]
    blocks += [_block(f"zones_{column.name}", column.description) for column in ZONE_COLUMNS]
    return "\n".join(blocks)


FILES = {"models/sources.yml": sources_yaml, "models/columns.md": columns_markdown}
"""The files of the project that are written from the datasets."""


def _columns(dataset: Dataset) -> list[tuple[str, str, str]]:
    own = [("unique_row_id", "text"), ("filename", "text")]
    own += [(column.name, _TYPES[column.type]) for column in dataset.columns]
    return [(name, type_, f"{dataset.taxi}_{name}") for name, type_ in own]


def _block(name: str, text: str) -> str:
    return f"{{% docs {name} %}}\n{text}\n{{% enddocs %}}\n"


if __name__ == "__main__":
    for path, content in FILES.items():
        (PROJECT / path).write_text(content(), encoding="utf-8")
