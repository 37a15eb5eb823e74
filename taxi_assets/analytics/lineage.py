"""Which columns each column of a model is made of, read from the SQL that dbt compiled."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import dagster as dg
from sqlglot import exp, parse_one
from sqlglot.lineage import lineage
from sqlglot.optimizer.qualify import qualify
from sqlglot.optimizer.scope import build_scope


def column_lineage(
    node: Mapping[str, Any],
    compiled: str,
    manifest: Mapping[str, Any],
    asset_key: Callable[[Mapping[str, Any]], dg.AssetKey],
) -> dg.TableColumnLineage:
    """The columns of sources and models that a model's columns come from.

    Args:
        node: the model in the manifest.
        compiled: its SQL, as dbt compiled it.
        manifest: dbt's manifest; it names the columns of sources and models.
        asset_key: the asset of a source or model.
    """
    dialect = manifest["metadata"]["adapter_type"]
    parents = {
        parent["name"].lower(): parent
        for parent in (_find(manifest, name) for name in node["depends_on"]["nodes"])
    }
    spelled = {
        name: {column.lower(): column for column in parent["columns"]}
        for name, parent in parents.items()
    }
    schema: dict[str, object] = {
        name: dict.fromkeys(columns, "text") for name, columns in spelled.items()
    }
    tree = parse_one(compiled, dialect=dialect)
    for table in tree.find_all(exp.Table):
        table.set("db", None)
        table.set("catalog", None)
    query = qualify(tree, schema=schema, dialect=dialect, validate_qualify_columns=False)
    scope = build_scope(query)
    deps: dict[str, list[dg.TableColumnDep]] = {}
    for column in node["columns"]:
        found = set()
        for step in lineage(column, query, schema=schema, dialect=dialect, scope=scope).walk():
            table = step.expression.find(exp.Table)
            name = table.name.lower() if table is not None else ""
            if not step.downstream and name in parents:
                source = exp.to_column(step.name).name.lower()
                found.add((asset_key(parents[name]), spelled[name].get(source, source)))
        deps[column] = [dg.TableColumnDep(key, name) for key, name in sorted(found)]
    return dg.TableColumnLineage(deps)


def _find(manifest: Mapping[str, Any], unique_id: str) -> Mapping[str, Any]:
    kind = "sources" if unique_id.startswith("source.") else "nodes"
    found: Mapping[str, Any] = manifest[kind][unique_id]
    return found
