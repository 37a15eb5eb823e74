"""The page of the Python API on the site of the docs, made from the sources' own docstrings.

It tells of the modules that users of the package touch, by their syntax alone: nothing of them is
imported. `make_site.py` writes the page.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]

AREAS: Mapping[str, tuple[str, Sequence[str]]] = {
    "Components": (
        "The kinds of pipelines that YAML files name; what they inherit is in `table_pipeline`, "
        "`queried_table` and `pipeline`.",
        (
            *("components/trip_pipeline", "components/http_table", "components/sql_table"),
            *("components/copy_table", "components/report", "components/existing_job"),
            *("components/table_pipeline", "components/queried_table", "components/pipeline"),
            *("components/columns", "components/paging"),
        ),
    ),
    "Definitions": ("What Dagster loads.", ("definitions", "warehouse/registry")),
    "Resources": (
        "Dagster's resources of the warehouses: each is a `Warehouse`, and hands out a `Session`.",
        (
            *("warehouse/interface", "warehouse/session", "warehouse/loading"),
            *("warehouse/pipeline_tables", "warehouse/duckdb/warehouse"),
            *("warehouse/postgres/warehouse", "warehouse/bigquery/resource"),
        ),
    ),
    "Checks": ("How a check is declared.", ("warehouse/checks",)),
    "Datasets": (
        "How a dataset is declared.",
        ("trips/dataset", "trips/column", "trips/datasets", "trips/file", "trips/month"),
    ),
    "Settings": (
        "The fields of `Settings` are the rows of the settings' page.",
        ("settings/model", "settings/reading", "settings/choices"),
    ),
    "Errors": ("What commands, assets and functions raise.", ("errors",)),
}
"""For each area, what it is, and its modules."""

_SECTION = re.compile(r"(Args|Attributes|Raises|Returns|Yields):")
_ENTRY = re.compile(r" {4}(\S[^:]*): (.*)")


def reference() -> Iterator[str]:
    """The lines of the page, with links as from ``docs``."""
    yield "# Python API\n\nWhat code of your own may use, in the words of its docstrings."
    yield "All modules are in the package `taxi_assets`.\n"
    for area, (meaning, modules) in AREAS.items():
        yield f"\n## {area}\n\n{meaning}\n"
        for module in modules:
            path = ROOT / "taxi_assets" / f"{module}.py"
            tree = ast.parse(path.read_text("utf-8"))
            name = module.replace("/", ".")
            link = f"[source](../{path.relative_to(ROOT)})"
            yield f"\n### `{name}`\n\n{_told(tree)}\n\n{link}\n"
            for node in tree.body:
                yield from _member(node)


def _member(node: ast.stmt, owner: str = "") -> Iterator[str]:
    """A public class with its public members, or a public function."""
    if not isinstance(node, ast.ClassDef | ast.FunctionDef) or node.name.startswith("_"):
        return
    level = "#####" if owner else "####"
    yield f"\n{level} `{owner}{node.name}`\n\n```python\n{_signature(node)}\n```\n\n{_told(node)}\n"
    if isinstance(node, ast.ClassDef):
        for each in node.body:
            yield from _member(each, f"{owner}{node.name}.")


def _signature(node: ast.ClassDef | ast.FunctionDef) -> str:
    """How a function is called, or the fields of a class, as the source has them."""
    if isinstance(node, ast.FunctionDef):
        marks = [f"@{mark.id}\n" for mark in node.decorator_list if isinstance(mark, ast.Name)]
        returned = f" -> {ast.unparse(node.returns)}" if node.returns else ""
        return f"{''.join(marks)}def {node.name}({ast.unparse(node.args)}){returned}"
    bases = ", ".join(map(ast.unparse, [*node.bases, *node.keywords]))
    fields = [ast.unparse(each) for each in node.body if _is_field(each)]
    return "\n    ".join([f"class {node.name}{f'({bases})' if bases else ''}:", *fields])


def _is_field(node: ast.stmt) -> bool:
    """Whether it declares a public field, or a member of an enumeration."""
    names: list[ast.expr] = []
    if isinstance(node, ast.AnnAssign):
        names = [node.target]
    elif isinstance(node, ast.Assign):
        names = node.targets
    return any(isinstance(name, ast.Name) and not name.id.startswith("_") for name in names)


def _told(node: ast.Module | ast.ClassDef | ast.FunctionDef) -> str:
    """The docstring as Markdown: its sections become lists."""
    lines: list[str] = []
    section = ""
    for line in (ast.get_docstring(node) or "").splitlines():
        if heading := _SECTION.fullmatch(line):
            section = heading[1]
            lines.append(f"**{section}**\n")
        elif section in ("", "Returns", "Yields") or not line:
            lines.append(line.strip() if section else line)
        elif entry := _ENTRY.fullmatch(line):
            lines.append(f"- `{entry[1]}`: {entry[2]}")
        else:
            lines.append(f"  {line.strip()}")
    return "\n".join(lines)
