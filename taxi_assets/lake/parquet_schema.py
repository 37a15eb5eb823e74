"""The columns of a Parquet file as its bytes hold them, whatever its writer had in memory.

Writers based on Arrow keep their own schema beside the file's: pandas' categories, the view types
of polars and large texts stand in it. The bytes are plain texts. Text without the UTF8 annotation
is from older writers, such as Impala and Spark with ``parquet.binaryAsString``:
https://github.com/apache/parquet-format/blob/master/LogicalTypes.md#string
"""

from __future__ import annotations

import pyarrow as pa

_TEXTS = (
    pa.types.is_string,
    pa.types.is_large_string,
    pa.types.is_string_view,
    pa.types.is_binary,
    pa.types.is_large_binary,
    pa.types.is_binary_view,
)


def held_schema(schema: pa.Schema) -> pa.Schema:
    """The columns with the types that the file holds; every kind of text is a plain text."""
    return pa.schema([pa.field(field.name, held_type(field.type)) for field in schema])


def held_type(found: pa.DataType) -> pa.DataType:
    """The type that the file holds where Arrow says this one."""
    if pa.types.is_dictionary(found):
        found = found.value_type
    return pa.string() if any(is_one(found) for is_one in _TEXTS) else found
