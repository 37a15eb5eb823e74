"""Identifiers and constants of standard SQL, which DuckDB and Postgres follow."""


def quoted(name: str) -> str:
    """The name as an SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """The text as an SQL string constant."""
    return "'" + text.replace("'", "''") + "'"
