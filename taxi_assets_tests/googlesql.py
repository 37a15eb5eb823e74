"""Google's own SQL analyzer: whether BigQuery would know each name, type and option of a statement.

It comes as WebAssembly, which takes half a minute to compile; what was compiled is kept.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

import wasmtime
from filelock import FileLock
from zetasql.core import wasm_client

_CACHE = Path(os.environ.get("XDG_CACHE_HOME") or "~/.cache").expanduser() / "taxi_assets_tests"


class _KeptModule:
    @staticmethod
    def from_file(engine: wasmtime.Engine, path: str) -> wasmtime.Module:
        made_of = f"{version('wasmtime')} {version('zetasql')} {Path(path).stat().st_size}"
        kept = _CACHE / f"{hashlib.sha256(made_of.encode()).hexdigest()[:16]}.cwasm"
        _CACHE.mkdir(parents=True, exist_ok=True)
        with FileLock(f"{kept}.lock"):  # Several processes of the tests come here at the same time.
            if kept.exists():
                return wasmtime.Module.deserialize_file(engine, str(kept))
            module = wasmtime.Module.from_file(engine, path)
            draft = kept.with_suffix(f".{os.getpid()}")
            draft.write_bytes(module.serialize())
            draft.replace(kept)
            return module


wasm_client.Module = _KeptModule

import zetasql.types as zt  # noqa: E402 - the module above must be in its place before
from zetasql.api import (  # noqa: E402
    Analyzer,
    CatalogBuilder,
    PreparedExpression,
    TableBuilder,
    TypeFactory,
)

_KINDS = {
    "STRING": zt.TypeKind.TYPE_STRING,
    "INT64": zt.TypeKind.TYPE_INT64,
    "FLOAT64": zt.TypeKind.TYPE_DOUBLE,
    "NUMERIC": zt.TypeKind.TYPE_NUMERIC,
    "BYTES": zt.TypeKind.TYPE_BYTES,
    "BOOL": zt.TypeKind.TYPE_BOOL,
    "DATE": zt.TypeKind.TYPE_DATE,
    "DATETIME": zt.TypeKind.TYPE_DATETIME,
    "TIMESTAMP": zt.TypeKind.TYPE_TIMESTAMP,
}


def _type(name: str) -> Any:
    return TypeFactory.create_simple_type(_KINDS[name])


def _options() -> dict[str, Any]:
    """BigQuery's options of tables and columns, as far as the project may use them.

    https://cloud.google.com/bigquery/docs/reference/standard-sql/data-definition-language
    """
    text, flag, number = _type("STRING"), _type("BOOL"), _type("INT64")
    label = TypeFactory.create_struct_type([("", text), ("", text)])
    return {
        **dict.fromkeys(("description", "format", "compression"), text),
        **dict.fromkeys(("allow_jagged_rows", "ignore_unknown_values"), flag),
        "skip_leading_rows": number,
        "expiration_timestamp": _type("TIMESTAMP"),
        "partition_expiration_days": _type("FLOAT64"),
        "uris": TypeFactory.create_array_type(text),
        "labels": TypeFactory.create_array_type(label),
    }


def analyzer(
    tables: Mapping[str, Mapping[str, str]], parameters: Mapping[str, str] | None = None
) -> Analyzer:
    """An analyzer for statements about these tables.

    Args:
        tables: columns and their types by the table's name as it stands within backticks.
        parameters: types of parameters by name; those of others are inferred.
    """
    language, catalog = _language(), _catalog()
    for name, columns in tables.items():
        table = TableBuilder(name)
        for column, type_ in columns.items():
            table = table.add_column(column, _KINDS[type_])
        catalog = catalog.add_table(table.build())
    option = zt.AllowedHintsAndOptions.Option
    options = zt.AnalyzerOptions(language_options=language, allow_undeclared_parameters=True)
    options.allowed_hints_and_options = zt.AllowedHintsAndOptions(
        disallow_unknown_options=True,
        disallow_duplicate_option_names=True,
        option=[option(name=name, type=type_) for name, type_ in _options().items()],
    )
    options.query_parameters = [
        zt.AnalyzerOptions.QueryParameter(name=name, type=_type(type_))
        for name, type_ in (parameters or {}).items()
    ]
    return Analyzer(options, catalog.build())


def made_columns(made: Any) -> dict[str, str]:
    """The columns and their types of the table or view that an analyzed CREATE … AS makes."""
    names = {kind: name for name, kind in _KINDS.items()}
    return {each.name: names[each.column.type.type_kind] for each in made.output_column_list}


def evaluate(expression: str) -> str:
    """What Google's reference evaluator makes of an expression of text."""
    options = zt.AnalyzerOptions(language_options=_language())
    with PreparedExpression(expression, options, _catalog().build()) as prepared:
        return str(prepared.execute().get_string())


def _language() -> Any:
    language = zt.LanguageOptions.maximum_features()
    language.product_mode = zt.ProductMode.PRODUCT_EXTERNAL
    language.supported_statement_kinds = [
        kind for kind in zt.ResolvedNodeKind if kind.name.endswith("_STMT")
    ]
    return language


def _catalog() -> Any:
    functions = zt.ZetaSQLBuiltinFunctionOptions(language_options=_language())
    return CatalogBuilder("bigquery").with_builtin_functions(functions)


def statements(script: str) -> list[str]:
    """The statements of a script; no text in it holds a semicolon at the end of a line.

    Of an ``IF``, the condition becomes a query.
    """
    found = []
    for part in script.split(";\n"):
        condition, then, body = part.partition(" THEN\n")
        if then and condition.startswith("IF "):
            found += [f"SELECT {condition.removeprefix('IF ')}", body]
        elif part.strip() not in ("", "END IF", "END IF;"):
            found.append(part)
    return found
