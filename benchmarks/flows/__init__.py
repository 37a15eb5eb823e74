"""The statements of the Kestra flows that this project replaces, in DuckDB's dialect."""
